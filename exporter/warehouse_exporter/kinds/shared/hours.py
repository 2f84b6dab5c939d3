"""Rows by the hour: the stretches of a day without any, and what other days have in them."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import Cell, finite, whole

HOUR = 3600.0
FEW = 4
"""Of so many days, one is among the quietest: a quarter of the days may have lacked rows too."""


@dataclass(frozen=True)
class Hour:
    """An hour that has rows, by its number since 1970; the first and the last row in seconds."""

    number: int
    rows: int
    first: float
    last: float


@dataclass(frozen=True)
class Stretch:
    """A time without a row, from one instant to another, in seconds since 1970."""

    since: float
    until: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.until - self.since

    @property
    def hours(self) -> range:
        """The numbers of the hours that it touches."""
        return range(math.floor(self.since / HOUR), math.ceil(self.until / HOUR))

    def rows(self, hour: Hour, number: int) -> float:
        """How many rows of an hour would lie in it, had it been the hour with another number.

        Between its first and its last row they count in proportion.
        """
        moved = (number - hour.number) * HOUR
        first, last = hour.first + moved, hour.last + moved
        if first == last:
            return hour.rows * (self.since < first < self.until)
        inside = min(self.until, last) - max(self.since, first)
        return hour.rows * max(0.0, inside) / (last - first)


def hours_of(rows: Sequence[Mapping[str, Cell]]) -> list[Hour]:
    """The hours that an answer has, in the order of time."""
    found = [
        Hour(whole(row["hour"]), whole(row["rows"]), *map(seconds_of, (row["first"], row["last"])))
        for row in rows
    ]
    return sorted(found, key=lambda hour: hour.number)


def seconds_of(cell: Cell) -> float:
    """An instant of the answer. Raises Unmeasured where there is none."""
    seconds = finite(cell, "a time")
    if seconds is None:
        raise Unmeasured(Reason.RESULT, "an hour that has rows came without the time of one")
    return seconds


def stretches(hours: Sequence[Hour], begin: datetime, end: datetime) -> list[Stretch]:
    """The times without a row between two instants; those inside one hour are not seen."""
    edges = [begin.timestamp(), *(edge for h in hours for edge in (h.first, h.last))]
    edges.append(end.timestamp())
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Stretch(since, until) for since, until in pairs if until > since]


@dataclass(frozen=True)
class Profile:
    """What each earlier day had in each hour, by the clocks of a zone."""

    days: Mapping[date, Mapping[int, Hour]]
    zone: ZoneInfo

    @classmethod
    def of(cls, hours: Sequence[Hour], zone: ZoneInfo) -> Profile:
        """From the hours of all days; a day without a row is not among them."""
        days: dict[date, dict[int, Hour]] = defaultdict(dict)
        for hour in hours:
            day = datetime.fromtimestamp(hour.first, UTC).astimezone(zone).date()
            days[day][clocks(hour.number, zone)] = hour
        return cls(days, zone)

    def usual(self, stretch: Stretch, weekday: int) -> float:
        """How many rows other days have in a stretch, at the least that is still ordinary.

        It is the lower quartile of all days, so that a quiet weekend is told from a fault, or the
        median of the same weekday where that is less: one weekday alone may be a quiet one.
        """
        found = [(day, self.rows(stretch, hours)) for day, hours in self.days.items()]
        every = sorted(rows for _, rows in found)
        if not every:
            return 0.0
        least = every[len(every) // FEW]
        alike = [rows for day, rows in found if day.weekday() == weekday]
        return min(least, statistics.median(alike)) if alike else least

    def rows(self, stretch: Stretch, hours: Mapping[int, Hour]) -> float:
        """How many rows a day has in a stretch."""
        there = ((number, hours.get(clocks(number, self.zone))) for number in stretch.hours)
        return sum(stretch.rows(hour, number) for number, hour in there if hour)


def clocks(number: int, zone: ZoneInfo) -> int:
    """The hour that clocks show when an hour begins."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(hours=number)).astimezone(zone).hour
