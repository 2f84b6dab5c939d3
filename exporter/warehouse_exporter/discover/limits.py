"""Limits from past days: round numbers that an ordinary day does not reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
FEWEST = 3
"""Days before a change of level, so that it is one."""
TIMES_AS_MUCH = 3.0
POINTS = 0.02
"""A change of level is at least so many times the level before, and so many points."""


@dataclass(frozen=True)
class Level:
    """What a share was on ordinary days: the most, and the days on which it was another.

    `changed` is the day from which it has stayed higher, if there is one; `before` and `after` are
    the medians on both sides. `days` are the ordinary ones, `apart` the single ones that stand out.
    """

    most: float
    rows: int
    days: int
    changed: date | None = None
    before: float = 0.0
    after: float = 0.0
    apart: tuple[date, ...] = ()


def level_of(shares: Sequence[tuple[date, float, int]]) -> Level | None:
    """The level of a share over days; None without any day."""
    if not shares:
        return None
    place = change_of([share for _, share, _ in shares])
    calm = shares if place is None else shares[:place]
    middle = median(share for _, share, _ in calm)
    spread = median(abs(share - middle) for _, share, _ in calm)
    edge = max(middle + 8 * spread, TIMES_AS_MUCH * middle, middle + POINTS)
    apart = tuple(day for day, share, _ in calm if share > edge)
    usual = [one for one in calm if one[0] not in apart]
    level = Level(
        max(share for _, share, _ in usual),
        round(median(rows for _, _, rows in usual)),
        len(usual),
        apart=apart if len(calm) >= 2 * FEWEST else (),
    )
    if place is None:
        return level
    after = median(share for _, share, _ in shares[place:])
    return Level(
        level.most, level.rows, level.days, shares[place][0], middle, after, level.apart
    )  # fmt: skip


def change_of(shares: Sequence[float]) -> int | None:
    """Where a share jumps up and stays there: all days after lie above all days before."""
    found = None
    for place in range(FEWEST, len(shares)):
        before, after = shares[:place], shares[place:]
        low, high = median(before), median(after)
        ends = 1 - low >= TIMES_AS_MUCH * (1 - high)
        jumps = (high >= TIMES_AS_MUCH * low or ends) and high - low >= POINTS
        if jumps and min(after) > max(before) and (len(after) > 1 or high - low > 0.5):
            gap = min(after) - max(before)
            if found is None or gap > found[1]:
                found = place, gap
    return None if found is None else found[0]


def above(level: Level) -> float:
    """A share that an ordinary day does not reach: what was most, and room for chance."""
    chance = math.sqrt(max(level.most, 1 / max(level.rows, 1)) / max(level.rows, 1))
    return min(max(rounded_up(level.most * 1.3 + 3 * chance), 0.001), 1.0)


def rounded_up(value: float) -> float:
    """The next round number: 0.0123 is 0.015."""
    if value <= 0:
        return 0.0
    size = 10.0 ** math.floor(math.log10(value))
    step = next(step for step in STEPS if step * size >= value * (1 - 1e-9))
    return float(f"{step * size:.6g}")


def rounded_down(value: float) -> int:
    """A whole round number at most that: 1234 is 1000."""
    if value < 10:
        return math.floor(value)
    size = 10.0 ** math.floor(math.log10(value))
    return int(max(step for step in STEPS if step * size <= value * (1 + 1e-9)) * size)


def per_cent(share: float) -> str:
    """`> 1.5%`, as a limit has it."""
    return f"{share * 100:.6g}%"


def span(seconds: float) -> str:
    """A duration as limits have it, in whole hours or minutes, rounded up."""
    if seconds < 3600:
        return f"{max(5, math.ceil(seconds / 300) * 5)}m"
    hours = math.ceil(seconds / 3600)
    return f"{hours}h" if hours < 72 else f"{math.ceil(hours / 24)}d"


def above_share(share: float) -> float:
    """A round share above one that was seen once."""
    return min(rounded_up(share * 1.3), 1.0)


def graded(limit: float) -> dict[str, str]:
    """A limit for a warning, and one for a page where there is room above it."""
    found = {"warning": f"> {per_cent(limit)}"}
    if limit * 4 < 0.9:
        found["critical"] = f"> {per_cent(max(limit * 4, 0.05))}"
    return found
