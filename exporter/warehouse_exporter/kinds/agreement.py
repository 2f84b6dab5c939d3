"""A total here is the total there: a daily aggregate, and the facts it is made from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from pydantic import Field, model_validator

from warehouse_exporter.core.calendar import describe_window
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import agreed, amount, counted, money, shown, spoken_window
from warehouse_exporter.kinds.shared.base import Expression, Limited, Part
from warehouse_exporter.kinds.shared.totals import ROW, Counted, count_scan, sum_scan, value_by_day
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan

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

    def scan(self, view: DatasetView, days: tuple[date, ...] | None) -> Scan:
        """What gives the total of each of the days, or of the whole table."""
        given = view.predicate(self.where)
        if self.sum is not None:
            return sum_scan(self.sum, view, days, given)
        return count_scan(self.count or ROW, view, days, given)


class Agreement(Limited):
    """Difference of two totals per day: a column of a daily table and the rows it is built from.

    If the window has several days, the day with the largest difference is shown. The limit
    applies to the absolute difference. A day without rows on both sides is left out; if only
    one side has rows, the whole total of that side is the difference. If a day has rows but no
    value, its total is unknown and the check is unmeasured.
    """

    kind = "agreement"
    ids = ("X1", "X2")
    metric = Metric(
        "warehouse_totals_difference",
        "This side's total minus the other side's, on the day with the largest difference.",
    )
    more_metrics = (
        Metric(
            "warehouse_totals_difference_ratio",
            "The difference as a share of the other side's total.",
        ),
    )
    alert = "WarehouseTotalsDisagree"
    fault = Fault.TOTALS
    summary = "two totals that must match do not"
    layer = "business"
    advice: ClassVar[str] = "critical: '> 0.01'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
          daily_metrics:
            relation: analytics.daily_metrics
            time: event_date
            key: event_date
            checks:
              - agreement: {sum: orders, against: {dataset: orders, count: "*"}, critical: "> 0"}
    """

    sum: Expression = Field(description="The expression summed on this side, such as orders.")
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

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        own, other = super().times(view), view.other(self.against.dataset).dataset
        return (*own, (other.name, other.time)) if own and other.time else own

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days, other = self.span(view), view.other(self.against.dataset)
        given, theirs = view.predicate(self.where), other.predicate(self.against.where)
        return {
            "own": sum_scan(self.sum, view, days, given),
            "other": self.against.scan(other, days),
            "own rows": count_scan(ROW, view, days, given),
            "other rows": count_scan(ROW, other, days, theirs),
        }

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        own, other = totals(readings, "own"), totals(readings, "other")
        apart = {
            day: round(own[day].number - other[day].number, 6)
            for day in own
            if own[day].known and other[day].known and not own[day].nothing_beside(other[day])
        }
        unknown = [
            f"{counted(total.rows, 'row')} of {name} without a value {when(day)}"
            for name, side in ((view.dataset.name, own), (self.against.dataset, other))
            for day, total in side.items()
            if not total.known
        ]
        if not apart and not unknown:
            raise Skipped(f"neither side has a value {self.when(view)}")
        worst = max(apart, key=lambda day: abs(apart[day]), default=None)
        values = self.values(apart[worst], other[worst].number) if apart else {}
        if unknown and not self.in_breach(values, view):
            raise Unmeasured(Reason.NO_VALUES, unknown[0])
        text = (
            f"{self.sum} {own[worst].shown} in {view.dataset.name}, {other[worst].shown} in"
            f" {self.against.dataset}: difference {signed(apart[worst])} {when(worst)}"
        )
        if len(apart) > 1:
            wrong = sum(1 for difference in apart.values() if difference)
            text += f" ({wrong} of {len(apart)} days {agreed(wrong, 'differs', 'differ')})"
        fact = self.fact(own[worst], other[worst], apart[worst], worst, view)
        return [Sample(values, "; ".join([text, *unknown[:1]]), fact=fact)]

    def fact(
        self,
        own: DayTotal,
        other: DayTotal,
        difference: float,
        day: date | None,
        view: DatasetView,
    ) -> Fact:
        """What was seen on the worst day, as a sentence says it."""
        here, there = own.beside(other), other.beside(own)
        on = spoken_window(None if day is None else (day,), view.calendar.today)
        if not difference:
            return Fact(f"{self.sum} {here}{on}, the same as in {self.against.dataset}")
        far = amount(abs(difference), own.number)
        size = f"{far} too {'few' if difference < 0 else 'many'}"
        if own.number != int(own.number) or other.number != int(other.number):
            size = f"{money(abs(difference))} too {'little' if difference < 0 else 'much'}"
        if other.number:
            size += f", {difference / abs(other.number) * 100:+.2g} %"
        return Fact(f"{self.sum} {here}{on}, but {there} in {self.against.dataset}: {size}")

    def allows(self, terms: Sequence[Term]) -> str:
        if all(term.limit.bound == 0 for term in terms):
            return "no difference allowed"
        return f"{super().allows(terms)} apart"

    def values(self, difference: float, total: float) -> dict[str, float]:
        """The difference, and what share of the other side's total it is."""
        share = difference / abs(total) if total else math.copysign(math.inf, difference)
        names = (self.metric.name, self.more_metrics[0].name)
        return dict(zip(names, (difference, share if difference else 0.0), strict=True))

    def in_breach(self, values: Mapping[str, float], view: DatasetView) -> bool:
        """Whether a limit is in breach."""
        as_of = view.calendar.as_of
        return any(limit.broken_by(values, as_of) for limit in self.conditions().values())


@dataclass(frozen=True)
class DayTotal:
    """The total of a day on one side, and of how many rows; without a row it is missing."""

    value: float | None
    rows: int

    @property
    def known(self) -> bool:
        """Whether there is a value, or no row that could have one."""
        return self.value is not None or not self.rows

    def nothing_beside(self, other: DayTotal) -> bool:
        """Whether one of the two has no row, and the other nothing that it could lack."""
        return None in (self.value, other.value) and not self.number and not other.number

    @property
    def number(self) -> float:
        """The total as it enters a difference: what is not there is not in it."""
        return self.value or 0.0

    def beside(self, other: DayTotal) -> str:
        """The total as a sentence says it beside that of the other side."""
        return "no value" if self.value is None else amount(self.value, other.number)

    @property
    def shown(self) -> str:
        """The total in words."""
        return "missing" if self.value is None else shown(self.value)


def totals(readings: Readings, side: str) -> dict[date | None, DayTotal]:
    """The totals of one side, day by day."""
    values, rows = (value_by_day(readings[name]) for name in (side, f"{side} rows"))
    return {day: DayTotal(value, int(rows[day] or 0)) for day, value in values.items()}


def when(day: date | None) -> str:
    """A day, or the whole table, in words."""
    return describe_window(None if day is None else (day,))


def signed(difference: float) -> str:
    """A difference with its sign."""
    return f"{'+' if difference > 0 else ''}{shown(difference)}"
