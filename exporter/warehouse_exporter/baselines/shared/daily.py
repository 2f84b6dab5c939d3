"""What `seasonal` says of one day of one metric: forecast, replay and empty days together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache, partial

from warehouse_exporter.baselines.shared.emptiness import Emptiness, emptiness
from warehouse_exporter.baselines.shared.forecast import Forecast, Point, forecast, point
from warehouse_exporter.baselines.shared.rates import pooled
from warehouse_exporter.baselines.shared.replay import Lesson, replay
from warehouse_exporter.baselines.shared.score import parts
from warehouse_exporter.baselines.shared.student import quantile, two_sided

ENOUGH_DAYS = 7
"""With fewer days of history nothing is judged."""
ALL_DAYS = 14
"""With fewer days only a fall to a fifth is seen."""
FIFTH = 0.2
ENOUGH_ROWS = 7.0
"""What is expected of a day that, when it has nothing, is found at once."""
FALL, RISE, CHANGE = 0.01, 0.0025, 0.15
"""What makes a day one that does not teach, whatever limits its owner has set."""
REMEMBERED = 512
"""Replays kept in memory: one per metric of a large config, while its days do not change."""

Share = tuple[float, float]
Values = tuple[float | None, ...]
Shares = tuple[Share | None, ...]


@dataclass(frozen=True)
class Series:
    """A metric by day, up to the day judged.

    `values` has the days with a value. `rows` has how many rows each day has, 0 for none (nothing
    for a ratio); `counts` says that the values are themselves such numbers. `shares` has (hits,
    total) by day when the metric is a rate. Days in `untaught` do not teach; those in `silent` may
    be empty.
    """

    values: Mapping[date, float]
    rows: Mapping[date, float] = field(default_factory=dict)
    counts: bool = False
    shares: Mapping[date, Share] | None = None
    untaught: frozenset[date] = frozenset()
    silent: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Day:
    """What is known of the day judged; None for what cannot be said.

    `days` is how much history taught. While that is short, there is a `score` only of a value that
    has fallen to a fifth. `low` says that a day has too few rows for a test by the day. `bound`
    gives the value at which a two-sided probability is reached, to a side. `moved_since` is the
    first day of a run that makes this the day of a new baseline.
    """

    value: float
    days: int
    expected: float | None = None
    score: float | None = None
    empty: Emptiness | None = None
    low: bool = False
    bound: Callable[[float, int], float] | None = None
    moved_since: date | None = None

    @property
    def short(self) -> bool:
        """Whether the history shows nothing but falls to a fifth."""
        return self.days < ALL_DAYS

    @property
    def change(self) -> float | None:
        """The departure as a fraction of what was expected."""
        if self.expected is None:
            return None
        return parts(self.value - self.expected, abs(self.expected))


def judged(today: date, series: Series, window: int) -> Day:
    """What `seasonal` says of `today`, from twice the window of days before it."""
    days = [today - timedelta(days=back) for back in range(2 * window, 0, -1)]
    if series.shares is not None:
        return judged_as_share(today, series, days, window)
    value = series.values.get(today, 0.0)
    past = tuple(None if day in series.untaught else series.values.get(day) for day in days)
    rows = tuple(0.0 if series.counts else series.rows.get(day, 0.0) for day in days)
    lesson = lesson_of(past, rows, window, series.counts)
    empty = emptiness(today, series.rows, window, series.silent.__contains__)
    known = Day(value, len(lesson.training), empty=empty)
    if series.counts and empty is not None and empty.mean < ENOUGH_ROWS:
        return replace(known, expected=empty.mean, low=True)
    found = None
    if known.days >= ENOUGH_DAYS:
        found = forecast(points_of(past, rows, lesson.training), len(past), series.counts)
    if found is None:
        return known
    known = replace(known, expected=found.expected, bound=found.bound)
    if series.rows.get(today) == 0:
        return without_rows(known, found, series.counts)
    return scored(known, found.score(value), lesson, days)


def without_rows(day: Day, found: Forecast, counts: bool) -> Day:
    """Step 9: an empty day is nothing on a closed weekday, and impossible on one that has rows."""
    empty = day.empty
    if empty is None or not empty.run:
        return replace(day, expected=0.0, score=0.0, bound=None)
    due = found.expected if counts else empty.mean * found.expected / found.middle
    return replace(day, score=-math.inf) if due >= ENOUGH_ROWS and not empty.closed else day


def judged_as_share(today: date, series: Series, days: Sequence[date], window: int) -> Day:
    """Step 12, for a metric that is a share of something."""
    shares = series.shares or {}
    past = tuple(None if day in series.untaught else shares.get(day) for day in days)
    lesson = lesson_of_shares(past, window)
    hits, total = shares[today]
    known = Day(hits / total, len(lesson.training))
    if known.days < ENOUGH_DAYS:
        return known
    found = pooled([share for n in lesson.training if (share := past[n])])
    known = replace(known, expected=found.share, bound=partial(found.bound, total=total))
    if found.share * total < ENOUGH_ROWS:
        return replace(known, low=True, bound=None)
    return scored(known, found.score(hits, total), lesson, days)


def scored(day: Day, score: float, lesson: Lesson, days: Sequence[date]) -> Day:
    """The day with its score, where that may speak, and whether the series has moved with it."""
    if day.short and not fell_to_a_fifth(day.value, day.expected or 0.0):
        return day
    side = side_of(day.change or 0.0, score, two_sided(FALL), two_sided(RISE))
    moved = days[lesson.since] if lesson.moves_with(side) else None
    return replace(day, score=score, moved_since=moved)


def fell_to_a_fifth(value: float, expected: float) -> bool:
    """The only departure that a short history shows."""
    return value <= FIFTH * expected


def side_of(change: float, score: float, fall: float, rise: float) -> int:
    """On which side a day is flagged, if on any, by a score and where it begins to count."""
    if change <= -CHANGE and score <= -fall:
        return -1
    return 1 if change >= CHANGE and score >= rise else 0


@lru_cache(maxsize=REMEMBERED)
def lesson_of(past: Values, rows: tuple[float, ...], window: int, counts: bool) -> Lesson:
    """Which days teach; a day that is missing or 0 never does."""
    points = [None if not value else point(n, value, rows[n]) for n, value in enumerate(past)]

    def flag(training: Sequence[int], day: int) -> int:
        if len(training) < ENOUGH_DAYS:
            return 0
        found = forecast([p for n in training if (p := points[n])], day, counts)
        value = past[day] or 0.0
        if found is None or abs(change := parts(value - found.expected, found.expected)) < CHANGE:
            return 0
        if found.days < ALL_DAYS and not fell_to_a_fifth(value, found.expected):
            return 0
        fall, rise = quantile(FALL, found.degrees), quantile(RISE, found.degrees)
        return side_of(change, found.distance(value), fall, rise)

    return replay([bool(value) for value in past], window, flag)


@lru_cache(maxsize=REMEMBERED)
def lesson_of_shares(past: Shares, window: int) -> Lesson:
    """Which days teach; one without anything to divide by does not, a share of 0 does."""
    fall, rise = two_sided(FALL), two_sided(RISE)

    def flag(training: Sequence[int], day: int) -> int:
        hits, total = past[day] or (0.0, 0.0)
        if len(training) < ENOUGH_DAYS:
            return 0
        found = pooled([share for n in training if (share := past[n])])
        if found.share * total < ENOUGH_ROWS:
            return 0
        if len(training) < ALL_DAYS and not fell_to_a_fifth(hits / total, found.share):
            return 0
        change = parts(hits / total - found.share, found.share)
        return side_of(change, found.score(hits, total), fall, rise)

    return replay([bool(share and share[1]) for share in past], window, flag)


def points_of(past: Values, rows: Sequence[float], training: Sequence[int]) -> list[Point]:
    """The days that teach, as the forecast takes them."""
    return [point(n, value, rows[n]) for n in training if (value := past[n]) is not None]
