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
from warehouse_exporter.engines.postgres.pool import Pool
from warehouse_exporter.engines.postgres.session import Session


class Connector:
    """Opens connections for passes, as many at once as the config allows, and can end them all."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._stopped = threading.Event()
        self._pool = Pool(self._stopped)

    def keep_connections(self, seconds: float) -> None:
        """Keep connections for so long after a pass, for the next one."""
        self._pool.keep = seconds

    @property
    def wanted(self) -> bool:
        """Whether a pass waits for a connection: what another one can spare, it should leave."""
        return self._pool.wanted

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
            yield session

    @contextmanager
    def beside(self, first: base.Session, snapshot: str) -> Iterator[Session]:
        """Another transaction that sees what the first one, which exported its snapshot, sees.

        It is over at the same deadline. Raises Unreachable, at once where there is no room for one
        more connection, and Unmeasured where nobody knows whether what it read was rewritten.
        """
        with self._session(0.0, snapshot) as session:
            session.deadline, session.careful = first.deadline, first.careful
            yield session
            if not session.careful:
                first.noted += session.rewritten()

    @contextmanager
    def _session(self, wait: float, snapshot: str | None = None) -> Iterator[Session]:
        """A transaction that has begun; where all goes well it is ended."""
        connection, session = self._begun(wait, snapshot)
        ended = False
        try:
            yield session
            ended = session.end()
        finally:
            self._pool.give_back(connection, ended=ended)

    def _begun(self, wait: float, snapshot: str | None) -> tuple[Connection, Session]:
        """A transaction on a connection; a kept one that turns out to be dead is replaced."""
        while True:
            connection = self._taken(wait)
            session = Session(connection, self.warehouse, self._stopped)
            try:
                session.begin(snapshot)
                return connection, session
            except BaseException as error:
                self._pool.give_back(connection, ended=False)
                if not (isinstance(error, Unreachable) and connection.served):
                    raise
                self._pool.empty()

    def _taken(self, wait: float) -> Connection:
        """A connection on which nothing has begun. Raises Unreachable."""
        warehouse = self.warehouse

        def dsn() -> str:
            return connection_string(warehouse, self._stopped)

        return self._pool.take(warehouse, dsn, wait)

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

    def stop(self) -> None:
        """End what runs in the warehouse and let nothing more begin: for shutdown.

        Does not wait: asking a server that hangs to cancel may take for ever.
        """
        for connection in self._pool.stop():
            threading.Thread(target=connection.cancel, name="cancel", daemon=True).start()


def connection_string(warehouse: Warehouse, stop: threading.Event) -> str:
    """The DSN, read anew. Raises Unreachable when its file cannot be read."""
    try:
        return warehouse.connection_string(stop)
    except UsageError as error:
        raise Unreachable(str(error)) from None
