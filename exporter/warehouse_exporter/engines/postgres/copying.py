"""Copies of relations: out of a snapshot that another session has exported, and back in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines.base import Form, Name, Rewritten, Stored
from warehouse_exporter.engines.postgres import storing
from warehouse_exporter.engines.postgres.blocking import BlockingConnection
from warehouse_exporter.engines.postgres.catalogue import REWRITTEN, SHARDS_SHOWN
from warehouse_exporter.engines.postgres.settings import (
    BEGIN,
    NEWER,
    OURS,
    milliseconds,
    of_config,
    opening,
    path_of,
)

SHORT = 5.0
FORMS = {"csv": "(FORMAT csv, HEADER true)", "text": "(FORMAT text)"}
MONEY = {"lc_monetary": "C"}
"""How money is written: like the other settings, the same way out and in."""


class Transaction:
    """What both directions have in common: settings, and what the catalogue says."""

    def __init__(self, connection: BlockingConnection, warehouse: Warehouse) -> None:
        self._connection = connection
        self._made = {**of_config(warehouse), **MONEY}
        self._schemas: Sequence[str] = ()

    def _begin(self, text: str, values: Sequence[str] | None) -> None:
        """Begin, with every setting made. Raises Unreachable."""
        try:
            _, rows = self._connection.execute(text, values, seconds=SHORT)
        except Unreachable:
            raise
        except Unmeasured as error:
            refused = f"the server refuses the transaction: {error.detail}"
            raise Unreachable(refused, error.reason) from None
        self._made |= {name: NEWER[name] for name in rows[0][0]}
        self._schemas = [str(schema) for schema in rows[0][1]]

    def stored(self, relation: Name) -> Stored | None:
        """A relation as it is stored; None where there is none of that name."""
        self._ready(SHORT, path_of(self._schemas))
        asked = [storing.written(relation)]
        _, found = self._connection.execute(storing.FIND, asked, seconds=SHORT)
        if found[0][0] is None:
            return None
        self._ready(SHORT)
        _, rows = self._connection.execute(storing.STORED, [found[0][0]], seconds=SHORT)
        return storing.stored(rows[0])

    def _ready(self, seconds: float, path: str = OURS) -> None:
        """Set the time-out and the path of the statement to come."""
        if seconds <= 0:
            raise Unmeasured(Reason.TIMEOUT, "not begun: the time that was given is over")
        limit = f"SET LOCAL statement_timeout = {milliseconds(seconds)}; {path}"
        self._connection.execute(limit, seconds=SHORT)


class Copier(Transaction):
    """A read-only transaction on an exported snapshot."""

    def begin(self, snapshot: str) -> None:
        """See what the one that exported it sees. Raises Unreachable."""
        self._begin(*opening(self._made, snapshot))

    def copy_out(self, select: str, form: Form, into: IO[bytes], seconds: float) -> int:
        """Write the rows of a statement within some seconds; returns how many they are."""
        self._ready(seconds, path_of(self._schemas))
        text = f"COPY ({select}) TO STDOUT WITH {FORMS[form]}"
        self._connection.execute("SAVEPOINT s", seconds=SHORT)
        try:
            rows = self._connection.copy(text, into, seconds=seconds)
        except Unreachable:
            raise
        except Unmeasured:
            self._connection.execute("ROLLBACK TO SAVEPOINT s; RELEASE SAVEPOINT s", seconds=SHORT)
            raise
        self._connection.execute("RELEASE SAVEPOINT s", seconds=SHORT)
        return rows

    def rewritten(self) -> list[Rewritten]:
        """The relations that were copied, but not as the snapshot shows them."""
        self._ready(SHORT)
        _, rows = self._connection.execute(SHARDS_SHOWN + REWRITTEN, seconds=SHORT)
        return [Rewritten(name, frozenset(oids)) for name, oids in rows]


class Writer(Transaction):
    """A transaction that writes; it sees the others' commits, until it holds its locks."""

    def begin(self) -> None:
        """Begin. Raises Unreachable."""
        text, values = opening(self._made, None)
        self._begin(text.replace(BEGIN, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"), values)

    def copy_in(self, table: str, columns: str, source: IO[bytes], seconds: float) -> int:
        """Load COPY's text into a table; returns how many rows it had."""
        self._ready(seconds)
        text = f"COPY {table} ({columns}) FROM STDIN WITH {FORMS['text']}"
        return self._connection.copy(text, source, seconds=seconds)

    def run(self, sql: str, seconds: float) -> int:
        """Run a statement; returns how many rows it has touched."""
        self._ready(seconds)
        return self._connection.touched(sql, seconds=seconds)

    def rows(self, sql: str, seconds: float) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        self._ready(seconds)
        return self._connection.execute(sql, seconds=seconds)[1]

    def commit(self) -> None:
        """Make everything lasting; without it, nothing is."""
        self._connection.execute("COMMIT", seconds=60.0)
