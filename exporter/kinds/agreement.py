"""X1, X2: a total here is the total there: a daily aggregate, and the facts it is made from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Self

from pydantic import Field, model_validator

from exporter.catalog import Metric
from exporter.days import describe_window
from exporter.errors import Reason, Skipped, Unmeasured
from exporter.kinds.base import Expression, Limited, Part
from exporter.kinds.totals import ROW, Counted, count_scan, sum_scan, value_by_day
from exporter.limits import Limit, Term, Unit
from exporter.limits import Reading as How
from exporter.model import Dataset, Datasets, Sample
from exporter.needs import Need, Readings, Scan
from exporter.target import Target
from exporter.wording import agreed, shown

NAME = re.compile(r"^[a-zA-Z_][a-zA-Z0-9_]*$")
CLOSED = re.compile(r"^(day|all|[0-9]+d)$")


class OtherTotal(Part):
    """What is counted or summed on the other side."""

    dataset: str = Field(description="The other dataset: the facts.")
    count: Counted | None = Field(None, description="'*', or an expression that is not NULL.")
    sum: Expression | None = Field(None, description="The expression summed.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")

    @model_validator(mode="after")
    def is_one_of_two(self) -> Self:
        """Either counted or summed."""
        if (self.count is None) == (self.sum is None):
            raise ValueError('write either `count: "*"` or `sum: revenue` for the other side')
        return self

    def scan(self, target: Target, days: tuple[date, ...] | None) -> Scan:
        """What gives the total of each of the days, or of the whole table."""
        given = target.predicate(self.where)
        if self.sum is not None:
            return sum_scan(self.sum, target, days, given)
        return count_scan(self.count or ROW, target, days, given)


class Agreement(Limited):
    """The difference of two totals: a column of a daily aggregate against its facts, day by day.

    Of several days the one that differs most is shown. A limit is the difference that is no more
    tolerated, of either sign. A day of which both sides have nothing is left out; one of which a
    single side has something is not measured, because nothing is no 0.
    """

    kind = "agreement"
    ids = ("X1", "X2")
    metric = Metric(
        "warehouse_totals_difference",
        "This side's total minus the other side's, on the day on which they differ most.",
    )
    more_metrics = (
        Metric(
            "warehouse_totals_difference_ratio",
            "That difference as a share of the other side's total.",
        ),
    )
    alert = "WarehouseTotalsDisagree"
    summary = "two totals that must be the same are not"
    layer = "business"
    advice: ClassVar[str] = "critical: '> 0.01'"

    sum: Expression = Field(description="The expression summed on this side, e.g. orders.")
    against: OtherTotal = Field(description="The other side.")

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.NUMBER:
            return Term(cls.metric.name, limit, How.MAGNITUDE)
        if limit.unit is Unit.SHARE:
            return Term(cls.more_metrics[0].name, limit, How.MAGNITUDE)
        raise ValueError(f"{limit.text!r}: write a difference such as '> 0.01' or a share '> 1%'")

    def default_name(self) -> str:
        return f"{self.kind}_{self.sum}" if NAME.match(self.sum) else self.kind

    def refers_to(self) -> tuple[str, ...]:
        return (self.against.dataset,)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        window = self.window_of(dataset)
        if not CLOSED.match(window):
            return [f"window: {window} has a day that is not complete: write day, 7d or all"]
        other = datasets.get(self.against.dataset)
        if window != "all" and other is not None and not other.time:
            return [f"window: {window} needs a time column on dataset {other.name}, too"]
        return super().problems(dataset, datasets)

    def times(self, target: Target) -> tuple[tuple[str, str], ...]:
        own, other = super().times(target), target.other(self.against.dataset).dataset
        return (*own, (other.name, other.time)) if own and other.time else own

    def needs(self, target: Target) -> Mapping[str, Need]:
        days, other = self.span(target), target.other(self.against.dataset)
        own = sum_scan(self.sum, target, days, target.predicate(self.where))
        return {"own": own, "other": self.against.scan(other, days)}

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        own, other = value_by_day(readings["own"]), value_by_day(readings["other"])
        pairs = {day: (own[day], other[day]) for day in own}
        for day, pair in pairs.items():
            self.refuse_half(target, day, *pair)
        apart = {
            day: (round(left - right, 6), left, right)
            for day, (left, right) in pairs.items()
            if left is not None and right is not None
        }
        if not apart:
            raise Skipped(f"neither side has a value {self.when(target)}")
        worst = max(apart, key=lambda day: abs(apart[day][0]))
        difference, left, right = apart[worst]
        share = difference / abs(right) if right else math.copysign(math.inf, difference)
        values = {
            self.metric.name: difference,
            self.more_metrics[0].name: share if difference else 0.0,
        }
        text = (
            f"{self.sum} {shown(left)} in {target.dataset.name}, {shown(right)} in"
            f" {self.against.dataset}: difference {signed(difference)} {when(worst)}"
        )
        if len(apart) > 1:
            wrong = sum(1 for found, *_ in apart.values() if found)
            text += f" ({wrong} of {len(apart)} days {agreed(wrong, 'differs', 'differ')})"
        return [Sample(values, text)]

    def refuse_half(
        self, target: Target, day: date | None, left: float | None, right: float | None
    ) -> None:
        """Raise Unmeasured where one side has something and the other one nothing at all."""
        names = target.dataset.name, self.against.dataset
        full, empty = names if right is None else names[::-1]
        value = left if right is None else right
        if value and None in (left, right):
            text = f"{empty} has no value {when(day)}, {full} has {shown(value)}"
            raise Unmeasured(Reason.NO_VALUES, text)


def when(day: date | None) -> str:
    """A day, or the whole table, in words."""
    return describe_window(None if day is None else (day,))


def signed(difference: float) -> str:
    """A difference with its sign."""
    return f"{'+' if difference > 0 else ''}{shown(difference)}"
