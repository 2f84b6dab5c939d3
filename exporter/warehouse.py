"""The warehouse as a pass sees it: a snapshot, savepoints, deadlines, and a cap on connections.

Every setting is made inside the transaction (set_config with is_local), so that it also holds
behind a pooler that hands out the same server connection to others.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from exporter import config
from exporter.catalog import APPLICATION_NAME
from exporter.errors import Reason, Unmeasured, Unreachable, UsageError
from exporter.model import Relation
from exporter.relations import QUERY, REWRITTEN, SHARDS_SHOWN, Name, Rewritten, found_among
from exporter.states import Cell
from exporter.wire import Answer, Wire

SHORT = 5.0
"""How long the server has for what reads no table: settings and savepoints, in seconds."""
HANDED_OVER = """SELECT pg_catalog.set_config('warehouse_exporter.query', %s, true),
    pg_catalog.set_config('timezone', %s, true),
    pg_catalog.set_config('cursor_tuple_fraction', '1', true)"""
OPENED = """DO $$
DECLARE warehouse_exporter_query pg_catalog.refcursor := 'warehouse_exporter_query';
BEGIN
    OPEN warehouse_exporter_query
        FOR EXECUTE pg_catalog.current_setting('warehouse_exporter.query');
END $$"""
"""A cursor takes one statement that gives rows: the server itself refuses a second one."""
FETCHED = "FETCH FORWARD %s FROM warehouse_exporter_query"
CLOSED = """CLOSE warehouse_exporter_query;
SELECT pg_catalog.set_config('timezone', 'UTC', true)"""
ORPHANED = "client_connection_check_interval"
"""How often a busy server looks whether we are still there (PostgreSQL 14 and later)."""


class Connector:
    """Opens a connection per pass, as many at once as the config allows, and can end them all."""

    def __init__(self, warehouse: config.Warehouse) -> None:
        self.warehouse = warehouse
        self._open: set[Wire] = set()
        self._room = threading.Condition()
        self._stopped = threading.Event()
        self._connecting = 0
        self._waiting = 0

    @property
    def wanted(self) -> bool:
        """Whether a pass waits for a connection: what another one can spare, it should leave."""
        return self._waiting > 0

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A read-only, repeatable-read transaction. Raises Unreachable."""
        with self._session(self.warehouse.pass_timeout) as session:
            session.begin()
            yield session
            session.end()

    @contextmanager
    def beside(self, first: Session, snapshot: str) -> Iterator[Session]:
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
    def _session(self, patience: float) -> Iterator[Session]:
        """A connection on which nothing has begun."""
        warehouse = self.warehouse
        wire = self._connected(warehouse, patience)
        try:
            yield Session(wire, warehouse, self._stopped)
        finally:
            wire.close()
            with self._room:
                self._open.discard(wire)
                self._room.notify_all()

    def _connected(self, warehouse: config.Warehouse, patience: float) -> Wire:
        """A connection, as soon as there is room for one more, waited for some seconds."""

        def room() -> bool:
            used = len(self._open) + self._connecting
            return self._stopped.is_set() or used < warehouse.connections

        with self._room:
            self._waiting += bool(patience)
            found = self._room.wait_for(room, patience)
            self._waiting -= bool(patience)
            if not found:
                raise Unreachable(f"all {warehouse.connections} connections are in use")
            if self._stopped.is_set():
                raise Unreachable("the exporter is shutting down")
            self._connecting += 1
        made: list[Wire] = []
        try:
            dsn = connection_string(warehouse, self._stopped)
            made.append(Wire(dsn, warehouse.connect_timeout, self._stopped))
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
            wires = list(self._open)
            self._room.notify_all()
        for wire in wires:
            threading.Thread(target=wire.cancel, name="cancel", daemon=True).start()


