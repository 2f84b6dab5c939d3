"""A share of a day against the pooled share of the days before.

Step 12 of docs/reference/baselines.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse_exporter.baselines.shared.score import parts
from warehouse_exporter.baselines.shared.student import normal_score, quantile, two_sided

EVEN = 2 / 3
"""The power of a Poisson count that is spread evenly around its middle."""


@dataclass(frozen=True)
class Pooled:
    """The share of all days together, and how much more the days differ than chance makes them.

    `phi` is 1 when they differ as draws from one urn would, and larger when they differ more.
    """

    share: float
    seen: float
    variance: float
    phi: float
    days: int
    total: float

    @property
    def estimated(self) -> bool:
        """Whether the spread is known from the days alone, as a variance of so few of them.

        A departure divided by it is then Student's t (McCullagh and Nelder 1989, 4.5); what chance
        makes of counts is known.
        """
        return self.phi > 1

    def deviation(self, total: float) -> float:
        """How far the share of a day of so many lies from the pooled one, as a fraction of that.

        What chance makes of counts is less on a large day. What else days differ by is not, or the
        same visits that lower a share would make the day seem surer. The pooled share is itself
        known from so many only.
        """
        usual = min(total, self.total / self.days)
        of_day = 1 / total + (self.phi - 1) / usual
        return math.sqrt(self.variance * (of_day + self.phi / self.total)) / self.seen

    def power(self, side: int) -> float:
        """The power of the scale on which departures to a side are alike.

        What chance makes of counts is even at 2/3 (Anscombe 1953). What multiplies a day makes
        rises larger than falls: it is even at 0, the logarithm.
        """
        return EVEN / self.phi if side > 0 else EVEN

    def score(self, hits: float, total: float) -> float:
        """The z of a day's share, of a normal distribution."""
        ratio = hits / total / self.seen
        power = self.power(1 if ratio > 1 else -1)
        moved = math.expm1(power * math.log(ratio)) if ratio else -1.0
        distance = parts(moved / power, self.deviation(total))
        return normal_score(distance, self.days - 1) if self.estimated else distance

    def bound(self, alpha: float, side: int, total: float) -> float:
        """The share beyond which a day of so many is less likely than `alpha`, two-sided."""
        far = quantile(alpha, self.days - 1) if self.estimated else two_sided(alpha)
        power = self.power(side)
        moved = side * power * far * self.deviation(total)
        if moved <= -1:
            return 0.0
        return math.exp(min(0.0, math.log(self.seen) + math.log1p(moved) / power))


def pooled(days: Sequence[tuple[float, float]]) -> Pooled:
    """The (hits, total) of some days as one; their total must be above 0.

    phi = max(1, chi2 / df), chi2 the sum of (hits - total * share)^2 / (total * variance) over the
    days, df one less than their number. A share of exactly 0 or 1 has no variance; it is given that
    of half a hit, or half a miss.
    """
    hits, total = sum(h for h, _ in days), sum(t for _, t in days)
    share = hits / total
    seen = share if 0 < share < 1 else (hits + 0.5) / (total + 1)
    variance = seen * (1 - seen)
    chi2 = sum((h - t * share) ** 2 / (t * variance) for h, t in days if t)
    return Pooled(share, seen, variance, max(1.0, chi2 / max(1, len(days) - 1)), len(days), total)
