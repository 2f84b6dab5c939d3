"""A share of a day against the pooled share of the days before.

Step 12 of docs/reference/baselines.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse_exporter.baselines.shared.score import parts
from warehouse_exporter.baselines.shared.student import normal_score, quantile, two_sided


@dataclass(frozen=True)
class Pooled:
    """The share of all days together, and how much more the days differ than chance makes them.

    `phi` is 1 when they differ as draws from one urn would, and larger when they differ more.
    """

    share: float
    variance: float
    phi: float
    days: int

    @property
    def estimated(self) -> bool:
        """Whether the spread is known from the days alone, as a variance of so few of them.

        A departure divided by it is then Student's t (McCullagh and Nelder 1989, 4.5); what chance
        makes of counts is known.
        """
        return self.phi > 1

    def score(self, hits: float, total: float) -> float:
        """The z of a day's share, of a normal distribution.

        Before it is made one of a normal: that its size is more than c says the same as that the
        Wilson interval of c deviations around the day's share, its total divided by phi, does not
        hold the pooled share (Wilson 1927: it is the score test turned round).
        """
        distance = parts(hits / total - self.share, math.sqrt(self.variance * self.phi / total))
        return normal_score(distance, self.days - 1) if self.estimated else distance

    def bound(self, alpha: float, side: int, total: float) -> float:
        """The share beyond which a day of so many is less likely than `alpha`, two-sided."""
        far = quantile(alpha, self.days - 1) if self.estimated else two_sided(alpha)
        reach = far * math.sqrt(self.variance * self.phi / total)
        return min(1.0, max(0.0, self.share + side * reach))


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
    return Pooled(share, variance, max(1.0, chi2 / max(1, len(days) - 1)), len(days))
