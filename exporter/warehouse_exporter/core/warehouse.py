"""Where the warehouse is, and how much of it may be used."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.files import read_text


@dataclass(frozen=True)
class Warehouse:
    """The warehouse database and how to use it; times in seconds.

    `name` is the value of the label `warehouse` of every series and alert, `engine` the word of
    what reads it, and `location` where it is, unless a DSN says it. Where `work_mem` and
    `parallel_workers` are None, the server's own settings hold. A dataset with a finding is read
    again after `recheck`, unless that is None, which takes at most `recheck_budget` of the
    warehouse's work in an hour.
    """

    dsn: str | None
    dsn_file: Path | None
    timezone: ZoneInfo
    statement_timeout: float
    lock_timeout: float
    pass_timeout: float
    connect_timeout: float
    connections: int
    connections_per_pass: int = 1
    work_mem: str | None = None
    parallel_workers: int | None = None
    engine: str = "postgres"
    location: Any = None
    name: str = "warehouse"
    recheck: float | None = None
    recheck_budget: float = 0.0

    def connection_string(self, stop: threading.Event | None = None) -> str:
        """The DSN; from its file it is read anew each time, so that a rotated password is found.

        A file that hangs may take as long as a connection. Raises UsageError where there is no DSN:
        the driver would then take whatever is nearby.
        """
        file = self.dsn_file
        found = (self.dsn or "").strip() if file is None else self.in_file(file, stop)
        if not found:
            raise UsageError("the DSN is empty: say which database, such as dbname=warehouse")
        return found

    def in_file(self, file: Path, stop: threading.Event | None = None) -> str:
        """The current content of the DSN file."""
        try:
            return read_text(file, self.connect_timeout, stop).strip()
        except OSError as error:
            raise UsageError(f"dsn_file {file}: {error.strerror}") from None
        except UnicodeError:
            raise UsageError(f"dsn_file {file}: not UTF-8 text") from None
