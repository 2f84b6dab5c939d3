"""What a check asks of the database, before anyone decides how many statements that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from warehouse_exporter.core.states import Cell, State, merged
from warehouse_exporter.sql import words
from warehouse_exporter.sql.faults import over_nothing
from warehouse_exporter.sql.words import Node, render


class Rows(Enum):
    """Which rows of a table: all, those of closed or of open days, or those of no day."""

    ALL = "table"
    CLOSED = "closed"
    OPEN = "open"
    UNTIMED = "untimed"


@dataclass(frozen=True)
class Scan:
    """Aggregates over the rows of a dataset: of each of some days, or of the whole table (None).

    All scans of a dataset over the same window become one statement. `rows` narrows the whole
    table; a kind leaves that to those who know what has been read before. `value` is an expression
    that costs much: it is worked out once in each row, and `cells` find it as the column
    `sql.statements.VALUE`. Such a scan is a statement of its own, so that it costs no other check.
    """

    dataset: str
    days: tuple[date, ...] | None
    state: type[State]
    cells: tuple[Node, ...]
    rows: Rows = Rows.ALL
    value: Node | None = None

    def settled(self) -> Scan:
        """The same with the texts of its cells in place of their trees."""
        cells = tuple(words.settled(node, over_nothing(node)) for node in self.cells)
        value = self.value and words.settled(self.value, None)
        return replace(self, cells=cells, value=value)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is asked of the rows, as text: equal ones have equal answers."""
        return tuple(render(node) for node in (*self.cells, *([self.value] if self.value else [])))


@dataclass(frozen=True)
class Lookup:
    """Single values that an index answers, each a sub-select of its own.

    All lookups of a dataset become one statement.
    """

    dataset: str
    state: type[State]
    subqueries: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """A probe in two statements, so that the rows of closed days need to be read only once.

    Each answers one row: the cells over the rows of closed days, and then those over all rows.
    `both` has every key, `open` only the keys that rows of open days have. All keys together are
    then: the closed rows of `both`, without those of `open`, and with all rows of `open`.
    """

    both: str
    open: str


@dataclass(frozen=True)
class Written:
    """How a query of the owner's is asked: alone, as it is written, with clocks in a zone.

    No more than `rows` of its rows are read.
    """

    zone: str
    rows: int


@dataclass(frozen=True)
class Probe:
    """A statement of its own, for what cannot fuse; equal texts run once.

    With a `state`, it answers one row; without, its rows are kept as they are. With `parts`, its
    state can be taken apart (`states.Parted`). One that is `settled` reads closed days alone, by
    bounds that stand in its text: it is asked once for as long as the text is the same. `columns`
    are those that its rows must have, and `each` those by which no two rows may be alike; a query
    that is `written` by the owner may answer anything.
    """

    dataset: str
    sql: str
    state: type[State] | None = None
    parts: Parts | None = None
    settled: bool = False
    columns: tuple[str, ...] | None = None
    each: tuple[str, ...] = ()
    written: Written | None = None


Need = Scan | Lookup | Probe


@dataclass(frozen=True)
class Failing:
    """Which rows or keys fail: a statement, and the columns of the dataset that it shows."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """The answer to one need: a state per day (None: not by day), or the bare rows."""

    states: Mapping[date | None, State]
    rows: tuple[Mapping[str, Cell], ...] = ()

    def total(self, state: type[Any]) -> Any:
        """All days together, as the named state; None from an answer without any day."""
        found = merged(self.states.values())
        assert found is None or isinstance(found, state)
        return found


Readings = Mapping[str, Reading]
