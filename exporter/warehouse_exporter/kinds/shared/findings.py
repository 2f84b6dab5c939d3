"""What each method of `anomaly` says of a day: gauges, and the words that go with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.baselines.change import change
from warehouse_exporter.baselines.few import mad_after, zscore_after
from warehouse_exporter.baselines.mad import mad
from warehouse_exporter.baselines.zscore import zscore
from warehouse_exporter.core.errors import Skipped, Unmeasured
from warehouse_exporter.core.model import Sample
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import counted, shown
from warehouse_exporter.kinds.shared.departures import CHANGE, SCORE, Departure, Direction, Method

EXPECTED = Gauge("warehouse_metric_expected", "The baseline of the metric.", ("metric",))
LOWER = Gauge(
    "warehouse_metric_lower",
    "The lowest value that does not fire, by the score alone.",
    ("metric",),
)
UPPER = Gauge(
    "warehouse_metric_upper",
    "The highest value that does not fire, by the score alone.",
    ("metric",),
)


@dataclass(frozen=True)
class Finding:
    """The gauges of a day by name, and its text; `brief` has no more than value and baseline.

    `blind` says why it can be a finding, but no pass.
    """

    values: Mapping[str, float]
    text: str
    brief: str
    blind: str | None = None

    @property
    def rises(self) -> bool:
        """Whether the value is above its baseline."""
        return self.values.get(CHANGE.name, 0.0) > 0


@dataclass(frozen=True)
class Week:
    """The history of a metric: its values, of how many days, and the one day it may be."""

    values: Sequence[float]
    days: int
    on: date | None = None

    @property
    def text(self) -> str:
        """`of 7 days`, `on 6 of 7 days`, or `on 2026-03-02`."""
        if self.on is not None:
            return f"on {self.on}"
        days, seen = counted(self.days, "day"), len(self.values)
        return f"of {days}" if seen == self.days else f"on {seen} of {days}"


def by_week(
    method: Method, name: str, value: float, week: Week, limit: Departure, direction: Direction
) -> Finding:
    """What the methods of the seed documents say of a value after some days, or after one."""
    if method is Method.CHANGE:
        said = by_change(value, week, limit)
    else:
        said = by_score(method, value, week, limit)
    drawn = {LOWER: direction.falls, UPPER: direction.rises and method is not Method.MAD}
    values = {
        gauge: number
        for gauge, number in said.items()
        if gauge not in drawn or (drawn[gauge] and math.isfinite(number))
    }
    expected, score = said[EXPECTED], said.get(SCORE)
    middle = "" if week.on else "median " if method is Method.MAD else "mean "
    vs = f"{name}: {shown(value)} vs {middle}{shown(expected)} {week.text}"
    return Finding(
        by_name(values),
        f"{vs} {numbers(value, expected, score, said[CHANGE])}",
        f"{name} {shown(value)} vs {shown(expected)}",
        None if expected else f"{vs}: a baseline of zeros passes nothing",
    )


def by_change(value: float, week: Week, limit: Departure) -> dict[Gauge, float]:
    """The gauges of `change`."""
    moved = change(value, week.values)
    return {
        EXPECTED: moved.expected,
        CHANGE: moved.change,
        LOWER: moved.expected * (1 - (limit.fall or limit.change or math.inf)),
        UPPER: moved.expected * (1 + (limit.rise or limit.change or math.inf)),
    }


def by_score(method: Method, value: float, week: Week, limit: Departure) -> dict[Gauge, float]:
    """The gauges of `zscore` and `mad`; with days missing, the score as if they were there.

    The ends of the band are the values at which that score is the limit.
    """
    score, after = (zscore, zscore_after) if method is Method.ZSCORE else (mad, mad_after)
    said, seen = score(value, week.values), len(week.values)
    reach = after(limit.z or 0.0, week.days, seen) * said.deviation
    return {
        EXPECTED: said.expected,
        CHANGE: said.change,
        SCORE: after(said.score, seen, week.days),
        LOWER: said.expected - reach,
        UPPER: said.expected + reach,
    }


def of_zero(name: str, value: float, week: Week) -> Finding:
    """The hard rule of two numbers, where the days before say nothing: a metric is 0, or it is not.

    0 is a fall of 100 %, whatever was before; anything is infinitely more than nothing.
    """
    before = f"{len(week.values)} of {counted(week.days, 'day')} before to compare with"
    if week.values and not any(week.values):
        before = f"0 {week.text} before as well"
    moved_by = math.inf if value else -1.0
    text = f"{name}: {shown(value)}, {before} {numbers(value, 0.0, None, moved_by)}"
    return Finding({CHANGE.name: moved_by}, text, f"{name} {shown(value)}")


def unjudged(name: str, find: Callable[[], Finding], why: str) -> Sample:
    """The band of a day that is not judged, for charts; rules look at none of its gauges.

    Raises Skipped where there is no band.
    """
    try:
        values = find().values
    except (Skipped, Unmeasured):
        raise Skipped(why) from None
    band = {g.name: values[g.name] for g in (EXPECTED, LOWER, UPPER) if g.name in values}
    if not band:
        raise Skipped(why)
    return Sample(band, why, {"metric": name}, skipped=why)


def by_name(values: Mapping[Gauge, float]) -> dict[str, float]:
    """The same, by the names of the gauges."""
    return {gauge.name: value for gauge, value in values.items()}


def numbers(value: float, expected: float, score: float | None, moved_by: float | None) -> str:
    """`(z=-13.44, change=-90 %, frac=0.10)`."""
    parts = [] if score is None else [f"z={score:.2f}"]
    parts += [] if moved_by is None else [f"change={moved_by * 100:+.0f} %"]
    parts += [f"frac={value / expected:.2f}"] if expected else []
    return f"({', '.join(parts)})"
