"""What the kinds share that compare two sides, key by key: parameters, statement and answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pydantic import Field

from exporter.kinds.base import Expression, Kind, Part, Share
from exporter.kinds.keys import key_of, no_key
from exporter.kinds.nearby import ABOUT, Within, in_words, problems, recent, source, times
from exporter.model import Dataset, Datasets
from exporter.needs import Need, Parts, Probe
from exporter.sql import words
from exporter.sql.sides import Comparison, Side
from exporter.sql.words import Node
from exporter.states import Cell, exactly, finite, minus, plus, whole
from exporter.target import Target


class OtherSide(Part):
    """What is summed on the other side, and by which key."""

    dataset: str = Field(description="The other dataset: order_items, or the raw events.")
    sum: Expression = Field(description="The expression summed, e.g. quantity * price.")
    by: str = Field(description="Its column that holds the key of this side.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")
    within: Within | None = Field(None, description=ABOUT)

    def problems(
        self, kind: Kind, by: str | None, dataset: Dataset, datasets: Datasets
    ) -> list[str]:
        """What is wrong with holding a dataset, by this key of its own, against this side."""
        other = datasets.get(self.dataset)
        keyless = no_key(kind.kind, "by", dataset, by)
        return keyless or problems(kind, dataset, other, self.within)

    def side(self, target: Target, only: Node | None = None) -> Side:
        """The rows of the other dataset, to be compared with those of `target`."""
        other = target.other(self.dataset)
        key, x = other.column(self.by), other.expression(self.sum)
        given = words.both(only, other.predicate(self.where), recent(target, other, self.within))
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
        compared, differing, *sums, valueless, partless = exactly(7, cells)
        amount, left, right = (finite(cell, "a sum of revenue") for cell in sums)
        return cls(
            whole(compared), whole(differing), amount, left, right, whole(valueless),
            whole(partless),
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
        wrong = self.against.problems(self, self.by, dataset, datasets)
        return [*wrong, *super().problems(dataset, datasets)]

    def times(self, target: Target) -> tuple[tuple[str, str], ...]:
        of = self.against
        return (*super().times(target), *times(target, of.dataset, of.within))

    def needs(self, target: Target) -> Mapping[str, Need]:
        days, name = self.span(target), key_of(target.dataset, self.by)
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
