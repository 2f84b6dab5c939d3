"""What a check asks of the database, before anyone decides how many statements that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from exporter.sql.words import Node
from exporter.states import Cell, State, merged


class Rows(Enum):
    """Which rows of a table: all, those of days that are closed, or those of days still open."""

    ALL = "table"
    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True)
class Scan:
    """Aggregates over the rows of a dataset: of each of some days, or of the whole table (None).

    All scans of a dataset over the same window become one statement. `rows` narrows the whole
    table; a kind leaves that to those who know what has been read before.
    """

    dataset: str
    days: tuple[date, ...] | None
    state: type[State]
    cells: tuple[Node, ...]
    rows: Rows = Rows.ALL


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
class Probe:
    """A statement of its own, for what cannot fuse; equal texts run once.

    With a `state`, it answers one row; without, its rows are kept as they are. With `parts`, its
    state can be taken apart (`states.Parted`). One that is `settled` reads closed days alone, by
    bounds that stand in its text: it is asked once for as long as the text is the same. Where
    everything is read anyway, it may be part of a scan that `rides` along with others.
    """

    dataset: str
    sql: str
    state: type[State] | None = None
    parts: Parts | None = None
    settled: bool = False
    rides: Scan | None = None


Need = Scan | Lookup | Probe


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
