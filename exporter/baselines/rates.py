"""A share of a day against the pooled share of the days before: step 12 of docs/baselines.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.baselines.score import parts
from exporter.baselines.student import two_sided


@dataclass(frozen=True)
class Pooled:
    """The share of all days together, and how much more the days differ than chance makes them.

    `phi` is 1 when they differ as draws from one urn would, and larger when they differ more.
    """

    share: float
    variance: float
    phi: float
    days: int

    def score(self, hits: float, total: float) -> float:
        """The z of a day's share, of a normal distribution.

        abs(z) > c says the same as: the Wilson interval of `c` deviations around the day's share,
        its total divided by phi, does not hold the pooled share (Wilson 1927: it is the score test
        turned round).
        """
        return parts(hits / total - self.share, math.sqrt(self.variance * self.phi / total))

    def bound(self, alpha: float, side: int, total: float) -> float:
        """The share beyond which a day of so many is less likely than `alpha`, two-sided."""
        reach = two_sided(alpha) * math.sqrt(self.variance * self.phi / total)
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
