"""One snapshot of a DuckDB file, or of a folder of Parquet files."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from warehouse_exporter.core.errors import Reason, SqlRefused, Unmeasured
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.core.states import Cell
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines.base import Answer, Name, Rewritten
from warehouse_exporter.engines.duckdb.catalogue import Catalogue, OfFolder, literal
from warehouse_exporter.engines.duckdb.connection import Connection, driver
from warehouse_exporter.engines.duckdb.costs import ASKED, estimate
from warehouse_exporter.engines.fetching import in_portions, refuse_twins, time_left
from warehouse_exporter.sql import dialect

SHORT = 5.0
"""How long a statement may take that reads no table, in seconds."""
BEGIN = "BEGIN TRANSACTION READ ONLY"
Run = Callable[[str, float], Answer]


class Session:
    """One snapshot; after an error the transaction is begun anew, as DuckDB has no savepoints.

    It sees the same: a file that is open for reading has no writer, and of a folder the files are
    compared at the end with what they were.
    """

    def __init__(
        self,
        connection: Connection,
        catalogue: Catalogue,
        warehouse: Warehouse,
        stopped: threading.Event,
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._warehouse = warehouse
        self._stopped = stopped
        self._in_transaction = not isinstance(catalogue, OfFolder)
        self.deadline = time.monotonic() + warehouse.pass_timeout
        self.statements = 0
        self.careful = False
        self.noted: list[Rewritten] = []
        self.running = False

    def begin(self) -> None:
        """Start the transaction. Raises Unmeasured."""
        self._connection.execute("SET TimeZone = 'UTC'", SHORT)
        if self._in_transaction:
            self._connection.execute(BEGIN, SHORT)

    @contextmanager
    def planning(self) -> Iterator[None]:
        """A while in which nothing is asked: it does not count against the deadline."""
        started = time.monotonic()
        yield
        self.deadline += time.monotonic() - started

    @property
    def left(self) -> float:
        """The seconds that the next statement may take."""
        return min(self._warehouse.statement_timeout, self.deadline - time.monotonic())

    def relations(self, names: Iterable[Name]) -> dict[Name, Relation]:
        """What is known of the relations that exist."""
        seconds = max(self.left, SHORT)

        def ask(sql: str) -> Answer:
            try:
                return self._connection.execute(sql, seconds)
            except Unmeasured:
                self._begin_anew()
                raise

        return self._catalogue.relations(list(dict.fromkeys(names)), ask)

    def rows(self, sql: str, budget: float = math.inf) -> list[dict[str, Cell]]:
        """The rows of a statement of ours. Raises Unmeasured, and Lost where files vanished."""
        seconds = time_left(self.left, budget, self._warehouse, self._stopped)
        return self._answered(self._connection.execute, self._sent(sql), seconds)

    def rows_of(
        self, written: str, zone: str, most: int, budget: float = math.inf
    ) -> list[dict[str, Cell]]:
        """The first rows of a query of the owner's, in DuckDB's own SQL. Raises like `rows`."""
        seconds = time_left(self.left, budget, self._warehouse, self._stopped)
        refuse_other_than_select(sql := self._sent(written, written=True))

        def fetched(sql: str, seconds: float) -> Answer:
            self._catalogue.everything(lambda made: self._connection.execute(made, seconds))
            self._connection.execute(f"SET TimeZone = {literal(zone)}", SHORT)
            with self._connection.timed(seconds):
                names, more = self._connection.begin(sql)
                return in_portions(lambda rows: (names, more(rows)), most)

        try:
            return self._answered(fetched, sql, seconds)
        finally:
            with suppress(Unmeasured):
                self._connection.execute("SET TimeZone = 'UTC'", SHORT)

    def _answered(self, run: Run, sql: str, seconds: float) -> list[dict[str, Cell]]:
        """The rows of an answer; an error costs nothing else."""
        self.statements += 1
        try:
            names, rows = run(sql, seconds)
            refuse_twins(names)
            if self.careful:
                for found in self.rewritten():
                    text = f"{found.name} was truncated, rewritten or replaced while it was read"
                    raise Unmeasured(Reason.REWRITTEN, text)
        except Unmeasured:
            self._begin_anew()
            vanished = isinstance(self._catalogue, OfFolder) and self._catalogue.vanished()
            if vanished and not self.careful:
                raise vanished from None
            raise
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _begin_anew(self) -> None:
        """Leave the transaction that an error has ended."""
        if self._in_transaction:
            with suppress(Unmeasured):
                self._connection.execute("ROLLBACK", SHORT)
                self._connection.execute(BEGIN, SHORT)

    def spelled(self, sql: str, *, written: bool = False) -> str:
        """A statement in DuckDB's SQL, for a reader. Raises Unmeasured without a translation."""
        return self._sent(sql, written=written, pretty=True)

    def _sent(self, sql: str, *, written: bool = False, pretty: bool = False) -> str:
        """A statement in DuckDB's SQL. Raises Unmeasured where there is no translation."""
        try:
            return dialect.owners_duckdb(sql) if written else dialect.duckdb(sql, pretty=pretty)
        except SqlRefused as error:
            raise Unmeasured(Reason.STATEMENT, str(error)) from None

    def estimate(self, sql: str, zone: str, *, written: bool = False) -> list[str]:
        """How many rows DuckDB expects to read where. Raises like `rows`."""
        _, rows = self._connection.execute(
            f"{ASKED}{self._sent(sql, written=written)}", max(self.left, SHORT)
        )
        return estimate(rows[0][1])

    def rewritten(self) -> list[Rewritten]:
        """The tables of a folder of which a file was replaced meanwhile."""
        return [*self.noted, *self._catalogue.rewritten()]

    def export(self) -> str | None:
        """Nothing: one connection uses all processors that it may."""
        return None


def refuse_other_than_select(sql: str) -> None:
    """Raise Unmeasured for anything but one SELECT, as DuckDB itself reads the text."""
    duckdb = driver()
    try:
        found = duckdb.extract_statements(sql)
    except duckdb.Error:
        raise Unmeasured(Reason.STATEMENT, "syntax error: a query is in DuckDB's SQL") from None
    if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
        raise Unmeasured(Reason.STATEMENT, "a query is one SELECT, and nothing else")
