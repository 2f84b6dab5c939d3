"""States: the raw numbers that suffice to answer, and that can be added over days.

A state keeps numerator and denominator, so that a report can say "58 of 1,000 rows". NaN and
infinity never leave a state: they raise Unmeasured, because no limit can judge them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, Self, TypeVar

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.wording import counted

Cell = int | float | Decimal | str | bool | None


def finite(cell: Cell, what: str) -> float | None:
    """A cell as a float; None stays None. Raises Unmeasured for NaN, infinity and text."""
    if cell is None:
        return None
    if not isinstance(cell, int | float | Decimal):
        raise Unmeasured(Reason.RESULT, f"{what} is not a number but {type(cell).__name__}")
    try:
        number = float(cell)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Unmeasured(Reason.NOT_FINITE, f"{what} is {number}: NaN or infinity among the rows")
    return number


def whole(cell: Cell) -> int:
    """A count. Raises Unmeasured for NULL: a count over no rows is 0, and never nothing."""
    number = finite(cell, "a count")
    if number is None:
        raise Unmeasured(Reason.RESULT, "NULL came where a count was expected")
    return int(number)


def exactly(number: int, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """As many cells as a state is read from. Raises Unmeasured for more or fewer."""
    if len(cells) != number:
        text = f"{counted(number, 'number')} expected, {len(cells)} came"
        raise Unmeasured(Reason.RESULT, text)
    return cells


def plus(left: float | None, right: float | None) -> float | None:
    """Sum of two sums, where None is a sum over nothing."""
    if left is None or right is None:
        return right if left is None else left
    return left + right


def minus(left: float | None, right: float | None) -> float | None:
    """What is left of a sum when a part of it is taken away; None is a sum over nothing."""
    return left if right is None else (left or 0.0) - right


S = TypeVar("S", bound="State")


class State(Protocol):
    """What every state can do: be read from a row, be added, start from nothing."""

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Self:
        """The state that one row of the database holds."""

    def __add__(self, other: Self, /) -> Self:
        """The state of both sets of rows together."""


class Parted(State, Protocol):
    """A state of which a part can be taken away again."""

    def __sub__(self, other: Self, /) -> Self:
        """The state without that of some of its rows."""


@dataclass(frozen=True)
class Count:
    """A number of rows; 0 over a readable table without rows is an honest 0."""

    rows: int

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Count:
        """From count(*)."""
        (rows,) = exactly(1, cells)
        return cls(whole(rows))

    def __add__(self, other: Count, /) -> Count:
        return Count(self.rows + other.rows)

    @property
    def value(self) -> float | None:
        """The number of rows."""
        return float(self.rows)


@dataclass(frozen=True)
class Hits:
    """How many of how many: rows that failed, and rows that were checked."""

    hits: float | None
    total: float | None

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Hits:
        """From (hits, total), counts or sums."""
        hits, total = exactly(2, cells)
        return cls(finite(hits, "the numerator"), finite(total, "the denominator"))

    def __add__(self, other: Hits, /) -> Hits:
        return Hits(plus(self.hits, other.hits), plus(self.total, other.total))

    def __sub__(self, other: Hits, /) -> Hits:
        return Hits(minus(self.hits, other.hits), minus(self.total, other.total))


class Counted(Hits):
    """How many of how many, both of which are counts: neither is ever NULL."""

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Counted:
        """From (hits, total), both counts."""
        hits, total = exactly(2, cells)
        return cls(whole(hits), whole(total))

    def __add__(self, other: Hits, /) -> Counted:
        both = super().__add__(other)
        return Counted(both.hits, both.total)

    def __sub__(self, other: Hits, /) -> Counted:
        left = super().__sub__(other)
        return Counted(left.hits, left.total)


@dataclass(frozen=True)
class Total:
    """A sum and how many values went into it; the sum over no value is None, not 0."""

    total: float | None
    count: int

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Total:
        """From (sum(x), count(x))."""
        total, count = exactly(2, cells)
        return cls(finite(total, "a sum"), whole(count))

    def __add__(self, other: Total, /) -> Total:
        return Total(plus(self.total, other.total), self.count + other.count)

    @property
    def value(self) -> float | None:
        """The sum, or None over no value."""
        return self.total


@dataclass(frozen=True)
class Figure:
    """A number of one day's values that cannot be added to another day's, and how many they were.

    An average, the largest or the smallest value, a percentile; None over no value.
    """

    value: float | None
    count: int

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Figure:
        """From (avg(x), count(x)) and their like."""
        value, count = exactly(2, cells)
        return cls(finite(value, "the number"), whole(count))

    def __add__(self, other: Figure, /) -> Figure:
        if self.count and other.count:
            raise Unmeasured(Reason.RESULT, "such numbers of two days cannot be added up")
        return self if self.count else other


@dataclass(frozen=True)
class Newest:
    """The newest instant seen, in seconds since the epoch, or None over no row."""

    at: float | None

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Newest:
        """From extract(epoch from max(time))."""
        (at,) = exactly(1, cells)
        return cls(finite(at, "the newest time"))

    def __add__(self, other: Newest, /) -> Newest:
        seen = [at for at in (self.at, other.at) if at is not None]
        return Newest(max(seen, default=None))

    @property
    def value(self) -> float | None:
        """The instant in seconds since the epoch."""
        return self.at


def merged(states: Iterable[S]) -> S | None:
    """All states together, or None when there is none."""
    result: S | None = None
    for state in states:
        result = state if result is None else result + state
    return result
