"""z-score against the days before, as the designs of the seed documents define it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from warehouse_exporter.baselines.score import Score, exact, middle, parts, settled


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
