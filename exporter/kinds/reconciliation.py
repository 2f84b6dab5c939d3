"""R4, R6: the revenue of an order is what its items, or the raw source, say it is: one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from exporter.catalog import Metric
from exporter.errors import Skipped
from exporter.kinds.base import Expression, Share
from exporter.kinds.nearby import ABOUT, Within, in_words, problems, recent, source
from exporter.model import Dataset, Datasets, Sample
from exporter.needs import Need, Parts, Probe, Readings
from exporter.sql import words
from exporter.sql.sides import Comparison, Side
from exporter.states import Cell, finite, minus, plus
from exporter.target import Target
from exporter.wording import agreed, counted


class OtherSide(BaseModel):
    """What is summed on the other side, and by which key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(description="The other dataset: order_items, or the raw events.")
    sum: Expression = Field(description="The expression summed, e.g. quantity * price.")
    by: str = Field(description="Its column that holds the key of this side.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")
    within: Within | None = Field(None, description=ABOUT)

    def side(self, target: Target) -> Side:
        """The rows of the other dataset, to be compared with those of `target`."""
        other = target.other(self.dataset)
        key, x = other.column(self.by), other.expression(self.sum)
        given = words.both(other.predicate(self.where), recent(target, other, self.within))
        return Side(source(target, other, self.within), key, x, given, other.finds(self.by))

    @property
    def shown(self) -> str:
        """Where its rows are looked for, in words."""
        return f"{self.dataset}{in_words(self.within)}"


@dataclass(frozen=True)
class Sides:
    """Keys compared on both sides, those that differ, and those that cannot be compared.

    `left` and `right` are the sums over comparable keys, `amount` the sum of absolute differences.
    """

    compared: float
    differing: float
    amount: float | None
    left: float | None
    right: float | None
    valueless: float
    partless: float

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Sides:
        """From one row of the probe."""
        numbers = [finite(cell, "a sum of revenue") for cell in cells]
        return cls(
            numbers[0] or 0, numbers[1] or 0, numbers[2], numbers[3], numbers[4],
            numbers[5] or 0, numbers[6] or 0,
        )  # fmt: skip

    def __add__(self, other: Sides, /) -> Sides:
        return Sides(
            self.compared + other.compared,
            self.differing + other.differing,
            plus(self.amount, other.amount),
            plus(self.left, other.left),
            plus(self.right, other.right),
            self.valueless + other.valueless,
            self.partless + other.partless,
        )

    def __sub__(self, other: Sides, /) -> Sides:
        return Sides(
            self.compared - other.compared,
            self.differing - other.differing,
            minus(self.amount, other.amount),
            minus(self.left, other.left),
            minus(self.right, other.right),
            self.valueless - other.valueless,
            self.partless - other.partless,
        )

    @property
    def incomparable(self) -> float:
        """Keys with a value missing on either side, or with nothing on the other side."""
        return self.valueless + self.partless


class Compared(Share):
    """What the kinds that compare two sides share: their parameters and their one statement."""

    default_window = "all"
    layer = "business"
    things: ClassVar[str] = "orders"

    sum: Expression = Field(description="The expression summed on this side, e.g. revenue.")
    by: str | None = Field(None, description="The key of this side; default: the dataset's key.")
    against: OtherSide = Field(description="The other side.")
    tolerance: float = Field(
        0.01, ge=0, allow_inf_nan=False, description="Absolute difference that is no difference."
    )

    def refers_to(self) -> tuple[str, ...]:
        return (self.against.dataset,)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.by is None and len(dataset.key) != 1:
            return [f"{self.kind} needs `by:` (dataset {dataset.name} has no key of one column)"]
        other = datasets.get(self.against.dataset)
        wrong = problems(self, dataset, other, self.against.within)
        return [*wrong, *super().problems(dataset, datasets)]

    def needs(self, target: Target) -> Mapping[str, Need]:
        days, name = self.span(target), self.by or target.dataset.key[0]
        x, given = target.expression(self.sum), target.predicate(self.where)
        own = Side(target.source(days), target.column(name), x, given, target.finds(name))
        theirs = self.against.side(target)
        compared = Comparison(own, theirs, self.tolerance, target.inside(days))
        return {"sides": probe(compared, target, days)}


def probe(compared: Comparison, target: Target, days: tuple[date, ...] | None) -> Probe:
    """The comparison of the keys of some days, in parts where closed days can be told apart."""
    parted = target.parted(days)
    parts = parted and Parts(compared.both(parted[0]), compared.still(*parted))
    sql = compared.all(few=target.all_open(days))
    return Probe(target.dataset.name, sql, Sides, parts)


class Reconciliation(Compared):
    """Orders whose sum differs from that of their items, or of the raw source, by over a tolerance.

    The other side may be anything that has the key of an order: what the order is made of, or what
    it was made from.
    """

    kind = "reconciliation"
    ids = ("R4", "R6")
    metric = Metric(
        "warehouse_revenue_mismatch_ratio",
        "Share of comparable orders whose revenue differs from the sum on the other side.",
    )
    more_metrics = (
        Metric(
            "warehouse_revenue_mismatch_amount",
            "Sum of the absolute differences of both sides, in the warehouse's currency.",
        ),
    )
    alert = "WarehouseRevenueMismatch"
    summary = "revenue of orders differs from that on the other side"
    advice: ClassVar[str] = "critical: '> 0'"

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        sides = readings["sides"].total(Sides)
        if not sides.compared:
            raise Skipped(f"no order can be compared {self.when(target)}")
        values = self.gauges(sides.differing, sides.compared, sides.amount or 0.0)
        evidence = (
            f"{sides.differing:,.0f} of {counted(sides.compared, 'comparable order')}"
            f" {agreed(sides.differing, 'differs', 'differ')} from the sum in"
            f" {self.against.shown}, by {sides.amount or 0:,.2f} together, {self.when(target)}"
        )
        return [Sample(values, evidence)]
