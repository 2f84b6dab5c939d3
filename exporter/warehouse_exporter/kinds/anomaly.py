"""A metric of the expected day against the days before it.

A metric that is 0 although its traffic is normal is a fall of 100 % `while` that is normal:
a rule of two numbers, which needs no history of the metric itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from warehouse_exporter.baselines import daily
from warehouse_exporter.baselines.few import enough
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.core.model import Sample, Severity
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.metric import refuse_valueless
from warehouse_exporter.kinds.shared import departures
from warehouse_exporter.kinds.shared.base import Kind, Name, worst_first
from warehouse_exporter.kinds.shared.departures import (
    BUILT_IN,
    CHANGE,
    DIFFERENCE,
    MISSED,
    SCORE,
    Departure,
    Direction,
    Method,
)
from warehouse_exporter.kinds.shared.findings import (
    EXPECTED,
    LOWER,
    UPPER,
    Finding,
    Week,
    by_week,
    of_zero,
    unjudged,
)
from warehouse_exporter.kinds.shared.forecasts import Question, of_seasonal
from warehouse_exporter.kinds.shared.histories import (
    Known,
    needs_of,
    readings_of,
    refuse_empty,
    series_of,
    values_of,
)
from warehouse_exporter.kinds.shared.nothing import VALUE, is_nothing, no_value, refuse_nothing
from warehouse_exporter.measures.dataset_view import Daily, DatasetView
from warehouse_exporter.measures.requests import Need, Readings

DEFAULT_DAYS = {Method.SEASONAL: 28}
A_WEEK = 7
GUARD_LIMIT = Departure.model_validate({"z": 3, "below": "60%"})
"""When traffic itself fell: the warning of the seed document's median and MAD."""


