"""What the kinds share that compare two sides, key by key: parameters, statement and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.core.states import Cell, exactly, finite, whole
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.base import Expression, Kind, Part
from warehouse_exporter.kinds.shared.keys import Columns, columns_of, key_in, unlike
from warehouse_exporter.kinds.shared.nearby import (
    ABOUT,
    Within,
    in_words,
    problems,
    recent,
    source,
    times,
)
from warehouse_exporter.kinds.shared.open_days import refuse_to_read_all
from warehouse_exporter.kinds.shared.places import KEYLESS, ByPlace, place_of
from warehouse_exporter.kinds.shared.tolerances import Allowed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Parts, Probe
from warehouse_exporter.sql import words
from warehouse_exporter.sql.sides import Comparison, Side
from warehouse_exporter.sql.words import Node


class OtherSide(Part):
    """What is summed on the other side, and by which key."""

    dataset: str = Field(description="The other dataset, such as order_items or the raw events.")
    sum: Expression = Field(description="The expression summed, such as quantity * price.")
    by: Columns = Field(description="Its column, or columns, with the key of this side.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")
    within: Within | None = Field(None, description=ABOUT)

    def refuse_to_read_all(self, kind: Kind, view: DatasetView) -> None:
        """Raise Skipped where a check of open days would read all rows of this side."""
        refuse_to_read_all(kind, view.other(self.dataset), self.by[0])

    def problems(
        self, kind: Kind, by: tuple[str, ...] | None, dataset: Dataset, datasets: Datasets
    ) -> list[str]:
        """What is wrong with holding a dataset, by this key of its own, against this side."""
        other = datasets.get(self.dataset)
        unequal = unlike(kind.kind, "by", dataset, by, self.by)
        return unequal or problems(kind, dataset, other, self.within)

    def side(self, view: DatasetView, only: Node | None = None) -> Side:
        """The rows of the other dataset, to be compared with those of `view`."""
        other = view.other(self.dataset)
        key, x = key_in(other, self.by), other.summand(self.sum)
        given = words.both(only, other.predicate(self.where), recent(view, other, self.within))
        return Side(source(view, other, self.within), key, x, given, other.finds(self.by[0]))

    @property
    def shown(self) -> str:
        """Where its rows are looked for, in words."""
        return f"{self.dataset}{in_words(self.within)}"


COUNTS = ("compared", "differing", "valueless", "partless", "keyless", "elsewhere")
"""What of both sides is counted; all else are sums, and a sum over nothing adds nothing."""


@dataclass(frozen=True)
class Sides:
    """Keys compared on both sides, those that differ, and those that cannot be compared.

    `left` and `right` are the sums over comparable keys, `amount` the sum of absolute differences.
    Of the keys with a value missing, and of those without a row on the other side, `left_out` and
    `alone` are the own sums, `apart` the absolute one of the latter. `keyless` are own rows without
    a key, worth `unknown`. `elsewhere` is 1 where the other side is not empty.
    """

    compared: float = 0.0
    differing: float = 0.0
    amount: float = 0.0
    left: float = 0.0
    right: float = 0.0
    valueless: float = 0.0
    partless: float = 0.0
    left_out: float = 0.0
    alone: float = 0.0
    apart: float = 0.0
    keyless: float = 0.0
    unknown: float = 0.0
    elsewhere: float = 0.0

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Sides:
        """From one row of the probe."""
        given = exactly(len(fields(cls)), cells)
        return cls(
            *(
                whole(cell) if field.name in COUNTS else finite(cell, "a sum of revenue") or 0.0
                for field, cell in zip(fields(cls), given, strict=True)
            )
        )

    def __add__(self, other: Sides, /) -> Sides:
        return Sides(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __sub__(self, other: Sides, /) -> Sides:
        return Sides(*(a - b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def incomparable(self) -> float:
        """Orders with a value missing on either side, with nothing there, or without a key."""
        return self.valueless + self.partless + self.keyless

    @property
    def orders(self) -> float:
        """All orders; each row without a key is one."""
        return self.compared + self.incomparable

    def reasons(self, other: str, *, partless: bool = True) -> str:
        """Why orders cannot be compared, in words: those reasons that there are."""
        counts = [
            (self.valueless, "with a value missing"),
            (self.partless if partless else 0.0, f"without a row in {other}"),
            (self.keyless, "without a key"),
        ]
        return ", ".join(f"{count:,.0f} {why}" for count, why in counts if count)


class Compared(ByPlace):
    """What the kinds that compare two sides share: their parameters and their one statement.

    With `beyond_usual`, only the own keys are judged: rows of the other side that are of none are
    what `orphans` finds.
    """

    default_window = "all"
    layer = "business"
    things: ClassVar[str] = "orders"
    placed = ("sides", Sides, 13)

    sum: Expression = Field(description="The expression summed on this side, such as revenue.")
    by: Columns | None = Field(
        None, description="The column, or columns, of this side's key; default: the dataset's key."
    )
    against: OtherSide = Field(description="The other side.")
    tolerance: Allowed = Field(
        0.01,
        validate_default=True,
        description="Tolerated difference: an amount, or per cent of this side, such as 1%.",
    )

    def refers_to(self) -> tuple[str, ...]:
        return (self.against.dataset,)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        wrong = self.against.problems(self, self.by, dataset, datasets)
        return [*wrong, *super().problems(dataset, datasets)]

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        of = self.against
        return (*super().times(view), *times(view, of.dataset, of.within))

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days = self.span(view)
        self.against.refuse_to_read_all(self, view)
        return {"sides": probe(self.comparison(view), view, days)}

    def by_place(self, view: DatasetView, only: Node | None, *, few: bool) -> str:
        return self.comparison(view).by_place(place_of(view), only, KEYLESS, few=few)

    def comparison(self, view: DatasetView) -> Comparison:
        """Both sides, in the window."""
        days, names = self.span(view), columns_of(view.dataset, self.by)
        key, x = key_in(view, names), view.summand(self.sum)
        given = view.predicate(self.where)
        own = Side(view.source(days), key, x, given, view.finds(names[0]))
        theirs = self.against.side(view)
        # Of a window without orders, rows of another day say nothing.
        any_row = theirs.any_row if days is None else "0"
        return Comparison(own, theirs, self.tolerance, view.inside(days), elsewhere=any_row)

    def refuse_nothing(self, view: DatasetView, sides: Sides, beyond: float = 0.0) -> None:
        """Raise Skipped where neither side has anything, Unmeasured where one alone has.

        `beyond` is how much of the other side is of no order.
        """
        if sides.compared:
            return
        when, other = self.when(view), self.against.shown
        if sides.orders:
            why = sides.reasons(other)
            text = f"none of {counted(sides.orders, 'order')} can be compared {when}: {why}"
            raise Unmeasured(Reason.NO_VALUES, text)
        if beyond or sides.elsewhere:
            raise Unmeasured(Reason.NO_VALUES, f"no orders {when}, but {other} has rows")
        raise Skipped(f"no orders {when}")


def probe(compared: Comparison, view: DatasetView, days: tuple[date, ...] | None) -> Probe:
    """The comparison of the keys of some days, in parts where closed days can be told apart."""
    parted = view.parted(days)
    parts = parted and Parts(compared.both(parted[0]), compared.still(*parted))
    sql = compared.all(few=view.all_open(days))
    return Probe(view.dataset.name, sql, Sides, parts)
