"""Median and MAD of the days before, as the design of the seed documents that has it defines it."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import ClassVar

from warehouse_exporter.baselines.base import (
    CHANGE,
    EXPECTED,
    LOWER,
    SCORE,
    Direction,
    Terms,
    Written,
)
from warehouse_exporter.baselines.shared.by_days import ByDays, Past
from warehouse_exporter.baselines.shared.few import mad_after
from warehouse_exporter.baselines.shared.score import Score, exact, parts
from warehouse_exporter.baselines.shared.wording import per_cent
from warehouse_exporter.core.limits import Condition, Limit, Reading, Term, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge


def mad(value: float, history: Sequence[float]) -> Score:
    """z = (value - median) / MAD, the raw median absolute deviation: no factor makes it a sigma.

    MAD is 0 as soon as more than half of the days are alike. The score of any fall is then
    -infinity, so that the fraction of the median alone decides. Small samples make the score
    large: of seven ordinary days before it, 7 % of ordinary days lie beyond 3.5 of the scaled MAD
    (Iglewicz and Hoaglin's limit), which is why the fraction stands beside it. Needs a day of
    history; raises ValueError for none.
    """
    if not history:
        raise ValueError("a median needs at least one day")
    days = [exact(past) for past in history]
    median = statistics.median(days)
    spread = statistics.median(abs(day - median) for day in days)
    distance = exact(value) - median
    score, change = parts(distance, spread), parts(distance, abs(median))
    return Score(float(median), float(spread), score, change)


class Mad(ByDays):
    """Median and MAD of the days before: falls only, below a share of the median."""

    name: ClassVar[str] = "mad"
    terms: ClassVar[Mapping[str, Written]] = {
        "z": Written("abs(z) at least this"),
        "below": Written("less than this share of the median", per_cent=True),
    }
    example: ClassVar[str] = "{warning: {z: 3, below: 60%}, critical: {z: 5, below: 30%}}"
    middle: ClassVar[str] = "median"

    def problem(self, terms: Terms, direction: Direction) -> str | None:
        if "z" not in terms or not 0 < terms.get("below", 0.0) <= 1:
            return f"mad needs `z`, and `below` of 100 % at most, for example {self.example}"
        if direction is Direction.RISE:
            return "mad sees falls only: use zscore or seasonal for rises"
        return None

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        """z <= -z and value < below * median.

        The bound on the change is below - 1; in per cent it is rounded once, as the change is.
        """
        z, below = terms["z"], terms["below"]
        bound = (round(below * 100, 9) - 100) / 100
        score = Limit("<=", -z, Unit.NUMBER, f"z <= -{z:g}")
        share = Limit("<", bound, Unit.SHARE, f"value < {per_cent(below)} of the median")
        return Condition.all_of(
            Term(SCORE.name, score, Reading.SIGNED), Term(CHANGE.name, share, Reading.SIGNED)
        )

    def gauges(self, value: float, past: Past, terms: Terms) -> dict[Gauge, float]:
        """With days missing, the score as if they were there."""
        said, seen = mad(value, past.values), len(past.values)
        return {
            EXPECTED: said.expected,
            CHANGE: said.change,
            SCORE: mad_after(said.score, seen, past.days),
            LOWER: said.expected - mad_after(terms["z"], past.days, seen) * said.deviation,
        }
