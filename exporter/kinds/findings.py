"""What each method of `anomaly` says of a day: gauges, and the words that go with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from exporter.baselines.change import change
from exporter.baselines.mad import mad
from exporter.baselines.score import Score
from exporter.baselines.zscore import zscore
from exporter.catalog import Metric as Gauge
from exporter.errors import Skipped
from exporter.kinds.departures import CHANGE, SCORE, Departure, Direction, Method
from exporter.wording import counted, shown

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


@dataclass(frozen=True)
class Finding:
    """The gauges of a day by name, and its text; `brief` has no more than value and baseline."""

    values: Mapping[str, float]
    text: str
    brief: str

    @property
    def rises(self) -> bool:
        """Whether the value is above its baseline."""
        return self.values.get(CHANGE.name, 0.0) > 0


def no_value(name: str, day: date) -> Skipped:
    """The skip of a metric that is no number on the day judged."""
    return Skipped(f"{name} has no value on {day}: nothing to add up or to divide by")


def by_week(
    method: Method,
    name: str,
    value: float,
    history: Sequence[float],
    limit: Departure,
    direction: Direction,
    on: str | None,
) -> Finding:
    """What the methods of the seed documents say of a value after some days, or after one."""
    of = on or f"of {counted(len(history), 'day')}"
    if method is Method.CHANGE:
        moved = change(value, history)
        band = {
            LOWER: moved.expected * (1 - (limit.fall or limit.change or math.inf)),
            UPPER: moved.expected * (1 + (limit.rise or limit.change or math.inf)),
        }
        score, expected, moved_by, middle = None, moved.expected, moved.change, "mean"
    else:
        said = (zscore if method is Method.ZSCORE else mad)(value, history)
        band = band_of(said, limit.z or 0.0)
        score, expected, moved_by = said.score, said.expected, said.change
        middle = "mean" if method is Method.ZSCORE else "median"
    values = {EXPECTED: expected, CHANGE: moved_by}
    if score is not None:
        values[SCORE] = score
    falls = direction.falls
    rises = direction.rises and method is not Method.MAD
    drawn = {**({LOWER: band[LOWER]} if falls else {}), **({UPPER: band[UPPER]} if rises else {})}
    finite = {gauge: end for gauge, end in drawn.items() if math.isfinite(end)}
    baseline = shown(expected) if on else f"{middle} {shown(expected)}"
    text = f"{name}: {shown(value)} vs {baseline} {of} {numbers(value, expected, score, moved_by)}"
    return Finding(
        by_name({**values, **finite}), text, f"{name} {shown(value)} vs {shown(expected)}"
    )


def band_of(said: Score, z: float) -> dict[Gauge, float]:
    """The values at which the score is z, on either side."""
    reach = z * said.deviation
    return {LOWER: said.expected - reach, UPPER: said.expected + reach}


def by_name(values: Mapping[Gauge, float]) -> dict[str, float]:
    """The same, by the names of the gauges."""
    return {gauge.name: value for gauge, value in values.items()}


def numbers(value: float, expected: float, score: float | None, moved_by: float | None) -> str:
    """`(z=-13.44, change=-90 %, frac=0.10)`."""
    parts = [] if score is None else [f"z={score:.2f}"]
    parts += [] if moved_by is None else [f"change={moved_by * 100:+.0f} %"]
    parts += [f"frac={value / expected:.2f}"] if expected else []
    return f"({', '.join(parts)})"
