"""What `seasonal` says of one day of one metric: forecast, replay and empty days together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any

from warehouse_exporter.baselines.shared.emptiness import Emptiness, emptiness, open_days
from warehouse_exporter.baselines.shared.forecast import Forecast, Point, forecast, point
from warehouse_exporter.baselines.shared.rates import pooled
from warehouse_exporter.baselines.shared.replay import (
    CHANGE,
    ENOUGH_DAYS,
    WEEK,
    Lesson,
    Seen,
    replay,
)
from warehouse_exporter.baselines.shared.score import parts
from warehouse_exporter.baselines.shared.student import NORMAL, two_sided
from warehouse_exporter.baselines.shared.teaching import (
    ALL_DAYS,
    ENOUGH_ROWS,
    SHARES,
    Share,
    fell_to_a_fifth,
    numbers,
    seen_number,
    seen_share,
)

WINDOWS = 3
"""How many windows of days are read: an outage of ten weeks is known by the days before it."""
REMEMBERED = 512
"""Replays kept in memory: one per metric of a large config, while its days do not change."""

Bound = Callable[[float, int], float]


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
    gives the value at which a two-sided probability is reached, to a side. `fallen` is how many
    days in a row had fallen before it, from the day `since`. A day that makes a new level has
    `moved_by`: how many times the earlier level that is.
    """

    value: float
    days: int
    expected: float | None = None
    score: float | None = None
    empty: Emptiness | None = None
    low: bool = False
    bound: Bound | None = None
    fallen: int = 0
    since: date | None = None
    moved_by: float | None = None

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


def days_before(today: date, window: int) -> tuple[date, ...]:
    """The days that a judgement needs, oldest first.

    They begin on the same weekday for a week, so that the replay of most days is that of yesterday.
    """
    reach = WINDOWS * window + today.toordinal() % WEEK
    return tuple(today - timedelta(days=back) for back in range(reach, 0, -1))


def judged(today: date, series: Series, window: int) -> Day:
    """What `seasonal` says of `today`, from the days before it."""
    days = days_before(today, window)
    if series.shares is not None:
        return judged_as_share(today, series, days, window)
    value = series.values.get(today, 0.0)
    lesson = lesson_of(*taught(series, days), window, series.counts)
    fallen = {days[n] for n in lesson.fallen}
    empty = emptiness(today, series.rows, window, series.silent.__contains__, fallen)
    known = Day(value, len(lesson.training), empty=empty)
    if series.counts and empty is not None and empty.mean < ENOUGH_ROWS:
        return replace(known, expected=empty.mean, low=True)
    found = None
    if known.days >= ENOUGH_DAYS:
        found = forecast(lesson.training, today.toordinal(), series.counts)
    if found is None:
        return known
    known = replace(known, expected=found.expected, bound=found.bound)
    if series.rows.get(today) == 0:
        return without_rows(known, found, series.counts)
    return scored(known, found.score(value), lesson, days)


def taught(
    series: Series, days: tuple[date, ...]
) -> tuple[tuple[Point | None, ...], frozenset[int]]:
    """The days that can teach, and the numbers of those that are empty though they were open."""
    points = []
    for day in days:
        value = None if day in series.untaught else series.values.get(day)
        rows = 0.0 if series.counts else series.rows.get(day, 0.0)
        points.append(point(day.toordinal(), value, rows) if value else None)
    absent = [n for n, day in enumerate(days) if series.rows.get(day) == 0]
    due = open_days(series.rows, series.silent.__contains__) if absent else set()
    return tuple(points), frozenset(n for n in absent if days[n] in due)


def without_rows(day: Day, found: Forecast, counts: bool) -> Day:
    """Step 9: an empty day is nothing on a closed weekday, and impossible on one that has rows."""
    empty = day.empty
    if empty is None or not empty.run:
        return replace(day, expected=0.0, score=0.0, bound=None)
    due = found.expected if counts else empty.mean * found.expected / found.middle
    return replace(day, score=-math.inf) if due >= ENOUGH_ROWS and not empty.closed else day


def judged_as_share(today: date, series: Series, days: tuple[date, ...], window: int) -> Day:
    """Step 12, for a metric that is a share of something."""
    shares = series.shares or {}
    past = tuple(None if day in series.untaught else shares.get(day) for day in days)
    lesson = lesson_of_shares(past, window)
    hits, total = shares[today]
    known = Day(hits / total, len(lesson.training))
    if known.days < ENOUGH_DAYS:
        return known
    found = pooled(lesson.training)
    known = replace(known, expected=found.share, bound=partial(found.bound, total=total))
    if found.share * total < ENOUGH_ROWS:
        return replace(known, low=True, bound=None)
    return scored(known, found.score(hits, total), lesson, days)


def scored(day: Day, z: float, lesson: Lesson[Any], days: tuple[date, ...]) -> Day:
    """The day with its score, where that may speak, and whether the series has moved with it.

    After days that fell, it is judged together with them.
    """
    run, expected, seen = lesson.run, day.expected or 0.0, Seen(day.change or 0.0, z)
    if day.short and not fell_to_a_fifth(day.value, expected):
        return day
    bound = partial(bound_after, day.bound, lesson, expected) if day.bound else None
    day = replace(day, score=run.score(seen), bound=bound)
    if not run.side or run.side_with(seen) != run.side:
        return day
    moved = lesson.moved_with(seen)
    fallen = len(run.days) if run.side < 0 else 0
    since = days[run.days[0]] if moved or fallen else None
    return replace(day, fallen=fallen, since=since, moved_by=moved.factor if moved else None)


def bound_after(
    alone: Bound, lesson: Lesson[Any], expected: float, alpha: float, side: int
) -> float:
    """The value at which a day is as unlikely as `alpha`, together with those that fell before."""
    found = alone(alpha, side)
    if lesson.run.side >= 0 or side > 0:
        return found
    ends = (1 - CHANGE) * expected
    z = lesson.run.needed(two_sided(alpha))
    together = ends if z >= 0 else alone(2 * NORMAL.cdf(z), side)
    return max(found, min(together, ends))


@lru_cache(maxsize=REMEMBERED)
def lesson_of(
    points: tuple[Point | None, ...], absent: frozenset[int], window: int, counts: bool
) -> Lesson[Point]:
    """Which days teach; a day that is missing or 0 never does."""
    return replay(points, absent, window, numbers(counts))


@lru_cache(maxsize=REMEMBERED)
def lesson_of_shares(shares: tuple[Share | None, ...], window: int) -> Lesson[Share]:
    """Which days teach; one without anything to divide by does not, a share of 0 does."""
    return replay([share if share and share[1] else None for share in shares], (), window, SHARES)


def forget() -> None:
    """Lose what a new process would not have."""
    for remembered in (lesson_of, lesson_of_shares, seen_number, seen_share):
        remembered.cache_clear()