def connection_string(warehouse: config.Warehouse, stop: threading.Event) -> str:
    """The DSN, read anew. Raises Unreachable when its file cannot be read."""
    try:
        return warehouse.connection_string(stop)
    except UsageError as error:
        raise Unreachable(str(error)) from None


class Session:
    """One snapshot of the warehouse; each statement in a savepoint of its own.

    A `careful` one asks after each statement what the others ask once, with `rewritten`: a
    statement that read such a relation fails. It lets go of what it has read at once, so that it
    can tell which statement that was. `noted` is what those beside it have found.
    """

    def __init__(self, wire: Wire, warehouse: config.Warehouse, stopped: threading.Event) -> None:
        self._wire = wire
        self._warehouse = warehouse
        self._stopped = stopped
        self.deadline = time.monotonic() + warehouse.pass_timeout
        self.statements = 0
        self.careful = False
        self.noted: list[Rewritten] = []

    def begin(self, snapshot: str | None = None) -> None:
        """Start the transaction and make every setting in it. Raises Unreachable.

        With `snapshot` it sees what the transaction that exported it sees.
        """
        limits = self._warehouse
        settings = {
            "timezone": "UTC",
            "application_name": APPLICATION_NAME,
            "lock_timeout": milliseconds(limits.lock_timeout),
            "statement_timeout": milliseconds(limits.statement_timeout),
            "idle_in_transaction_session_timeout": milliseconds(limits.pass_timeout),
            "jit": "off",
        }
        if limits.work_mem is not None:
            settings["work_mem"] = limits.work_mem
        if limits.parallel_workers is not None:
            settings["max_parallel_workers_per_gather"] = str(limits.parallel_workers)
        made = ", ".join("set_config(%s, %s, true)" for _ in settings)
        values = [part for setting in settings.items() for part in setting]
        orphaned = "SELECT set_config(name, '1000', true) FROM pg_settings WHERE name = %s"
        try:
            self._wire.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", seconds=SHORT)
            if snapshot is not None:
                self._wire.execute("SET TRANSACTION SNAPSHOT %s", [snapshot], seconds=SHORT)
            self._wire.execute(f"SELECT {made}", values, seconds=SHORT)
            self._wire.execute(orphaned, [ORPHANED], seconds=SHORT)
        except Unreachable:
            raise
        except Unmeasured as error:
            self.end()
            raise Unreachable(error.detail) from None

    def export(self) -> str | None:
        """The name under which others can see the same instant; None where that is refused."""
        try:
            _, rows = self._wire.execute("SELECT pg_export_snapshot()", seconds=SHORT)
        except Unreachable:
            raise
        except Unmeasured:  # the transaction has failed with it
            self._wire.execute("ROLLBACK", seconds=SHORT)
            self.begin()
            return None
        return str(rows[0][0])

    def end(self) -> None:
        """End the transaction: a pooler throws away a connection that is left in the middle of one.

        What was read is read: that the end could not be said is no failure.
        """
        if not self._stopped.is_set():
            with suppress(Unmeasured):
                self._wire.execute("ROLLBACK", seconds=SHORT)
                self._wire.leave()

    @property
    def left(self) -> float:
        """The seconds that the next statement may take, with `statement_timeout` and deadline."""
        return min(self._warehouse.statement_timeout, self.deadline - time.monotonic())

    def rows(self, sql: str, budget: float = math.inf) -> list[dict[str, Cell]]:
        """The rows of a statement, which may take no more seconds than its budget.

        Raises Unmeasured, or Unreachable if the connection is gone.
        """
        return self._in_savepoint(lambda seconds: self._wire.execute(sql, seconds=seconds), budget)

    def rows_of(self, written: str, zone: str, most: int) -> list[dict[str, Cell]]:
        """The first rows of a text that is not ours, and in which clocks show the time of a zone.

        It is sent as it is, and the server takes it only if it is one statement that gives rows.
        Raises like `rows`.
        """

        def fetched(seconds: float) -> Answer:
            self._wire.execute(HANDED_OVER, [written, zone], seconds=SHORT)
            self._wire.execute(OPENED, seconds=seconds)
            answer = self._wire.execute(FETCHED, [most], seconds=seconds)
            self._wire.execute(CLOSED, seconds=SHORT)
            return answer

        return self._in_savepoint(fetched)

    def _in_savepoint(
        self, asked: Callable[[float], Answer], budget: float = math.inf
    ) -> list[dict[str, Cell]]:
        """What is answered within the seconds that are left; an error costs nothing else."""
        if self._stopped.is_set():
            raise Unmeasured(Reason.CANCELED, "not begun: the exporter is shutting down")
        left = min(self.left, budget)
        if left <= 0.05:
            limit = self._warehouse.pass_timeout
            raise Unmeasured(Reason.TIMEOUT, f"not begun: the pass took longer than {limit:g} s")
        self.statements += 1
        prepare = "SAVEPOINT s; SELECT set_config('statement_timeout', %s, true)"
        self._wire.execute(prepare, [milliseconds(left)], seconds=SHORT)
        try:
            names, rows = asked(left)
            refuse_twins(names)
            if self.careful:
                self._refuse_rewritten()
        except Unreachable:
            raise
        except Unmeasured:
            self._roll_back()
            raise
        undone = "ROLLBACK TO SAVEPOINT s; " if self.careful else ""
        self._wire.execute(f"{undone}RELEASE SAVEPOINT s", seconds=SHORT)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _roll_back(self) -> None:
        """Undo a failed statement; the snapshot stays."""
        with suppress(Unmeasured):
            self._wire.execute("ROLLBACK TO SAVEPOINT s", seconds=SHORT)

    def _refuse_rewritten(self) -> None:
        """Raise Unmeasured where a relation just read is not the one that the snapshot shows."""
        for found in self.rewritten():
            text = f"{found.name} was truncated, rewritten or replaced while it was read"
            raise Unmeasured(Reason.REWRITTEN, text)

    def rewritten(self) -> list[Rewritten]:
        """What was read here or beside, but after it had been rewritten.

        Raises Unmeasured, or Unreachable, where that is not known: then no answer is to be trusted.
        """
        unhurried = "SELECT set_config('statement_timeout', %s, true);"
        try:
            if self._stopped.is_set():
                raise Unmeasured(Reason.CANCELED, "the exporter is shutting down")
            _, rows = self._wire.execute(
                unhurried + SHARDS_SHOWN + REWRITTEN, [milliseconds(SHORT)], seconds=SHORT
            )
        except Unreachable:
            raise
        except Unmeasured as error:
            text = f"not known whether it was rewritten while it was read: {error.detail}"
            if error.reason is Reason.PERMISSION:
                text += ": grant it to the exporter's role"
            raise Unmeasured(error.reason, text) from None
        return [*self.noted, *(Rewritten(name, frozenset(oids)) for name, oids in rows)]

    def relations(self, names: Sequence[Name]) -> dict[Name, Relation]:
        """What the catalogue says of the relations that exist. Raises Unreachable."""
        seconds, plain = self._warehouse.statement_timeout, [[name[-1] for name in names]]
        try:
            return found_among(self._wire.execute(QUERY, plain, seconds=seconds)[1], names)
        except Unreachable:
            raise
        except Unmeasured as error:  # without it nothing can be said
            raise Unreachable(f"the catalogue cannot be read: {error.detail}") from None


def refuse_twins(names: Sequence[str]) -> None:
    """Raise Unmeasured where two columns have one name: only one of them would be read."""
    twins = {name for name in names if names.count(name) > 1}
    if twins:
        raise Unmeasured(Reason.RESULT, f"several columns are called {', '.join(sorted(twins))}")


def milliseconds(seconds: float) -> str:
    """A duration as PostgreSQL's settings take it; at least one, because 0 means no limit."""
    return f"{max(1, round(seconds * 1000))}"
