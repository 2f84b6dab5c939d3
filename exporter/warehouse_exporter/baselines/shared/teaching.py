"""The two ways in which `seasonal` judges a day by others: as a number, and as a share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from statistics import median

from warehouse_exporter.baselines.shared.forecast import Point, forecast, point
from warehouse_exporter.baselines.shared.rates import pooled
from warehouse_exporter.baselines.shared.replay import CHANGE, ENOUGH_DAYS, Method, Seen
from warehouse_exporter.baselines.shared.score import parts

ALL_DAYS = 14
"""With fewer days only a fall to a fifth is seen."""
FIFTH = 0.2
ENOUGH_ROWS = 7.0
"""What is expected of a day that, when it has nothing, is found at once."""
REMEMBERED = 8192
"""Days of the past that are not judged again: those of a hundred metrics."""
NOTHING = Seen(0.0, 0.0)

Share = tuple[float, float]


def fell_to_a_fifth(value: float, expected: float) -> bool:
    """The only departure that a short history shows."""
    return value <= FIFTH * expected


@lru_cache(maxsize=REMEMBERED)
def seen_number(counts: bool, training: tuple[Point, ...], day: Point) -> Seen:
    """What is said of a past day by those before it."""
    number, value, *_ = day
    found = forecast(training, number, counts)
    if found is None or not found.expected:
        return NOTHING
    change = parts(value - found.expected, found.expected)
    if not tells(change, value, found.expected, len(training)):
        return NOTHING._replace(change=change)
    return Seen(change, found.score(value))


@lru_cache(maxsize=REMEMBERED)
def seen_share(training: tuple[Share, ...], day: Share) -> Seen:
    """What is said of a past day's share; nothing where too few are expected."""
    (hits, total), found = day, pooled(training)
    if found.share * total < ENOUGH_ROWS:
        return NOTHING
    change = parts(hits / total - found.share, found.share)
    if not tells(change, hits / total, found.share, len(training)):
        return NOTHING._replace(change=change)
    return Seen(change, found.score(hits, total))


def tells(change: float, value: float, expected: float, days: int) -> bool:
    """Whether a departure is large enough to be one, after so many days."""
    if days < ALL_DAYS:
        return days >= ENOUGH_DAYS and fell_to_a_fifth(value, expected)
    return abs(change) >= CHANGE


def scaled_point(day: Point, factor: float) -> Point:
    """A day as it would be at another level."""
    number, value, _, rows = day
    return point(number, value * factor, rows)


def scaled_share(day: Share, factor: float) -> Share:
    """A day with another share, which is no more than all."""
    hits, total = day
    return min(hits * factor, total), total


def level_of_points(days: Sequence[Point]) -> float:
    """The median of some days."""
    return median([value for _, value, *_ in days])


def level_of_shares(days: Sequence[Share]) -> float:
    """The share of some days together."""
    return pooled(days).share


SHARES = Method(seen_share, level_of_shares, scaled_share)


def numbers(counts: bool) -> Method[Point]:
    """The method for a metric that is no share."""
    return Method(partial(seen_number, counts), level_of_points, scaled_point)