class Anomaly(Kind):
    """Metrics that depart from their baseline; one check per metric."""

    kind = "anomaly"
    ids = ("V2", "V3", "V4", "V5", "V6", "V7", "N1", "N2")
    section = "anomalies"
    metric: ClassVar[Gauge] = SCORE
    more_metrics = (CHANGE, DIFFERENCE, MISSED, EXPECTED, LOWER, UPPER)
    alert = "WarehouseMetricAnomaly"
    judges_days = False
    summary = "a metric departs from its baseline"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
        metrics:
          orders: {dataset: orders, count: "*"}
        anomalies:
          - {metrics: [orders], warning: {fall: 1%, rise: 0.25%, change: 15%}}
    """
    layer = "business"
    in_the_past = False

    metrics: tuple[Name, ...] = Field(min_length=1, description="The metrics judged.")
    method: Method = Field(Method.SEASONAL, description="How the baseline is made.")
    days: int | None = Field(
        None, ge=2, le=400, description="Days of history; default: 28 for seasonal, else 7."
    )
    min_days: int | None = Field(
        None,
        ge=2,
        description="Days of history that must have a value, else skipped; default: half of them,"
        " and at least 3; of seasonal 7.",
    )
    against: Literal["week", "weekday"] = Field(
        "week",
        description="change: the mean of the last days, or the same weekday a week before.",
    )
    direction: Direction = Field(Direction.BOTH, description="Which departures speak.")
    guards: tuple[Name, ...] = Field(
        (),
        alias="while",
        description="Metrics that must not have fallen themselves: else the check is skipped.",
    )
    rate: bool | None = Field(
        None,
        description="seasonal: whether a ratio is a share of its denominator, judged by both"
        " counts; default: if both are counts, and no day has more above than below.",
    )
    info: Departure | None = None
    warning: Departure | None = None
    critical: Departure | None = None

    @model_validator(mode="after")
    def makes_sense(self) -> Self:
        """The limits are those of the method, and a warning speaks before its critical."""
        if self.where is not None or self.window is not None:
            raise ValueError("anomalies judge metrics: put `where` on the metric, and `days` here")
        given = self.given()
        if not given:
            example = departures.EXAMPLES[self.method]
            raise ValueError(f"{self.method} needs a limit, for example {example}")
        for limit in given.values():
            wrong = departures.problem_of(self.method, limit, self.direction)
            if wrong:
                raise ValueError(wrong)
        self.days_make_sense()
        found = self.conditions()
        if self.warning and self.critical:
            mild, hard = found[Severity.WARNING], found[Severity.CRITICAL]
            if departures.speaks_late(mild, hard):
                raise ValueError("warning is laxer than critical: it would never fire first")
        return self

    def days_make_sense(self) -> None:
        """Raise ValueError for a history that the method cannot use."""
        needed, days = self.min_days, self.history
        if needed is not None and needed > days:
            raise ValueError(f"min_days {needed} is more than days {days}")
        if self.method is Method.SEASONAL:
            if days < daily.ALL_DAYS:
                raise ValueError(f"seasonal compares weeks: days is {daily.ALL_DAYS} or more")
            if needed is not None and needed < daily.ENOUGH_DAYS:
                raise ValueError(f"seasonal needs {daily.ENOUGH_DAYS} days at least")
        elif self.rate is not None:
            raise ValueError(f"`rate` is for seasonal: {self.method} judges the ratio as it is")
        if self.against == "weekday" and (self.method is not Method.CHANGE or self.days):
            raise ValueError("`against: weekday` is for change, and looks at one day: no `days`")

    @property
    def history(self) -> int:
        """Days of history."""
        return (
            1 if self.against == "weekday" else self.days or DEFAULT_DAYS.get(self.method, A_WEEK)
        )

    def given(self) -> Mapping[Severity, Departure]:
        """The limits, worst severity first; those of `seasonal` where none are written."""
        written = worst_first(self.critical, self.warning, self.info)
        if written or self.method is not Method.SEASONAL:
            return written
        return {s: BUILT_IN[s] for s in (Severity.CRITICAL, Severity.WARNING)}

    def only_for_ratios(self) -> list[str]:
        """The words in it that mean nothing for a metric that is no ratio."""
        points = any(limit.points is not None for limit in self.given().values())
        return [w for w, there in (("rate", self.rate is not None), ("points", points)) if there]

    def builds_on(self) -> tuple[str, ...]:
        return (*self.metrics, *self.guards)

    def default_name(self) -> str:
        return f"{self.method}_{self.metrics[0]}"

    def conditions(self) -> Mapping[Severity, Condition]:
        return {
            severity: departures.condition(self.method, severity, limit, self.direction)
            for severity, limit in self.given().items()
        }

    def told(self, select: Callable[[str], str]) -> Mapping[str, str]:
        expected, fraction = select(EXPECTED.name), f"(1 + {select(CHANGE.name)})"
        return {
            "observed": f"round({expected} * {fraction}, 0.0001)",
            "expected": f"round({expected}, 0.0001)",
            "score": f"round({select(SCORE.name)}, 0.01)",
            "fraction": f"round({fraction}, 0.01)",
        }

    def past(self, today: date, known: Known) -> tuple[date, ...]:
        """The days of history, oldest first."""
        if self.method is Method.SEASONAL:
            return Known(()).before(today, 2 * self.history)
        return known.before(today, self.history, A_WEEK if self.against == "weekday" else 1)

    def guarded(self) -> Anomaly:
        """How the metrics are judged that must not have fallen: as this one, or by mad."""
        changed: dict[str, object] = {"critical": None, "info": None, "rate": None, "guards": ()}
        if self.method is Method.SEASONAL:
            changed |= {"warning": BUILT_IN[Severity.WARNING]}
        else:
            days = None if self.against == "weekday" else self.days
            changed |= {"method": Method.MAD, "warning": GUARD_LIMIT}
            changed |= {"days": days, "against": "week"}
        return self.model_copy(update=changed | {"direction": Direction.FALL})

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        found: dict[str, Need] = {}
        guard = self.guarded()
        judges = [(self, self.metrics[0]), *((guard, name) for name in self.guards)]
        for judge, name in judges:
            metric = view.metrics[name]
            today = view.calendar.expected
            days = judge.past(today, Known.of(metric, view))
            earlier = judge.method is not Method.SEASONAL
            found.update(needs_of(metric, view, (*days, today), earlier))
        return found

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        name, today = self.metrics[0], view.calendar.expected
        event = Known.of(view.metrics[name], view).on(today)
        if event and (event.silences_falls or not self.direction.falls):
            why = f"{today} is in the calendar ({event.name}): {name} is not judged"
            return [unjudged(name, lambda: self.finding(name, view, readings), why)]
        for guard in self.guards:
            self.guarded().skip_if_fallen(guard, view, readings)
        found = self.finding(name, view, readings)
        if event and found.rises:
            why = f"{today} is in the calendar ({event.name}): a rise is not judged ({found.text})"
            return [unjudged(name, lambda: found, why)]
        return [Sample(found.values, found.text, {"metric": name}, blind=found.blind)]

    def finding(self, name: str, view: DatasetView, readings: Readings) -> Finding:
        """What the method says of a metric."""
        today, metric = view.calendar.expected, view.metrics[name]
        known = Known.of(metric, view)
        refuse_valueless(metric, view, readings_of(metric, readings), today)
        if self.method is Method.SEASONAL:
            refuse_empty(metric, view, readings, self.history, known)
            series = series_of(metric, readings, today, known, self.rate)
            asked = Question(name, today, series, self.history, self.mildest(), self.direction)
            return of_seasonal(asked, self.needed)
        mine = readings_of(metric, readings)
        refuse_nothing(metric, view, mine, today)
        found = self.by_days(metric, view, readings)
        note = "; no row to add up" if is_nothing(mine, VALUE, today) else ""
        return replace(found, text=found.text + note)

    def by_days(self, metric: Daily, view: DatasetView, readings: Readings) -> Finding:
        """What the methods that look at single days say; a sum over no row has fallen to 0."""
        name, today = metric.name or "", view.calendar.expected
        value = values_of(metric, readings, today, 0.0).get(today)
        if value is None:
            raise no_value(name, today)
        week = self.week(metric, view, readings)
        if self.is_hard(value) and (len(week.values) < self.needed or not any(week.values)):
            return of_zero(name, value, week)
        if len(week.values) < self.needed:
            raise Skipped(
                f"insufficient history: {name} has a value on {len(week.values)} of the"
                f" {counted(week.days, 'day')} before {today}, {self.needed} are needed"
            )
        return by_week(self.method, name, value, week, self.mildest(), self.direction)

    def week(self, metric: Daily, view: DatasetView, readings: Readings) -> Week:
        """The values of the days of history that have one."""
        today, known = view.calendar.expected, Known.of(metric, view)
        values, days = values_of(metric, readings, today, 0.0), self.past(today, known)
        on = days[0] if self.against == "weekday" else None
        return Week([values[day] for day in days if day in values], self.history, on)

    @property
    def needed(self) -> int:
        """Days of history without which nothing is judged."""
        if self.method is Method.SEASONAL:
            return self.min_days or daily.ENOUGH_DAYS
        return self.min_days or enough(self.history)

    def is_hard(self, value: float) -> bool:
        """Whether a limit is a rule of two numbers: a fall of 100 %, which is a metric that is 0.

        Of a value that is not 0 all limits must be.
        """
        limits = self.given().values()
        if self.method is not Method.CHANGE or not self.direction.falls:
            return False
        if self.direction.rises and value and any(one.rise or one.change for one in limits):
            return False
        hard = [(one.fall or one.change) == 1 for one in limits]
        return all(hard) if value else any(hard)

    def mildest(self) -> Departure:
        """The limits that draw the band."""
        severity, limit = list(self.given().items())[-1]
        return departures.filled(severity, limit) if self.method is Method.SEASONAL else limit

    def skip_if_fallen(self, name: str, view: DatasetView, readings: Readings) -> None:
        """Raise Skipped where a metric, on which another is judged, is not known to be normal."""
        found = self.finding(name, view, readings)
        as_of = view.calendar.as_of
        if any(limit.broken_by(found.values, as_of) for limit in self.conditions().values()):
            raise Skipped(f"traffic itself fell: {found.brief}")
        if found.blind is not None:
            raise Skipped(f"nobody knows whether traffic is normal: {found.blind}")
