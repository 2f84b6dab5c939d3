"""What is asked in one snapshot: statements of ours and of the owner's, and the catalogue."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.model import Select
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.core.states import Cell
from warehouse_exporter.engines.base import Answer, Name, Surveyed
from warehouse_exporter.engines.fetching import in_portions, unknown
from warehouse_exporter.engines.postgres import costs, selects
from warehouse_exporter.engines.postgres.catalogue import (
    QUERY,
    WITH_SHADOWS,
    asked_for,
    found_among,
)
from warehouse_exporter.engines.postgres.cursor import CLOSED, FETCHED, HANDED_OVER, OPENED
from warehouse_exporter.engines.postgres.settings import SHADOWS, among, milliseconds
from warehouse_exporter.engines.postgres.survey import EVERYTHING, surveyed
from warehouse_exporter.engines.postgres.transaction import SHORT, Transaction


class Session(Transaction):
    """What is asked in one snapshot: statements, and the catalogue."""

    def rows(self, sql: str, budget: float = math.inf) -> list[dict[str, Cell]]:
        """The rows of a statement, which may take no more seconds than its budget.

        Raises Unmeasured, or Unreachable if the connection is gone.
        """
        return self._in_savepoint(
            lambda seconds: self._connection.execute(sql, seconds=seconds), budget
        )

    def rows_of(
        self, written: str, zone: str, most: int, budget: float = math.inf
    ) -> list[dict[str, Cell]]:
        """The first rows of a text that is not ours, and in which clocks show the time of a zone.

        It is sent as it is, and the server takes it only if it is one statement that gives rows.
        Raises like `rows`.
        """

        def fetched(seconds: float) -> Answer:
            self._connection.execute(HANDED_OVER, [written, zone], seconds=SHORT)
            until = time.monotonic() + seconds
            self._connection.execute(OPENED, seconds=seconds, written=written)
            answer = in_portions(lambda rows: self._fetched(written, rows, until, seconds), most)
            self._connection.execute(CLOSED, seconds=SHORT)
            return answer

        return self._in_savepoint(fetched, budget)

    def estimate(self, sql: str, zone: str, *, written: bool = False) -> list[str]:
        """What the planner expects a statement to cost. Raises like `rows`."""
        (row,) = self.rows_of(f"{costs.ASKED}{sql}", zone, 2)
        return costs.estimate(next(iter(row.values())))

    def spelled(self, sql: str, *, written: bool = False) -> str:
        """A statement as it is run: our SQL is PostgreSQL's."""
        return sql

    def _fetched(self, written: str, rows: int, until: float, allowed: float) -> Answer:
        """Some rows more, in what is left of the seconds that planning and all rows may take."""
        late = Unmeasured(Reason.TIMEOUT, f"canceled after {allowed:.3g} s (statement_timeout)")
        left = until - time.monotonic()
        if left <= 0:
            raise late
        limit = f"SET LOCAL statement_timeout = {milliseconds(left)}"
        self._connection.execute(limit, seconds=SHORT)
        try:
            return self._connection.execute(FETCHED, [written, rows], seconds=left)
        except Unmeasured as error:
            raise late if error.reason is Reason.TIMEOUT else error from None

    def relations(self, names: Iterable[Name]) -> dict[Name, Relation]:
        """What the catalogue says of the relations that exist. Raises Unreachable.

        Where it cannot say it of all (a name that is no text, no memory), each is asked for alone:
        one costs its own dataset only.
        """
        wanted = list(dict.fromkeys(names))
        try:
            found = self._first_found([name for name in wanted if not isinstance(name, Select)])
        except Unreachable:
            raise
        except Unmeasured as error:
            return {name: unknown(error) for name in wanted}
        return found | {name: self._select(name) for name in wanted if isinstance(name, Select)}

    def _select(self, select: Select) -> Relation:
        """What a query of the owner's gives. Raises Unreachable."""
        (written,) = select
        names: list[str] = []
        types: list[int] = []

        def described(seconds: float) -> Answer:
            answer, found = selects.described(self._connection, written, seconds, SHORT)
            names.extend(answer[0])
            types.extend(found)
            return answer

        try:
            self._in_savepoint(described)
            self.statements -= 1  # it has read nothing, as those to the catalogue
            return selects.relation(names, self._asked(selects.TYPES, [types]))
        except Unreachable:
            raise
        except Unmeasured as error:
            return selects.failed(error)

    def survey(self) -> list[Surveyed]:
        """All relations of users. Raises Unmeasured, or Unreachable."""
        return surveyed(self._asked(EVERYTHING, []))

    def _first_found(self, names: Sequence[Name]) -> dict[Name, Relation]:
        """The same, together with what would be called in the place of PostgreSQL's own.

        Raises Unmeasured where that is not known.
        """
        taken, values = among(self._schemas), asked_for(names, self._schemas)
        try:
            rows = self._asked(WITH_SHADOWS, {**taken, **values})
        except Unreachable:
            raise
        except Unmeasured as error:
            if error.reason in (Reason.TIMEOUT, Reason.CANCELED):
                raise
            shadows = self._asked(SHADOWS, taken)
            self._shadow = shadows[0][0] if shadows else None
            return self._found(names)
        self._shadow = next(iter(rows[0][0]), None)
        there = [row[1:] for row in rows if row[1] is not None]
        return found_among(there, names, self._schemas)

    def _found(self, names: Sequence[Name]) -> dict[Name, Relation]:
        """Those of the relations that exist. Raises Unreachable."""
        try:
            rows = self._asked(QUERY, asked_for(names, self._schemas))
        except Unreachable:
            raise
        except Unmeasured as error:
            if len(names) < 2 or error.reason in (Reason.TIMEOUT, Reason.CANCELED):
                return {name: unknown(error) for name in names}
            single = [self._found([name]) for name in names]
            return {name: relation for found in single for name, relation in found.items()}
        return found_among(rows, names, self._schemas)
