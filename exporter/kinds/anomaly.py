"""V3, V4: a metric of the expected day against the days before it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from exporter.baselines.zscore import Score, zscore
from exporter.catalog import Metric as Gauge
from exporter.days import last_days
from exporter.errors import Skipped
from exporter.kinds.base import Kind, Name
from exporter.kinds.metric import daily_needs, daily_values, parts_of
from exporter.limits import Condition, Limit, Term, Unit, scaled
from exporter.limits import Reading as How
from exporter.model import Sample, Severity
from exporter.needs import Need, Readings, Scan
from exporter.sql import words
from exporter.states import Count
from exporter.target import Target
from exporter.wording import counted, shown

SCORE = Gauge(
    "warehouse_metric_score", "Distance from the baseline in standard deviations.", ("metric",)
)
CHANGE = Gauge(
    "warehouse_metric_change_ratio", "Change against the baseline as a fraction of it.", ("metric",)
)
EXPECTED = Gauge("warehouse_metric_expected", "The baseline of the metric.", ("metric",))
LOWER = Gauge(
    "warehouse_metric_lower",
    "The lowest value that does not speak, by the score alone.",
    ("metric",),
)
UPPER = Gauge(
    "warehouse_metric_upper",
    "The highest value that does not speak, by the score alone.",
    ("metric",),
)


def parse_share(written: Any) -> float:
    """`30%` as 0.3."""
    text = str(written).strip()
    if isinstance(written, str) and text.endswith("%"):
        try:
            share = scaled(text[:-1].strip(), "%")
        except ValueError:
            share = 0.0
        if 0 < share < math.inf:
            return share
    raise ValueError(f"{written!r} is not a change: write per cent above 0, such as 30%")


PerCent = Annotated[
    float,
    BeforeValidator(parse_share),
    WithJsonSchema({"type": "string", "pattern": "^[0-9.]+ ?%$"}),
]


class Departure(BaseModel):
    """When a departure speaks: abs(z) at least `z`, and abs(change) at least `change` if given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    z: float = Field(gt=0, description="Standard deviations, of either sign.")
    change: PerCent | None = Field(None, description="Fraction of the mean, such as 30%.")

    @property
    def condition(self) -> Condition:
        """Both limits, as a positive statement of the breach."""
        terms = [at_least(SCORE, self.z, Unit.NUMBER, f"|z| >= {self.z:g}")]
        if self.change is not None:
            text = f"change >= {self.change * 100:g} %"
            terms.append(at_least(CHANGE, self.change, Unit.SHARE, text))
        return Condition.all_of(*terms)


def at_least(gauge: Gauge, bound: float, unit: Unit, text: str) -> Term:
    """A limit on the magnitude of a gauge."""
    return Term(gauge.name, Limit(">=", bound, unit, text), How.MAGNITUDE)


class Anomaly(Kind):
    """Metrics that depart from their baseline; one check per metric."""

    kind = "anomaly"
    ids = ("V3", "V4")
    section = "anomalies"
    metric = SCORE
    more_metrics = (CHANGE, EXPECTED, LOWER, UPPER)
    alert = "WarehouseMetricAnomaly"
    summary = "a business number departs from its baseline"
    layer = "business"

    metrics: tuple[Name, ...] = Field(min_length=1, description="The metrics judged.")
    method: Literal["zscore"] = Field("zscore", description="How the baseline is made.")
    days: int = Field(7, ge=2, le=400, description="Days of history before the day judged.")
    min_days: int | None = Field(
        None, ge=2, description="Days of history needed, else skipped; default: all of them."
    )
    info: Departure | None = None
    warning: Departure | None = None
    critical: Departure | None = None

    single: ClassVar[bool] = True

    @model_validator(mode="after")
    def limits_make_sense(self) -> Self:
        """There is a limit, and a warning speaks before its critical."""
        given = self.given()
        if not given:
            raise ValueError("anomalies need a limit, for example {warning: {z: 3, change: 30%}}")
        if self.min_days is not None and self.min_days > self.days:
            raise ValueError(f"min_days {self.min_days} is more than days {self.days}")
        if self.warning and self.critical and self.warning.z > self.critical.z:
            raise ValueError("warning is laxer than critical: it would never be seen before it")
        if self.where is not None or self.window is not None:
            raise ValueError("anomalies judge metrics: put `where` on the metric, and `days` here")
        return self

    def given(self) -> Mapping[Severity, Departure]:
        """The limits given, worst severity first."""
        all_three = {
            Severity.CRITICAL: self.critical,
            Severity.WARNING: self.warning,
            Severity.INFO: self.info,
        }
        return {severity: limit for severity, limit in all_three.items() if limit}

    def default_name(self) -> str:
        return f"{self.method}_{self.metrics[0]}"

    def conditions(self) -> Mapping[Severity, Condition]:
        return {severity: limit.condition for severity, limit in self.given().items()}

    def needs(self, target: Target) -> Mapping[str, Need]:
        days = last_days(target.calendar.expected, self.days + 1)
        metric = target.metrics[self.metrics[0]]
        datasets = {part.dataset or "" for part in parts_of(metric, target)}
        rows = {f"rows of {d}": Scan(d, days, Count, (words.count(),)) for d in sorted(datasets)}
        return {**daily_needs(metric, target, days), **rows}

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        name, today = self.metrics[0], target.calendar.expected
        values = daily_values(target.metrics[name], readings)
        value = values.pop(today, None)
        if value is None:
            raise Skipped(f"{name} has no value on {today}: nothing to add up or to divide by")
        missing = missing_days(readings)
        history = [past for day, past in values.items() if day not in missing]
        needed = self.min_days or self.days
        if len(history) < needed:
            raise Skipped(
                f"insufficient history: {name} has a value on {len(history)} of the {self.days}"
                f" days before {today}, {needed} are needed"
            )
        score = zscore(value, history)
        text = describe(name, value, score, len(history))
        return [Sample(self.gauges(score), text, {"metric": name})]

    def gauges(self, score: Score) -> dict[str, float]:
        """The score and the band that the mildest limit draws."""
        z = min(limit.z for limit in self.given().values())
        return {
            SCORE.name: score.score,
            CHANGE.name: score.change,
            EXPECTED.name: score.expected,
            LOWER.name: score.expected - z * score.deviation,
            UPPER.name: score.expected + z * score.deviation,
        }


def missing_days(readings: Readings) -> set[date | None]:
    """Days on which a dataset has no row at all: a hole in the history, and not a 0."""
    found = [reading for name, reading in readings.items() if name.startswith("rows of ")]
    return {day for rows in found for day, state in rows.states.items() if state == Count(0)}


def describe(name: str, value: float, score: Score, days: int) -> str:
    """`orders: 2 vs mean 21 of 7 days (z=-5.5, change=-90 %, frac=0.10)`."""
    numbers = f"z={score.score:.2f}, change={score.change * 100:+.0f} %"
    if score.expected:
        numbers += f", frac={value / score.expected:.2f}"
    mean = f"mean {shown(score.expected)} of {counted(days, 'day')}"
    return f"{name}: {shown(value)} vs {mean} ({numbers})"
