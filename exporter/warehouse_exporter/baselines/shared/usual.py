"""How many failing rows a day usually has, after the days before it.

The days before give a rate. Of a day with so many rows, a count is usual if chance alone gives more
at that rate with a probability of at least `RARE`, or if it is no more than twice the rate. An
earlier day that was unusual itself teaches no more than the least that would have been a finding:
so one bad day does not hide the next, and a rate that has changed for good is learned in weeks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

ENOUGH = 7
"""Days before that are needed: one of each weekday."""
RARE = 1e-4
"""The probability of more by chance that is left to a usual day: one day in 27 years."""
MANY, DEVIATIONS = 30.0, 4.0
"""Expected rows from which on a normal distribution is good enough, and how far it is `RARE`."""

Shares = Sequence[tuple[float, float]]
"""Failing rows of rows, day by day."""


def most_usual(before: Shares, total: float) -> float | None:
    """The most failing rows that a day of `total` rows usually has; None: too few days before.

    Days without a row teach nothing. Where no row failed before, none is usual.
    """
    taught = sorted(((h, t) for h, t in before if t > 0), key=lambda day: day[0] / day[1])
    if len(taught) < ENOUGH:
        return None
    hits, rows = 0.0, 0.0
    for place, (failed, of) in enumerate(taught):
        most = most_after(hits, rows, of) + 1 if place >= ENOUGH // 2 + 1 else failed
        hits, rows = hits + min(failed, most), rows + of
    return most_after(hits, rows, total)


def most_after(hits: float, rows: float, total: float) -> float:
    """The most of `total` that is usual where `hits` of `rows` failed before."""
    if not hits:
        return 0.0
    expected = hits / rows * total
    double = min(2 * expected, (expected + total) / 2)
    if expected < MANY:
        return max(math.floor(double), beyond_chance(hits, total / (rows + total)))
    deviation = math.sqrt(expected + expected * expected / hits)
    return math.floor(max(double, expected + DEVIATIONS * deviation))


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
