"""A shop's year under `seasonal` in one walk: each day is judged by the days before it.

A morning replays its days from nothing, and a year of mornings judges every day a hundred times.
Here each is judged once, by the same functions; `tests/database/year` holds mornings against it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from warehouse_exporter.baselines import all_baselines
from warehouse_exporter.baselines.base import Direction, Question
from warehouse_exporter.baselines.seasonal import gauges
from warehouse_exporter.baselines.shared.daily import Day, Series, scored
from warehouse_exporter.baselines.shared.forecast import Point, forecast, point
from warehouse_exporter.baselines.shared.rates import pooled
from warehouse_exporter.baselines.shared.replay import Lesson, Past, walked
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.shared.teaching import ENOUGH_ROWS, SHARES, Share, numbers
from warehouse_exporter.baselines.shared.wording import by_name
from warehouse_exporter.core.limits import said
from warehouse_exporter.core.model import Severity

from labs.year.series import MORNING, Year
from labs.year.simulator import HOLIDAYS, SALE, Sold

METRICS = ("sessions", "orders", "revenue", "aov", "conversion")
WINDOW = 28
SEASONAL = all_baselines()["seasonal"]
LIMITS = {severity: SEASONAL.filled(severity, {}) for severity in SEASONAL.defaults}
CONDITIONS = {s: SEASONAL.condition(s, terms, Direction.BOTH) for s, terms in LIMITS.items()}


@dataclass(frozen=True)
class Judged:
    """What is said of a day: the severity, on which side it is, and whether the score is beyond."""

    day: date
    severity: Severity | None
    rises: bool
    beyond: bool
    score: float


@dataclass(frozen=True)
class Known:
    """What is known of a metric in the morning after a day, its value apart."""

    day: date
    metric: str
    lesson: Lesson[Any]

    def judged(self, sold: Sold) -> Judged | None:
        """What is said if that was sold; None where nothing can be."""
        found = self.share(sold) if self.metric == "conversion" else self.number(sold)
        if found is None or found.score is None:
            return None
        asked = Question(self.metric, self.day, Series({}), (), WINDOW, 7, LIMITS)
        values = by_name(gauges(asked, found))
        rises = (found.change or 0.0) > 0
        limit = two_sided(LIMITS[Severity.WARNING]["rise" if rises else "fall"])
        beyond = found.score >= limit if rises else found.score <= -limit
        at = datetime.combine(self.day, MORNING)
        severity = said(CONDITIONS, values, at)
        return Judged(self.day, severity, rises, beyond, found.score)

    def number(self, sold: Sold) -> Day | None:
        """The day of a metric that is no share; one without rows is found at once."""
        counts = self.metric in ("sessions", "orders")
        found = forecast(self.lesson.training, self.day.toordinal(), counts)
        value = value_of(self.metric, sold)
        if found is None or value is None:
            return None
        day = Day(value, len(self.lesson.training), found.expected, bound=found.bound)
        if not value:
            return replace(day, score=-math.inf)
        return scored(day, found.score(value), self.lesson, every(self.day))

    def share(self, sold: Sold) -> Day | None:
        """The day of the share of sessions that buy."""
        found = pooled(self.lesson.training)
        if found.share * sold.sessions < ENOUGH_ROWS:
            return None
        bound = partial(found.bound, total=sold.sessions)
        share = sold.orders / sold.sessions
        day = Day(share, len(self.lesson.training), found.share, bound=bound)
        return scored(day, found.score(sold.orders, sold.sessions), self.lesson, every(self.day))


def every(day: date) -> tuple[date, ...]:
    """Names for the days of a run, which nobody reads here."""
    return (day,) * 1000


def value_of(metric: str, sold: Sold) -> float | None:
    """The value of a day; None where there is nothing to divide by."""
    if metric == "aov":
        return sold.revenue / sold.orders if sold.orders else None
    return float(getattr(sold, metric))


def known_of(metric: str, year: Year) -> Iterator[Known]:
    """What was known of a metric in every morning on which it can be judged."""
    days = sorted(year)
    off = {*HOLIDAYS, *SALE}
    if metric == "conversion":
        shares = [share_of(year[day]) if day not in off else None for day in days]
        steps = walked(Past(shares, set(), WINDOW), SHARES)
    else:
        counts = metric in ("sessions", "orders")
        points = [point_of(metric, day, year) if day not in off else None for day in days]
        absent = {n for n, day in enumerate(days) if points[n] is None and day not in off}
        steps = walked(Past(points, absent, WINDOW), numbers(counts))
    for step in steps:
        yield Known(days[step.day], metric, Lesson(step.training, run=step.before))


def share_of(sold: Sold) -> Share | None:
    """A day as it teaches a share."""
    return (sold.orders, sold.sessions) if sold.sessions else None


def point_of(metric: str, day: date, year: Year) -> Point | None:
    """A day as it teaches a number."""
    value = value_of(metric, year[day])
    rows = float(year[day].orders) if metric == "revenue" else 0.0
    return point(day.toordinal(), value, rows) if value else None
