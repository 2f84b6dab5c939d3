"""The words and the limits that baselines have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from warehouse_exporter.baselines.base import CHANGE, SCORE
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Limit, Reading, Term, Unit
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import shown

WHOLE = 10
"""From which size on a number is told without a fraction."""


def at_least(gauge: Gauge, bound: float, unit: Unit, text: str) -> Term:
    """A limit on the magnitude of a gauge."""
    return Term(gauge.name, Limit(">=", bound, unit, text), Reading.MAGNITUDE)


def beyond(gauge: Gauge, side: int, bound: float, unit: Unit, text: str) -> Term:
    """A limit on one side of a gauge."""
    limit = Limit("<=", -bound, unit, text) if side < 0 else Limit(">=", bound, unit, text)
    return Term(gauge.name, limit, Reading.SIGNED)


def one_side(side: int, z: float, gauge: Gauge, change: float | None) -> tuple[Term, ...]:
    """A score, and a change if given, on one side."""
    op, sign = ("<=", "-") if side < 0 else (">=", "")
    score = beyond(SCORE, side, z, Unit.NUMBER, f"z {op} {sign}{z:.3g}")
    if change is None:
        return (score,)
    what = "change" if gauge is CHANGE else "difference"
    text = f"{what} {op} {sign}{per_cent(change)}"
    return (score, beyond(gauge, side, change, Unit.SHARE, text))


def per_cent(share: float) -> str:
    """`30 %`."""
    return f"{share * 100:g} %"


def by_name(values: Mapping[Gauge, float]) -> dict[str, float]:
    """The same, by the names of the gauges."""
    return {gauge.name: value for gauge, value in values.items()}


def numbers(value: float, expected: float, score: float | None, moved_by: float | None) -> str:
    """`(z=-13.44, change=-90 %, frac=0.10)`."""
    parts = [] if score is None else [f"z={score:.2f}"]
    parts += [] if moved_by is None else [f"change={moved_by * 100:+.0f} %"]
    parts += [f"frac={value / expected:.2f}"] if expected else []
    return f"({', '.join(parts)})"


def rounded(value: float) -> str:
    """A number as people read it; a large one without a fraction."""
    return shown(float(round(value)) if value >= WHOLE else value)


def no_value(name: str, day: date) -> Skipped:
    """The skip of a metric that is no number on the day judged."""
    return Skipped(f"{name} has no value on {day}: nothing to add up or to divide by")
