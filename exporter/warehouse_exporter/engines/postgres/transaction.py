"""One snapshot of the warehouse: each statement in a savepoint of its own, with a deadline.

Every setting is made inside the transaction, so that it also holds behind a pooler that hands out
the same server connection to others.

Each message is a round trip, and the line may be long: what ends a savepoint goes with the next
message. A statement that reads data has a message of its own, so that pg_stat_activity and the
server's log show it, and not the settings before it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.states import Cell
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines.base import Answer, Rewritten
from warehouse_exporter.engines.fetching import refuse_twins, time_left
from warehouse_exporter.engines.postgres.catalogue import REWRITTEN, SHARDS_SHOWN
from warehouse_exporter.engines.postgres.connection import Connection, Values
from warehouse_exporter.engines.postgres.settings import (
    EXPORTED,
    NEWER,
    OURS,
    PLANNING,
    again,
    milliseconds,
    of_config,
    opening,
    path_of,
)

SHORT = 5.0
"""How long the server has for what reads no table: settings and savepoints, in seconds."""
RELEASED = "RELEASE SAVEPOINT s; "
UNDONE = f"ROLLBACK TO SAVEPOINT s; {RELEASED}"


class Transaction:
    """One snapshot of the warehouse; each statement in a savepoint of its own.

    A `careful` one asks after each statement what the others ask once, with `rewritten`: a
    statement that read such a relation fails. It lets go of what it has read at once, so that it
    can tell which statement that was. `noted` is what those beside it have found. `running`: a
    statement was sent and is not answered; it stays so when the connection goes.
    """

    def __init__(
        self, connection: Connection, warehouse: Warehouse, stopped: threading.Event
    ) -> None:
        self._connection = connection
        self._warehouse = warehouse
        self._stopped = stopped
        self.deadline = time.monotonic() + warehouse.pass_timeout
        self.statements = 0
        self.careful = False
        self.noted: list[Rewritten] = []
        self.running = False
        self._settings = of_config(warehouse)
        self._schemas: Sequence[str] = ()
        self._shadow: str | None = None
        self._exported: str | None = None
        self._unsaid = ""
        """What the next message says first: the end of the savepoint before it."""

    def begin(self, snapshot: str | None = None, *, share: bool = False) -> None:
        """Start the transaction and make every setting in it. Raises Unreachable.

        With `snapshot` it sees what the transaction that exported it sees. With `share` it exports
        its own, in the same message, where the server does that.
        """
        asked = opening(self._settings, snapshot, share=share)
        try:
            _, rows = self._connection.execute(*asked, seconds=SHORT)
        except Unreachable:
            raise
        except Unmeasured as error:
            if share:
                self._connection.execute("ROLLBACK", seconds=SHORT)
                self.begin()
                return
            self.end()
            text = f"the server refuses the transaction: {error.detail}"
            raise Unreachable(text, error.reason) from None
        self._settings |= {name: NEWER[name] for name in rows[0][0]}
        self._schemas = [str(schema) for schema in rows[0][1]]
        self._exported = rows[0][2] if share else None

    @contextmanager
    def planning(self) -> Iterator[None]:
        """A while in which nothing is asked: it does not count against the deadline."""
        started = time.monotonic()
        yield
        self.deadline += time.monotonic() - started

    def export(self) -> str | None:
        """The name under which others can see the same instant; None where none can."""
        if self._exported is not None:
            return self._exported
        try:
            asked = f"{self._before()}SELECT {EXPORTED}"
            _, rows = self._connection.execute(asked, seconds=SHORT)
        except Unreachable:
            raise
        except Unmeasured:  # the transaction has failed with it
            self._connection.execute("ROLLBACK", seconds=SHORT)
            self.begin()
            return None
        (name,) = rows[0]
        return None if name is None else str(name)

    def end(self) -> None:
        """End the transaction: a pooler throws away a connection that is left in the middle of one.

        What was read is read: that the end could not be said is no failure.
        """
        if not self._stopped.is_set():
            with suppress(Unmeasured):
                self._connection.execute("ROLLBACK", seconds=SHORT)
                self._connection.leave()

    @property
    def left(self) -> float:
        """The seconds that the next statement may take, with `statement_timeout` and deadline."""
        return min(self._warehouse.statement_timeout, self.deadline - time.monotonic())

    def _in_savepoint(
        self, asked: Callable[[float], Answer], budget: float = math.inf
    ) -> list[dict[str, Cell]]:
        """What is answered within the seconds that are left; an error costs nothing else."""
        left = time_left(self.left, budget, self._warehouse, self._stopped)
        if self._shadow is not None:
            advice = "drop it, or take its schema off the search_path of the exporter's role"
            text = f"{self._shadow} would be called in the place of PostgreSQL's own: {advice}"
            raise Unmeasured(Reason.STATEMENT, text)
        self.statements += 1
        prepared = self._prepared(path_of(self._schemas), left, self._warehouse.pass_timeout)
        self._connection.execute(prepared, seconds=SHORT)
        try:
            self.running = True
            names, rows = asked(left)
            self.running = False
            refuse_twins(names)
            if self.careful:
                self._refuse_rewritten()
            self._unsaid = UNDONE if self.careful else RELEASED
        except Unreachable:
            raise
        except Unmeasured:
            self.running = False
            self._roll_back()
            raise
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _before(self) -> str:
        """What has not been said yet, to be said first."""
        said, self._unsaid = self._unsaid, ""
        return said

    def _prepared(self, path: str, seconds: float, idle: float) -> str:
        """Begins a savepoint, with the settings, the time-out and the path of what comes in it.

        How long the transaction may be idle is said before it, so that it holds after a failure.
        """
        return (
            f"{self._before()}{again(self._settings)};"
            f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds(idle)}; SAVEPOINT s;"
            f" SET LOCAL statement_timeout = {milliseconds(seconds)}; {path}"
        )

    def _roll_back(self) -> None:
        """Undo a failed statement; the snapshot stays, and no savepoint keeps it from export."""
        with suppress(Unmeasured):
            self._connection.execute(UNDONE, seconds=SHORT)

    def _refuse_rewritten(self) -> None:
        """Raise Unmeasured where a relation just read is not the one that the snapshot shows."""
        for found in self.rewritten():
            text = f"{found.name} was truncated, rewritten or replaced while it was read"
            raise Unmeasured(Reason.REWRITTEN, text)

    def rewritten(self) -> list[Rewritten]:
        """What was read here or beside, but after it had been rewritten.

        Raises Unmeasured, or Unreachable, where that is not known: then no answer is to be trusted.
        """
        unhurried = f"{self._before()}{again(self._settings)};"
        unhurried += f"SET LOCAL statement_timeout = {milliseconds(SHORT)}; {OURS};"
        try:
            if self._stopped.is_set():
                raise Unmeasured(Reason.CANCELED, "the exporter is shutting down")
            _, rows = self._connection.execute(unhurried + SHARDS_SHOWN + REWRITTEN, seconds=SHORT)
        except Unreachable:
            raise
        except Unmeasured as error:
            text = f"not known whether it was rewritten while it was read: {error.detail}"
            if error.reason is Reason.PERMISSION:
                text += ": grant it to the exporter's role"
            raise Unmeasured(error.reason, text) from None
        return [*self.noted, *(Rewritten(name, frozenset(oids)) for name, oids in rows)]

    def _asked(self, sql: str, values: Values) -> list[tuple[Any, ...]]:
        """The answer of the catalogue, in one message. Raises Unmeasured, or Unreachable."""
        seconds = max(self.left, SHORT)
        prepared = self._prepared(OURS, seconds, PLANNING).replace("%", "%%")
        try:
            _, rows = self._connection.execute(f"{prepared}; {sql}", values, seconds=seconds)
        except Unreachable:
            raise
        except Unmeasured:
            self._roll_back()
            raise
        self._unsaid = RELEASED
        return rows
