"""z-score against the days before, as the designs of the seed documents define it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from warehouse_exporter.baselines.base import (
    CHANGE,
    EXPECTED,
    LOWER,
    SCORE,
    UPPER,
    Direction,
    Terms,
    Written,
)
from warehouse_exporter.baselines.shared.by_days import ByDays, Past
from warehouse_exporter.baselines.shared.few import zscore_after
from warehouse_exporter.baselines.shared.score import Score, exact, middle, parts, settled
from warehouse_exporter.baselines.shared.wording import at_least, one_side, per_cent
from warehouse_exporter.core.limits import Condition, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge


def zscore(value: float, history: Sequence[float]) -> Score:
    """z = (value - mean) / s over the days before, s the sample standard deviation (n - 1).

    The value judged is never part of its history: a point inside its own window of n days cannot
    exceed (n - 1) / sqrt(n) (Shiffler 1988). With s = 0 the score is 0 for the same value and
    infinite for any other: a constant history makes every change infinitely unlikely, which is why
    a rule should also name a change. Needs at least two days of history; raises ValueError for
    fewer.
    """
    if len(history) < 2:
        raise ValueError("a sample standard deviation needs at least two days")
    days = [exact(past) for past in history]
    mean = middle(days)
    variance = sum((day - mean) ** 2 for day in days) / (len(days) - 1)
    distance = exact(value) - mean
    size = math.sqrt(parts(distance**2, variance))
    score = settled(-size if distance < 0 else size)
    return Score(float(mean), math.sqrt(variance), score, parts(distance, abs(mean)))


class ZScore(ByDays):
    """Mean and standard deviation of the days before; a change beside the score, if given."""

    name: ClassVar[str] = "zscore"
    terms: ClassVar[Mapping[str, Written]] = {
        "z": Written("abs(z) at least this"),
        "change": Written("change of either sign, at least this", per_cent=True),
    }
    example: ClassVar[str] = "{warning: {z: 3, change: 30%}}"

    def problem(self, terms: Terms, direction: Direction) -> str | None:
        return None if "z" in terms else f"zscore needs `z`, for example {self.example}"

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        """abs(z) >= z and abs(change) >= change, or the same of one sign."""
        z, moved = terms["z"], terms.get("change")
        if direction is not Direction.BOTH:
            return Condition.all_of(*one_side(direction.sides[0], z, CHANGE, moved))
        found = [at_least(SCORE, z, Unit.NUMBER, f"|z| >= {z:g}")]
        if moved is not None:
            found.append(at_least(CHANGE, moved, Unit.SHARE, f"change >= {per_cent(moved)}"))
        return Condition.all_of(*found)

    def gauges(self, value: float, past: Past, terms: Terms) -> dict[Gauge, float]:
        """With days missing, the score as if they were there; the ends of the band are the values
        at which that score is the limit."""
        said, seen = zscore(value, past.values), len(past.values)
        reach = zscore_after(terms["z"], past.days, seen) * said.deviation
        return {
            EXPECTED: said.expected,
            CHANGE: said.change,
            SCORE: zscore_after(said.score, seen, past.days),
            LOWER: said.expected - reach,
            UPPER: said.expected + reach,
        }
