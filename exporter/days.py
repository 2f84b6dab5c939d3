"""Business days: their bounds as instants, and which of them must be there by now.

A business day is a calendar day in the warehouse's time zone. Its bounds are computed here and
handed to the database as literals, so that a day of 23 or 25 hours is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)
"""An `expect_by` from which on yesterday is expected all day long."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def expected_day(as_of: datetime, zone: ZoneInfo, expect_by: time, newest: str) -> date:
    """The newest business day that must be there at `as_of`.

    `newest` is "yesterday" for data that is complete once its day is over, or "today" for a table
    that describes the day it is written on (a log of runs). Before `expect_by` it is the day
    before.
    """
    today = as_of.astimezone(zone).date()
    day = today if newest == "today" else today - ONE_DAY
    return day if as_of >= next_time(expect_by, day_start(today, zone), zone) else day - ONE_DAY


def next_time(by: time, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant from `at` on at which clocks show `by`, in UTC.

    They are the clocks of the zone that `by` names, or else of `zone`. An hour that a change of the
    clocks repeats counts the first time it comes.
    """
    home = by.tzinfo or zone
    day = at.astimezone(home).date()
    due = datetime.combine(day, by, tzinfo=home).astimezone(UTC)
    return due if due >= at else datetime.combine(day + ONE_DAY, by, tzinfo=home).astimezone(UTC)


def weekday(day: date) -> str:
    """The English name of a weekday, whatever the locale."""
    return WEEKDAYS[day.weekday()]


def last_days(day: date, count: int) -> tuple[date, ...]:
    """The `count` days that end with `day`, oldest first."""
    return tuple(day - ONE_DAY * back for back in reversed(range(count)))


@dataclass(frozen=True)
class Event:
    """A known event or holiday: days on which a metric may be higher than otherwise.

    `spans` are first and last days. It concerns everything, unless it names datasets or metrics.
    With `silences_falls` its days are not judged against the past at all.
    """

    name: str
    spans: tuple[tuple[date, date], ...]
    datasets: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    silences_falls: bool = False

    def covers(self, day: date) -> bool:
        """Whether it is on that day."""
        return any(first <= day <= last for first, last in self.spans)

    def concerns(self, metric: str, datasets: Collection[str]) -> bool:
        """Whether a metric that is computed from some datasets is under its influence."""
        named = metric in self.metrics or any(name in self.datasets for name in datasets)
        return named or not (self.metrics or self.datasets)


@dataclass(frozen=True)
class Calendar:
    """What day it is for one dataset at one instant, and the events that its owner knows of.

    `built`: the expected day is due because a build has just ended, and not by the clock.
    """

    as_of: datetime
    zone: ZoneInfo
    expected: date
    events: tuple[Event, ...] = ()
    built: bool = False

    @property
    def today(self) -> date:
        """The open business day at `as_of`."""
        return self.as_of.astimezone(self.zone).date()

    def window(self, text: str) -> tuple[date, ...] | None:
        """The days a window names, oldest first; None means the whole table.

        `day` is the expected day, `today` the day of `as_of`, `open` the days from the one to the
        other, `7d` the seven that end with the expected one.
        """
        if text == "all":
            return None
        if text == "day":
            return (self.expected,)
        if text == "today":
            return (self.today,)
        if text == "open":
            return last_days(self.today, (self.today - self.expected).days + 1)
        return last_days(self.expected, int(text.removesuffix("d")))


WINDOW = re.compile(r"^(day|today|open|all|[1-9][0-9]{0,3}d)$")


def describe_window(days: tuple[date, ...] | None) -> str:
    """A window in words, for reports: `on 2026-03-01`, `from … to …`, `in the whole table`."""
    if days is None:
        return "in the whole table"
    if len(days) == 1:
        return f"on {days[0]}"
    return f"from {days[0]} to {days[-1]}"
