"""A DuckDB file or a folder of Parquet files as an engine: open for as long as a pass takes."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines import base
from warehouse_exporter.engines.duckdb.catalogue import Catalogue, OfFile, OfFolder, literal
from warehouse_exporter.engines.duckdb.connection import Connection, driver, within
from warehouse_exporter.engines.duckdb.session import Session
from warehouse_exporter.engines.duckdb.source import Source, identity

RETRY = 0.2
"""Seconds after which a file that is locked is tried again."""
HELD = re.compile(r"\(PID (\d+)\)")
PINNED = {
    "python_enable_replacements": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "temp_directory": "",
    "error_on_division_by_zero": "true",
    "ieee_floating_point_ops": "true",
    "integer_division": "false",
    "default_order": "ASC",
    "default_null_order": "NULLS_LAST_ON_ASC_FIRST_ON_DESC",
    "default_collation": "",
    "scalar_subquery_error_on_multiple_rows": "true",
}
"""Settings that change an answer, or let a statement reach further than the warehouse: no variable
of Python is a table, nothing is fetched, and nothing is written, not even to make room."""
CLOSED = {
    "enable_external_access": "false",
    "allowed_configs": "['TimeZone']",
    "lock_configuration": "true",
}
"""From here on no statement reaches a file that is not the warehouse's, or changes that."""
OPENING = threading.Lock()
LACKING = (
    "on DuckDB a file is closed to writers while a pass reads it, and a pass finds it locked while"
    " one writes: load into a copy and rename it",
    "on DuckDB closed days are read again after every write to the file, and rows that arrive late"
    " are found by `loaded` without an index",
    "on DuckDB there are no roles and no row-level security, a pass has one connection"
    " (`connections_per_pass` does nothing), and `queries` are in DuckDB's own SQL",
)


class Connector:
    """Opens the file or folder for each pass, and can end what runs."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Raises UsageError without DuckDB's package, or where the config says no place."""
        driver()
        if not isinstance(warehouse.location, str):
            raise UsageError("`warehouse: duckdb:` is the path of a file or a folder")
        self.warehouse = warehouse
        self._open: set[Connection] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def wanted(self) -> bool:
        """Never: connections are not counted."""
        return False

    @property
    def stopped(self) -> bool:
        """Whether nothing more may begin."""
        return self._stopped.is_set()

    @property
    def lacking(self) -> tuple[str, ...]:
        """What is different from Postgres, for people."""
        return LACKING

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A read-only session. Raises Unreachable."""
        warehouse = self.warehouse
        path = Path(str(warehouse.location))

        def look() -> tuple[Source, Any]:
            source = Source(path)
            return source, None if source.folder else identity([path])

        source, written = self._within(look, path)
        catalogue: Catalogue = OfFolder(source) if source.folder else OfFile(written)
        connection = Connection(self._opened(source), self._stopped)
        with self._lock:
            self._open.add(connection)
        try:
            session = Session(connection, catalogue, warehouse, self._stopped)
            try:
                session.begin()
            except Unmeasured as error:
                raise Unreachable(f"{path}: {error.detail}", error.reason) from None
            yield session
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    @contextmanager
    def beside(self, first: base.Session, snapshot: str) -> Iterator[Session]:
        """Not offered: no session exports its snapshot. Raises Unreachable."""
        raise Unreachable("DuckDB reads with one connection per pass")
        yield

    def stop(self) -> None:
        """End what runs and let nothing more begin."""
        self._stopped.set()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            connection.cancel()

    def _within(self, call: Any, path: Path) -> Any:
        """What a call gives within `connect_timeout`."""
        if self._stopped.is_set():
            raise Unreachable("the exporter is shutting down")
        return within(call, self.warehouse.connect_timeout, str(path), self._stopped)

    def _opened(self, source: Source) -> Any:
        """A connection of the driver; one that is locked is waited for. Raises Unreachable."""
        until = time.monotonic() + self.warehouse.lock_timeout
        duckdb = driver()
        while True:
            try:
                return self._within(lambda: opened(source, self._settings()), source.path)
            except duckdb.Error as error:
                refused = of_opening(source.path, str(error))
            if refused.reason is not Reason.LOCK or time.monotonic() > until:
                raise refused
            self._stopped.wait(RETRY)

    def _settings(self) -> dict[str, str]:
        """The settings of a connection."""
        found = dict(PINNED)
        if self.warehouse.work_mem is not None:
            found["memory_limit"] = self.warehouse.work_mem
        if self.warehouse.parallel_workers is not None:
            found["threads"] = str(self.warehouse.parallel_workers + 1)
        return found


def opened(source: Source, settings: dict[str, str]) -> Any:
    """A connection of the driver to a file, or to nothing yet that may read the folder.

    All connections to a file share one instance, and its settings: the first one makes them.
    """
    place = ":memory:" if source.folder else str(source.path)
    with OPENING:
        found = driver().connect(place, read_only=not source.folder, config=settings)
        (locked,) = found.execute("SELECT current_setting('lock_configuration')").fetchone()
        if not locked:
            if source.folder:
                found.execute(f"SET allowed_directories = [{literal(f'{source.path}/')}]")
            for name, value in CLOSED.items():
                found.execute(f"SET {name} = {value}")
    return found


def of_opening(path: Path, message: str) -> Unreachable:
    """Why a file cannot be opened; DuckDB's own words may be about another one."""
    if "Could not set lock" in message:
        held = HELD.search(message)
        whose = f" (process {held.group(1)})" if held else ""
        text = f"{path} is open for writing in another process{whose}: DuckDB lets in one writer"
        return Unreachable(f"{text} or many readers", Reason.LOCK)
    if "different configuration" in message:
        text = f"{path} is still open here with the settings of the config before"
        return Unreachable(text, Reason.LOCK)
    if "not a valid DuckDB database" in message:
        return Unreachable(f"{path} is not a DuckDB file")
    if "version" in message and "newer" in message:
        return Unreachable(f"{path} was written by a newer DuckDB: upgrade the package duckdb")
    if "ermission denied" in message:
        return Unreachable(f"{path}: permission denied", Reason.PERMISSION)
    return Unreachable(f"{path} cannot be opened as a DuckDB file")
