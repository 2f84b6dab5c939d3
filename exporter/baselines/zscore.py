"""z-score against the days before, as the designs of the seed documents define it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """How far a value lies from its history.

    `score` is in standard deviations, `change` a fraction of the mean (-0.3 is 30 % less; None when
    the mean is 0).
    """

    expected: float
    deviation: float
    score: float
    change: float | None


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
    mean = statistics.fmean(history)
    deviation = statistics.stdev(history)
    distance = value - mean
    if deviation > 0:
        score = distance / deviation
    else:
        score = math.copysign(math.inf, distance) if distance else 0.0
    return Score(mean, deviation, score, distance / abs(mean) if mean else None)
