"""What a baseline says of a value, and how a distance is made a number when there is nothing to
divide by."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """How far a value lies from its history.

    `score` is in `deviation`s, `change` a fraction of what was expected (-0.3 is 30 % less). Of an
    expected 0 any change is infinite: left out, it could never be in breach.
    """

    expected: float
    deviation: float
    score: float
    change: float


def parts(distance: float, of: float) -> float:
    """distance / of; of 0, any distance is infinitely much."""
    if of:
        return distance / of
    return math.copysign(math.inf, distance) if distance else 0.0
