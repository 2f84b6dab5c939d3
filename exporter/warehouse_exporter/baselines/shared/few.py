"""A history with holes: the score of a value as if none of its days were missing.

After fewer days the same distance is less unlikely: mean and deviation are known less well. A limit
is a constant, written for all the days. So the score after the days that are there becomes the one
that is as unlikely after all of them, and false alarms stay as rare.
"""

from __future__ import annotations

import math

from warehouse_exporter.baselines.shared.score import settled
from warehouse_exporter.baselines.shared.student import quantile, tail

LEAST = 3
"""With fewer days there is no deviation to speak of."""
MAD_FACTORS = (1.0, 1.0, 1.196, 1.495, 1.363, 1.206, 1.200, 1.140, 1.129, 1.107)
"""By how much the MAD of so many days is too small, on average (Croux and Rousseeuw 1992)."""


def enough(days: int) -> int:
    """How many days of a history of so many must be there: half of them, and at least three.

    Of seven that is four. With three, a feed that is dead would have to lie 6.4 deviations below
    its mean to be seen, which at a noise of 20 % from day to day is below zero.
    """
    return min(days, max(LEAST, (days + 1) // 2))


def zscore_after(score: float, days: int, of: int) -> float:
    """The z-score after `of` days that is as unlikely as this one after `days`.

    A value that was no part of its history is (value - mean) / (s * sqrt(1 + 1/n)) away, which is
    Student's t with n - 1 degrees of freedom.
    """
    if days == of or not math.isfinite(score) or not score:
        return score
    beyond = tail(score / math.sqrt(1 + 1 / days), days - 1)
    if not beyond:
        return math.copysign(math.inf, score)
    return settled(math.copysign(quantile(2 * beyond, of - 1) * math.sqrt(1 + 1 / of), score))


def mad_after(score: float, days: int, of: int) -> float:
    """The score in MADs after `of` days that stands for this one after `days`."""
    return score if days == of else settled(score * mad_factor(of) / mad_factor(days))


def mad_factor(days: int) -> float:
    """What makes the MAD of so many days that of many."""
    return MAD_FACTORS[days] if days < len(MAD_FACTORS) else days / (days - 0.8)
