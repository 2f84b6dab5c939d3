"""Median and MAD of the days before, as the design of the seed documents that has it defines it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from warehouse_exporter.baselines.score import Score, exact, parts


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
