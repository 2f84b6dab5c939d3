"""The demo that runs now, as the other commands of its user find it."""

from __future__ import annotations

import json
import os
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import psycopg2.extensions

from warehouse_exporter.core.errors import UsageError

Change = Callable[[psycopg2.extensions.connection, datetime], None]


@dataclass(frozen=True)
class Demo:
    """Where the parts of a running demo are found; also written to a file for `demo break`."""

    pid: int
    dsn: str
    config: str
    exporter: str
    prometheus: str | None
    alertmanager: str | None

    @property
    def tells(self) -> bool:
        """Whether what is wrong gets as far as to the people who are told."""
        return self.prometheus is not None and self.alertmanager is not None


def note() -> Path:
    """The file that tells other commands of this user about the running demo."""
    return Path(tempfile.gettempdir()) / f"warehouse-exporter-demo-{os.getuid()}.json"


def running() -> Demo:
    """The demo that runs now. Raises UsageError when there is none."""
    try:
        demo = Demo(**json.loads(note().read_text()))
        os.kill(demo.pid, 0)
    except (OSError, ValueError, TypeError):
        raise UsageError("no demo is running: start one with `warehouse-exporter demo`") from None
    return demo


def with_shop(*changes: Change) -> Demo:
    """Change the shop of the running demo, and let the exporter look at once.

    Raises UsageError when no demo is running.
    """
    demo = running()
    connection = psycopg2.connect(demo.dsn)
    try:
        for change in changes:
            change(connection, datetime.now(UTC))
    finally:
        connection.close()
    request = urllib.request.Request(f"{demo.exporter}/-/collect", method="POST")
    urllib.request.urlopen(request, timeout=10).close()
    return demo
