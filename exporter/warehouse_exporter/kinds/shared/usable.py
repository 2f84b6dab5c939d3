"""Rows that are there, and whether any of them has what a check is about."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import Cell, Count, Hits, exactly, whole
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.measures.requests import Readings
from warehouse_exporter.sql.statements import clause
from warehouse_exporter.sql.words import Node

ALL = "all"
"""The need of a kind that divides by rows with a value alone: how many rows there are."""


@dataclass(frozen=True)
class Keyed:
    """How many of how many have a key, and how many rows have none."""

    hits: int
    total: int
    keyless: int

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Keyed:
        """From (hits, total, keyless), all of them counts."""
        return cls(*(whole(cell) for cell in exactly(3, cells)))

    def __add__(self, other: Keyed, /) -> Keyed:
        return Keyed(self.hits + other.hits, self.total + other.total, self.keyless + other.keyless)

    def __sub__(self, other: Keyed, /) -> Keyed:
        return Keyed(self.hits - other.hits, self.total - other.total, self.keyless - other.keyless)

    @property
    def keyed(self) -> Hits:
        """Those that have a key."""
        return Hits(self.hits, self.total)


def counted_in(source: str, where: Node | None) -> str:
    """A number of rows as a sub-select."""
    return f"(SELECT count(*) FROM {source}{clause(where)})"


def all_of(readings: Readings) -> int:
    """How many rows there are; 0 where the kind does not ask."""
    return int(readings[ALL].total(Count).rows) if ALL in readings else 0


def without(rows: float, what: str, when: str) -> Unmeasured:
    """Why rows that are there say nothing: not one of them has what the check is about."""
    none = agreed(rows, "it has no", "none has")
    return Unmeasured(Reason.NO_VALUES, f"{counted(rows, 'row')} {when}: {none} {what}")
