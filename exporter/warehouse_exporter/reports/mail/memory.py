"""What was sent before, in a small file: without it, a gate that is repeated would repeat itself.

The file holds digests and times, and nothing about a finding. It decides nothing but whether an
e-mail is sent: verdicts have no memory.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=60)
VERSION = 1


class Memory:
    """The file of what was sent."""

    def __init__(self, file: Path, now: datetime) -> None:
        self.file = file
        self._now = now

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other gate send at the same time. Raises OSError."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(self.file.with_name(f"{self.file.name}.lock"), os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)

    def known(self) -> dict[str, str]:
        """What was sent, and when. Raises OSError, and ValueError for a file that is not ours."""
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        if not isinstance(found, dict) or not isinstance(found.get("sent"), dict):
            raise ValueError("it is not the list of what was sent")
        return {str(key): str(at) for key, at in found["sent"].items()}

    def add(self, keys: Collection[str]) -> None:
        """Note that something is sent now. Raises OSError."""
        oldest = (self._now - KEPT).isoformat()
        kept = {key: at for key, at in self.known().items() if at >= oldest}
        self._write({**kept, **dict.fromkeys(keys, self._now.isoformat())})

    def remove(self, keys: Collection[str]) -> None:
        """Forget what could not be sent after all. Raises OSError."""
        self._write({key: at for key, at in self.known().items() if key not in keys})

    def _write(self, sent: dict[str, str]) -> None:
        draft = self.file.with_name(f".{self.file.name}.new")
        try:
            draft.write_text(json.dumps({"schema_version": VERSION, "sent": sent}, indent=1))
            draft.replace(self.file)
        finally:
            draft.unlink(missing_ok=True)
