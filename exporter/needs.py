"""What a check asks of the database, before anyone decides how many statements that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from exporter.sql.words import Node
from exporter.states import Cell, Hits, State, merged


@dataclass(frozen=True)
class Scan:
    """Aggregates over the rows of a dataset: of each of some days, or of the whole table (None).

    All scans of a dataset over the same window become one statement.
    """

    dataset: str
    days: tuple[date, ...] | None
    state: type[State]
    cells: tuple[Node, ...]


@dataclass(frozen=True)
class Lookup:
    """Single values that an index answers, each a sub-select of its own.

    All lookups of a dataset become one statement.
    """

    dataset: str
    state: type[State]
    subqueries: tuple[str, ...]


@dataclass(frozen=True)
class Probe:
    """A statement of its own, for what cannot fuse; equal texts run once.

    With a `state`, it answers one row; without, its rows are kept as they are.
    """

    dataset: str
    sql: str
    state: type[State] | None = None


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


def hits(readings: Readings, name: str = "rows") -> Hits:
    """The answer to a need for Hits."""
    total = readings[name].total(Hits)
    return total if total is not None else Hits(0, 0)
