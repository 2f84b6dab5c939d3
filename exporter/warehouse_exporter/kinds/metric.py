"""A daily number, shown as it is; limits on it are welcome, but not needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Self

from pydantic import Field, model_validator

from warehouse_exporter.baselines.shared.score import settled
from warehouse_exporter.baselines.shared.wording import no_value
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.states import Count, Figure, Total
from warehouse_exporter.core.wording import amount, quantity, shown, spoken_day
from warehouse_exporter.kinds.shared.base import Expression, Limited, Part
from warehouse_exporter.kinds.shared.known import Known
from warehouse_exporter.kinds.shared.nothing import (
    PARTS,
    before_of,
    is_due,
    is_nothing,
    lost,
    named_parts,
    parts_of,
)
from warehouse_exporter.kinds.shared.totals import (
    ROW,
    Counted,
    count_scan,
    figure_scan,
    sum_scan,
    value_by_day,
)
from warehouse_exporter.kinds.shared.usable import without
from warehouse_exporter.measures.dataset_view import Daily, DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

FORMS = ("count", "sum", "distinct", "avg", "min", "max", "percentile", "ratio")
"""What a metric is: exactly one of these."""
SHOWN_DAYS = 3
"""The expected day, which is judged, and those before it, which may still change."""


class Percentile(Part):
    """A percentile of an expression."""

    of: Expression = Field(description="The expression.")
    at: float = Field(ge=0, le=1, description="The share of values below it: 0.95; the median 0.5.")


class Metric(Limited):
    """A daily number: count, sum, average, minimum, maximum, percentile, or a ratio of two metrics.

    If a sum or ratio has a limit and finds no row on the expected day, although there were rows
    before, it is unmeasured.
    """

    kind = "metric"
    ids = ("K1", "A4")
    section = "metrics"
    metric = Gauge(
        "warehouse_metric_value",
        "The metric's value on the expected day (age_days 1), and on the two days before it.",
        ("metric", "age_days"),
    )
    judged = MappingProxyType({"age_days": "1"})
    alert = "WarehouseMetricOutOfBounds"
    judges_days = False
    summary = "a metric is outside its limits"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
        metrics:
          orders: {dataset: orders, count: "*"}
          revenue: {dataset: orders, sum: revenue}
          order_value: {ratio: [revenue, orders], warning: "< 20"}
    """
    layer = "business"
    needs_limit: ClassVar[bool] = False
    in_the_past = False

    dataset: str | None = Field(None, description="The dataset it is computed from.")
    count: Counted | None = Field(
        None, description="'*' for all rows, or an expression: rows in which it is not NULL."
    )
    sum: Expression | None = Field(None, description="The expression summed.")
    distinct: Expression | None = Field(
        None, description="The expression whose different values are counted."
    )
    avg: Expression | None = Field(None, description="The expression averaged.")
    min: Expression | None = Field(None, description="The expression whose smallest value it is.")
    max: Expression | None = Field(None, description="The expression whose largest value it is.")
    percentile: Percentile | None = Field(
        None, description="A percentile, such as {of: price, at: 0.95}."
    )
    ratio: tuple[str, str] | None = Field(
        None, description="Two other metrics: [numerator, denominator]."
    )

    @model_validator(mode="after")
    def is_one_of_its_forms(self) -> Self:
        """Exactly one definition, and a dataset unless it is a ratio."""
        if len([form for form in FORMS if getattr(self, form) is not None]) != 1:
            raise ValueError(f"a metric is one of {', '.join(FORMS[:-1])} or {FORMS[-1]}")
        if (self.ratio is None) == (self.dataset is None):
            raise ValueError(
                "a ratio names two metrics and no dataset; other metrics need `dataset`"
            )
        if self.window is not None or (self.ratio and self.where):
            raise ValueError("a metric is a daily number: no `window`, and no `where` on a ratio")
        return self

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit in (Unit.NUMBER, Unit.SHARE):
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: a metric's limit is a number such as '< 100' or '< 1%'")

    def default_name(self) -> str:
        return f"metric_{self.name}"

    def builds_on(self) -> tuple[str, ...]:
        return self.ratio or ()

    @property
    def made_of(self) -> str | None:
        """The expression whose values it is made of; None where rows are counted, or for a ratio.

        How often there is a value is a count, and honest without any.
        """
        percentile = self.percentile.of if self.percentile else None
        return self.sum or self.distinct or self.avg or self.min or self.max or percentile

    def scan(self, view: DatasetView, days: tuple[date, ...]) -> Scan:
        """The scan that gives this metric for each of the days; not for a ratio."""
        given = view.predicate(self.where)
        if self.sum is not None:
            return sum_scan(self.sum, view, days, given)
        if self.distinct is not None:
            cell = words.distinct_of(view.expression(self.distinct), given)
            return Scan(view.dataset.name, days, Count, (cell,))
        if self.made_of is None:
            return count_scan(self.count or ROW, view, days, given)
        x = view.summand(self.made_of)
        return figure_scan(self.figure(x, given), x, view, days, given)

    def figure(self, x: Node, given: Node | None) -> Node:
        """The aggregate of a metric that is neither counted nor added up."""
        if self.percentile:
            return words.percentile_of(x, self.percentile.at, given)
        if self.avg:
            return words.average_of(x, given)
        return words.filtered(words.oldest_of(x) if self.min else words.newest_of(x), given)

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.expected,) if self.limits() else ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days = last_days(view.calendar.expected, SHOWN_DAYS)
        found = daily_needs(self, view, days)
        if not self.limits():
            return found
        parts = parts_of(self, view)
        chosen = dict.fromkeys(part.dataset or "" for part in parts if part.where)
        there = {f"rows of {d}": count_scan(ROW, view.other(d), days, None) for d in chosen}
        return found | before_of(self, view) | there

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        day = view.calendar.expected
        if self.limits():
            self.skip_if_closed(view, day)
        refuse_valueless(self, view, readings, day)
        values = daily_values(self, readings)
        if day not in values:
            self.refuse_lost(view, readings, day)
            raise no_value(self.name or "", day)
        newest_first = reversed(last_days(day, SHOWN_DAYS))
        newest, *others = [
            self.shown_as(values[past], past, age)
            for age, past in enumerate(newest_first, 1)
            if past in values
        ]
        if self.limits():
            return [replace(newest, beside=tuple(others))]
        quiet = f"{newest.evidence} (shown, no limit)"
        return [replace(newest, skipped=quiet, only_shown=True, beside=tuple(others))]

    def skip_if_closed(self, view: DatasetView, day: date) -> None:
        """Raise Skipped where nothing is expected of the metric, or of a dataset it is made of."""
        event = Known.of(self, view).on(day)
        if event and event.silences_falls:
            raise Skipped(f"{day} is in the calendar ({event.on(day)}): nothing is expected")

    def refuse_lost(self, view: DatasetView, readings: Readings, day: date) -> None:
        """Raise Unmeasured where a limit would have judged rows that the day should have.

        A day may have rows of which `where` chooses none. Then nothing is there to be too much of,
        but what should not be too little is lost.
        """
        nothing, as_of = {self.metric.name: 0.0}, view.calendar.as_of
        too_little = any(one.broken_by(nothing, as_of) for one in self.conditions().values())
        for name, part in named_parts(self, view):
            if is_nothing(readings, name, day) and is_due(readings, name):
                rows = readings.get(f"rows of {part.dataset}")
                left_out = part.where and rows and rows.states.get(day) != Count(0)
                if not left_out or too_little or name != "value":
                    raise lost(part, day)

    def shown_as(self, value: float, day: date, age: int) -> Sample:
        """A day's value as a series; one that changes after it was judged is seen by its age."""
        labels = {"metric": self.name or "", "age_days": str(age)}
        text = f"{self.name} {shown(value)} on {day}"
        return Sample({self.metric.name: value}, text, labels, fact=self.fact(value, day))

    def fact(self, value: float, day: date) -> Fact:
        """What was seen of a day, as a sentence says it."""
        limits = [limit for given in self.limits().values() for limit in given]
        number = amount(value) if self.sum or self.avg else shown(value)
        if any(limit.unit is Unit.SHARE for limit in limits):
            number = quantity(value, Unit.SHARE)
        return Fact(f"{self.name} {number} on {spoken_day(day, day)}", complete=True)


