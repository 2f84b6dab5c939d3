"""What a baseline says of a value, and how a distance is made a number when there is nothing to
divide by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

DIGITS = 12
"""What floating point adds to a score lies beyond them."""


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


def exact(number: float) -> Fraction:
    """The decimal number that a float stands for: 0.1 is a tenth, and not its nearest float."""
    return Fraction(Decimal(repr(float(number))))


def middle(history: Sequence[Fraction]) -> Fraction:
    """The mean."""
    return sum(history, Fraction(0)) / len(history)


def parts(distance: float | Fraction, of: float | Fraction) -> float:
    """distance / of, to 12 digits; of 0, any distance is infinitely much."""
    if of:
        return settled(float(distance / of))
    return math.copysign(math.inf, distance) if distance else 0.0


def settled(number: float) -> float:
    """The number to 12 significant digits: what a limit is held against, here and in Prometheus.

    Floating point makes -0.29999999999999993 of a fall of 30 %, which that limit then misses.
    """
    return float(f"{number:.{DIGITS}g}")
