"""V2 to V7, N1, N2: a metric of the expected day against the days before it.

A metric that is 0 although its traffic is normal (V6) is a fall of 100 % `while` that is normal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from exporter.baselines import daily
from exporter.catalog import Metric as Gauge
from exporter.errors import Skipped
from exporter.kinds import departures
from exporter.kinds.base import Kind, Name, worst_first
from exporter.kinds.departures import (
    BUILT_IN,
    CHANGE,
    DIFFERENCE,
    MISSED,
    SCORE,
    Departure,
    Direction,
    Method,
)
from exporter.kinds.findings import EXPECTED, LOWER, UPPER, Finding, by_week, no_value
from exporter.kinds.forecasts import Question, of_seasonal
from exporter.kinds.histories import Known, needs_of, series_of, values_of
from exporter.limits import Condition
from exporter.model import Sample, Severity
from exporter.needs import Need, Readings
from exporter.target import Target

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
    summary = "a business number departs from its baseline"
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
        description="Days of history needed, else skipped; default: all of them, of seasonal 7.",
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
                raise ValueError("warning is laxer than critical: it would never be seen before it")
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

    def needs(self, target: Target) -> Mapping[str, Need]:
        found: dict[str, Need] = {}
        guard = self.guarded()
        judges = [(self, self.metrics[0]), *((guard, name) for name in self.guards)]
        for judge, name in judges:
            metric = target.metrics[name]
            today = target.calendar.expected
            days = judge.past(today, Known.of(metric, target))
            found.update(needs_of(metric, target, (*days, today)))
        return found

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        name, today = self.metrics[0], target.calendar.expected
        event = Known.of(target.metrics[name], target).on(today)
        if event and (event.silences_falls or not self.direction.falls):
            raise Skipped(f"{today} is in the calendar ({event.name}): {name} is not judged")
        for guard in self.guards:
            self.guarded().skip_if_fallen(guard, target, readings)
        found = self.finding(name, target, readings)
        if event and found.rises:
            raise Skipped(
                f"{today} is in the calendar ({event.name}): a rise is not judged ({found.text})"
            )
        return [Sample(found.values, found.text, {"metric": name})]

    def finding(self, name: str, target: Target, readings: Readings) -> Finding:
        """What the method says of a metric."""
        today, metric = target.calendar.expected, target.metrics[name]
        known = Known.of(metric, target)
        if self.method is Method.SEASONAL:
            series = series_of(metric, readings, today, known, self.rate)
            asked = Question(name, today, series, self.history, self.mildest(), self.direction)
            return of_seasonal(asked, self.min_days or daily.ENOUGH_DAYS)
        values = values_of(metric, readings, today)
        value = values.get(today)
        if value is None:
            raise no_value(name, today)
        days = self.past(today, known)
        earlier = [values[day] for day in days if day in values]
        needed = self.min_days or self.history
        if len(earlier) < needed:
            raise Skipped(
                f"insufficient history: {name} has a value on {len(earlier)} of the {self.history}"
                f" days before {today}, {needed} are needed"
            )
        on = f"on {days[0]}" if self.against == "weekday" else None
        return by_week(self.method, name, value, earlier, self.mildest(), self.direction, on)

    def mildest(self) -> Departure:
        """The limits that draw the band."""
        severity, limit = list(self.given().items())[-1]
        return departures.filled(severity, limit) if self.method is Method.SEASONAL else limit

    def skip_if_fallen(self, name: str, target: Target, readings: Readings) -> None:
        """Raise Skipped where a metric, on which another is judged, has fallen itself."""
        found = self.finding(name, target, readings)
        as_of = target.calendar.as_of
        if any(limit.broken_by(found.values, as_of) for limit in self.conditions().values()):
            raise Skipped(f"traffic itself fell: {found.brief}")
