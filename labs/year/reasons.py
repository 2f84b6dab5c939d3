"""Where a count lies outside what chance does, and why: found out by taking the causes away."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

ABOVE: Mapping[str, set[tuple[float, str]]] = {
    "falls": set(),
    "rises": set(),
    "critical_falls": {(0.2, "revenue")},
    "critical_rises": set(),
}
"""The series, by noise, that have more findings than the config promises."""
REASONS = """\
Where it is **above**: of 60 counts of findings one is, by 1 day, and it was not by chance: the day
after a false fall is judged together with it, as the days of an outage are. So a false fall may
become critical on its second day.

Where it is **below**: before any day is seen, 14 % of noise are expected, worth four days. Where
days differ by less, the limits are wider than necessary. That costs little, because a finding
needs a change of 15 % anyway. Rises are measured on the scale of logarithms, on which small counts
rise less than they fall.
"""
"""Why, as far as it was found out; what would change the method is left to its description."""


class Where(StrEnum):
    """Where a count lies, beside a band."""

    BELOW = "below"
    INSIDE = "inside"
    ABOVE = "above"


def where(count: int, band: tuple[int, int]) -> Where:
    """Where a count lies; the ends of a band belong to it."""
    low, high = band
    if count < low:
        return Where.BELOW
    return Where.ABOVE if count > high else Where.INSIDE
