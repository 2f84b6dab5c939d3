"""How many failing rows a day usually has, after the days before it.

The days before give a rate. Of a day with so many rows, a count is usual if chance alone gives more
at that rate with a probability of at least `RARE`, or if it is no more than twice the rate. An
earlier day that was unusual itself teaches no more than the least that would have been a finding:
so one bad day does not hide the next, and a rate that has changed for good is learned in weeks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 3
"""Days before that are needed: of fewer, one that was bad would say what is usual."""
RARE = 1e-4
"""The probability of more by chance that is left to a usual day: one day in 27 years."""
HALF = 0.5
"""Where a larger share fails, the check or what it is compared with is broken, whatever the past
says: it is read as it is now, and a table that was emptied looks as if it had always been empty."""
MANY, DEVIATIONS = 30.0, 4.0
"""Expected rows from which on a normal distribution is good enough, and how far it is `RARE`."""

Shares = Sequence[tuple[float, float]]
"""Failing rows of rows, day by day."""


@dataclass(frozen=True)
class Usual:
    """What days usually have: `hits` failing rows of `rows`, bad days taken for no more than usual.

    None are usual where no row failed.
    """

    hits: float
    rows: float

    @property
    def share(self) -> float:
        """The share of rows that usually fail."""
        return self.hits / self.rows

    @property
    def is_too_much(self) -> bool:
        """Whether so large a share fails that nothing is usual."""
        return self.share > HALF

    def most(self, total: float) -> float:
        """The most failing rows that a day of `total` rows usually has."""
        if not self.hits:
            return 0.0
        expected = self.share * total
        double = min(2 * expected, (expected + total) / 2)
        if expected < MANY:
            return max(math.floor(double), beyond_chance(self.hits, total / (self.rows + total)))
        deviation = math.sqrt(expected + expected * expected / self.hits)
        return math.floor(max(double, expected + DEVIATIONS * deviation))


def usual(before: Shares) -> Usual | None:
    """What the days before say; None where they are too few. Days without a row say nothing."""
    taught = sorted(((h, t) for h, t in before if t > 0), key=lambda day: day[0] / day[1])
    if len(taught) < ENOUGH:
        return None
    found = Usual(*taught[0])
    for failed, total in taught[1:]:
        teaches = min(failed, found.most(total) + 1)
        found = Usual(found.hits + teaches, found.rows + total)
    return found


def beyond_chance(hits: float, share: float) -> float:
    """The least count that a later day exceeds with a probability below `RARE`.

    The count of a day is negative binomial, after `hits` on days of which it is a `share` of all
    rows: a Poisson rate that is known from these alone (Gelman et al., Bayesian Data Analysis,
    2.6).
    """
    likely = (1 - share) ** hits
    left, count = 1 - likely, 0
    while left > RARE:
        count += 1
        likely *= (hits + count - 1) / count * share
        left -= likely
    return float(count)