def daily_needs(metric: Daily, view: DatasetView, days: tuple[date, ...]) -> dict[str, Need]:
    """What gives a metric for each of some days: one scan, or two for a ratio.

    Beside each, where it is made of values, how many rows could have one.
    """
    found: dict[str, Need] = {}
    for name, part in zip(PARTS, parts_of(metric, view), strict=False):
        other = view.other(part.dataset or "")
        found[name] = part.scan(other, days)
        if part.made_of is not None:
            found[f"{name} rows"] = count_scan(ROW, other, days, other.predicate(part.where))
    return found


def daily_values(
    metric: Daily, readings: Readings, nothing: float | None = None
) -> dict[date, float]:
    """The metric by day; a day without a value, or with nothing to divide by, is missing.

    A sum over no row is `nothing`; an average or an extreme of no row is never known.
    """
    values = by_day(readings, "value", nothing)
    if not metric.ratio:
        return values
    below = by_day(readings, "denominator")
    return {day: settled(value / below[day]) for day, value in values.items() if below.get(day)}


def by_day(readings: Readings, part: str, nothing: float | None = None) -> dict[date, float]:
    """The values of the days that have one; where there is no row, `nothing`."""
    unusable, states = valueless(readings, part), readings[part].states
    found = {
        day: nothing if v is None and not isinstance(states[day], Figure) else v
        for day, v in value_by_day(readings[part]).items()
        if day is not None and day not in unusable
    }
    return {day: v for day, v in found.items() if v is not None}


def valueless(readings: Readings, part: str) -> dict[date | None, int]:
    """The days that have rows, none of which has a value, and how many rows these are.

    No different value among rows that are there is not 0 of them: it is none that can be used.
    """
    if f"{part} rows" not in readings:
        return {}
    rows, state = readings[f"{part} rows"], readings[part].states
    counts = {day: found.rows for day, found in rows.states.items() if isinstance(found, Count)}
    none = (Count(0), Total(None, 0), Figure(None, 0))
    return {day: n for day, n in counts.items() if n and state[day] in none}


def refuse_valueless(metric: Daily, view: DatasetView, readings: Readings, day: date) -> None:
    """Raise Unmeasured where a day has rows that a metric is made of, but no value in them."""
    for name, part in zip(PARTS, parts_of(metric, view), strict=False):
        rows = valueless(readings, name).get(day)
        if rows:
            raise without(rows, part.made_of or "a value", f"on {day}")
