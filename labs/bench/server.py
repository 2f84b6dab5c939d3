"""The Postgres that is measured: the demo's programs, on a folder that is kept from run to run.

The settings are those of a small server of one's own, and the same for everybody who is measured.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse_exporter.demo.postgres import DISPOSABLE, TRUST, installed
from warehouse_exporter.demo.supervisor import Failure, Order, Server

VERSION = 16
SETTINGS = {
    **DISPOSABLE,
    "max_connections": "20",
    "shared_buffers": "1GB",
    "dynamic_shared_memory_type": "posix",  # parallel workers talk through memory, not files
    "autovacuum": "off",  # every table is vacuumed and analyzed once, after the load
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1d",
    "maintenance_work_mem": "512MB",
}
TOLD = {
    "PostgreSQL": "current_setting('server_version')",
    "shared_buffers": "current_setting('shared_buffers')",
    "work_mem": "current_setting('work_mem')",
    "max_parallel_workers_per_gather": "current_setting('max_parallel_workers_per_gather')",
    "JIT": "CASE WHEN pg_jit_available() THEN 'available' ELSE 'not built in' END",
}
"""What the document tells of the server, because the numbers depend on it."""


class ReusedServer(Server):
    """The demo's server on a folder of our own, which stays when the server ends."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing runs yet."""
        folder.mkdir(parents=True, exist_ok=True)
        order: Order = {
            "owner": os.getpid(),
            "install": str(installed(VERSION)),
            "settings": SETTINGS,
            "hba": list(TRUST),
        }
        super().__init__(order, folder.absolute())

    def begin(self) -> None:
        """Start on the data of an earlier run, or on a fresh data directory."""
        if (self.data / "PG_VERSION").exists():
            self.start_again()
        else:
            self.create()


@dataclass(frozen=True)
class Running:
    """A server that answers: the process id of its postmaster, and where it is reached."""

    pid: int
    port: int

    def dsn(self, database: str = "postgres") -> str:
        """Where a database is reached, as the superuser."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """The server on a folder, for as long as a `with` block. Raises Failure."""
    server = ReusedServer(folder)
    try:
        server.begin()
        if server.process is None:
            raise Failure("Postgres ended at once")
        yield Running(server.process.pid, server.port)
    finally:
        server.down("fast")
