"""The connections to the warehouse: one per pass, as many at once as the config allows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse_exporter.core.errors import Unreachable, UsageError
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines import base
from warehouse_exporter.engines.postgres.blocking import BlockingConnection
from warehouse_exporter.engines.postgres.connection import Connection
from warehouse_exporter.engines.postgres.copying import Copier, Writer
from warehouse_exporter.engines.postgres.session import Session


class Connector:
    """Opens a connection per pass, as many at once as the config allows, and can end them all."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._open: set[Connection] = set()
        self._room = threading.Condition()
        self._stopped = threading.Event()
        self._connecting = 0
        self._waiting = 0

    @property
    def wanted(self) -> bool:
        """Whether a pass waits for a connection: what another one can spare, it should leave."""
        return self._waiting > 0

    @property
    def stopped(self) -> bool:
        """Whether nothing more may begin."""
        return self._stopped.is_set()

    @property
    def lacking(self) -> tuple[str, ...]:
        """Nothing: every check was made for PostgreSQL."""
        return ()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A read-only, repeatable-read transaction. Raises Unreachable."""
        with self._session(self.warehouse.pass_timeout) as session:
            session.begin(share=self.warehouse.connections_per_pass > 1)
            yield session
            session.end()

    @contextmanager
    def beside(self, first: base.Session, snapshot: str) -> Iterator[Session]:
        """Another transaction that sees what the first one, which exported its snapshot, sees.

        It is over at the same deadline. Raises Unreachable, at once where there is no room for one
        more connection, and Unmeasured where nobody knows whether what it read was rewritten.
        """
        with self._session(0.0) as session:
            session.deadline, session.careful = first.deadline, first.careful
            session.begin(snapshot)
            yield session
            if not session.careful:
                first.noted += session.rewritten()
            session.end()

    @contextmanager
    def _session(self, wait_seconds: float) -> Iterator[Session]:
        """A connection on which nothing has begun."""
        warehouse = self.warehouse
        connection = self._connected(warehouse, wait_seconds)
        try:
            yield Session(connection, warehouse, self._stopped)
        finally:
            connection.close()
            with self._room:
                self._open.discard(connection)
                self._room.notify_all()

    @contextmanager
    def copier(self, snapshot: str) -> Iterator[Copier]:
        """A session that copies what an exported snapshot shows. Raises Unreachable."""
        dsn = connection_string(self.warehouse, self._stopped)
        with self._blocking(dsn) as connection:
            copier = Copier(connection, self.warehouse)
            copier.begin(snapshot)
            yield copier

    @contextmanager
    def writer(self, dsn: str) -> Iterator[Writer]:
        """A transaction as the role of another DSN: this one may write. Raises Unreachable."""
        with self._blocking(dsn) as connection:
            writer = Writer(connection, self.warehouse)
            writer.begin()
            yield writer

    @contextmanager
    def _blocking(self, dsn: str) -> Iterator[BlockingConnection]:
        """A connection for COPY, besides those for checks. Raises Unreachable."""
        connection = BlockingConnection(dsn, self.warehouse.connect_timeout, self._stopped)
        try:
            yield connection
        finally:
            connection.close()

    def _connected(self, warehouse: Warehouse, wait_seconds: float) -> Connection:
        """A connection, as soon as there is room for one more, waited for some seconds."""

        def room() -> bool:
            used = len(self._open) + self._connecting
            return self._stopped.is_set() or used < warehouse.connections

        with self._room:
            self._waiting += bool(wait_seconds)
            found = self._room.wait_for(room, wait_seconds)
            self._waiting -= bool(wait_seconds)
            if not found:
                raise Unreachable(f"all {warehouse.connections} connections are in use")
            if self._stopped.is_set():
                raise Unreachable("the exporter is shutting down")
            self._connecting += 1
        made: list[Connection] = []
        try:
            dsn = connection_string(warehouse, self._stopped)
            made.append(Connection(dsn, warehouse.connect_timeout, self._stopped))
        finally:
            with self._room:
                self._connecting -= 1
                self._open.update(made)
                self._room.notify_all()
        return made[0]

    def stop(self) -> None:
        """End what runs in the warehouse and let nothing more begin: for shutdown.

        Does not wait: asking a server that hangs to cancel may take for ever.
        """
        with self._room:
            self._stopped.set()
            connections = list(self._open)
            self._room.notify_all()
        for connection in connections:
            threading.Thread(target=connection.cancel, name="cancel", daemon=True).start()


def connection_string(warehouse: Warehouse, stop: threading.Event) -> str:
    """The DSN, read anew. Raises Unreachable when its file cannot be read."""
    try:
        return warehouse.connection_string(stop)
    except UsageError as error:
        raise Unreachable(str(error)) from None
