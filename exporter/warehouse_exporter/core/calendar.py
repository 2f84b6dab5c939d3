"""Business days: their bounds as instants, and which day is expected.

A business day is a calendar day in the warehouse's time zone. Its bounds are computed here and
handed to the database as literals, so that a day of 23 or 25 hours is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from warehouse_exporter.core.grammar import DAYS

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)
"""An `expect_by` from which on yesterday is expected all day long."""
LONG_AGO = 400
"""How many days to look back for a day on which data was expected."""
LAST = 0
"""The last day of a month, among the numbers of days."""
IN_THE_CALENDAR, CLOSED = "is in the calendar", "is closed"
"""Why nothing is expected on a day: its owner says so, or it was learned."""
WITHOUT_CLOSED = ("day", "open", "today")
"""The windows of a config that have no closed day."""
OPEN_ALONE = "open alone"
"""The window that `check --open-days-only` gives to checks over a whole table: no config has it."""
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


class Named(Protocol):
    """Days that have names of their own, such as the public holidays of a country."""

    def on(self, day: date) -> str:
        """What a day is called; empty where it is none of them."""


@dataclass(frozen=True)
class Event:
    """A known event or holiday: days on which a metric may be higher than otherwise.

    `spans` are first and last days, `weekdays` numbers from Monday, which is 0, `month_days` days
    of every month by number, or `LAST`, and `named` are days that bring their own names. It
    concerns everything, unless it names datasets or metrics. With `silences_falls`, no check
    expects data on its days. It is `learned` where it was found in the rows, and not in the config.
    """

    name: str
    spans: tuple[tuple[date, date], ...]
    datasets: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    silences_falls: bool = False
    weekdays: tuple[int, ...] = ()
    named: Named | None = None
    month_days: tuple[int, ...] = ()
    learned: bool = False

    def covers(self, day: date) -> bool:
        """Whether it is on that day."""
        if day.weekday() in self.weekdays or (self.named and self.named.on(day)):
            return True
        ends = (day + ONE_DAY).day == 1
        if day.day in self.month_days or (ends and LAST in self.month_days):
            return True
        return any(first <= day <= last for first, last in self.spans)

    def on(self, day: date) -> str:
        """What it is called on one of its days."""
        return (self.named.on(day) if self.named else "") or self.name

    def excludes(self, dataset: str) -> bool:
        """Whether no data is expected in a dataset on its days."""
        named = dataset in self.datasets or not (self.datasets or self.metrics)
        return named and self.silences_falls

    def concerns(self, metric: str, datasets: Collection[str]) -> bool:
        """Whether it applies to a metric that is computed from some datasets."""
        named = metric in self.metrics or any(name in self.datasets for name in datasets)
        return named or not (self.metrics or self.datasets)


@dataclass(frozen=True)
class Calendar:
    """What day it is for one dataset at one instant, and the events that its owner knows of.

    `built`: the expected day is due because a build has just ended, and not by the clock. On
    the days of events in `excluding`, no data is expected.
    """

    as_of: datetime
    zone: ZoneInfo
    expected: date
    events: tuple[Event, ...] = ()
    built: bool = False
    excluding: tuple[Event, ...] = ()

    @property
    def moment(self) -> datetime:
        """`as_of`, for an answer that the day or a clock change alone may turn into another."""
        return self.as_of

    def expecting(self, day: date) -> Calendar:
        """The same, where another day is expected."""
        return replace(self, expected=day)

    @property
    def today(self) -> date:
        """The open business day at `as_of`."""
        return self.as_of.astimezone(self.zone).date()

    def window(self, text: str) -> tuple[date, ...] | None:
        """The days a window names, oldest first; None means the whole table.

        `day` is the expected day, `today` the day of `as_of`, `open` the days from the one to the
        other, `7d` the seven that end with the expected one. `OPEN_ALONE` names those of `open`.
        """
        if text == "all":
            return None
        if text == "day":
            return (self.expected,)
        if text == "today":
            return (self.today,)
        if text in ("open", OPEN_ALONE):
            return last_days(self.today, (self.today - self.expected).days + 1)
        return last_days(self.expected, int(text.removesuffix("d")))

    def excludes(self, day: date) -> bool:
        """Whether no data is expected on a day."""
        return any(event.covers(day) for event in self.excluding)

    def why_not(self, day: date) -> str:
        """Why no data is expected on an excluded day."""
        found = [event for event in self.excluding if event.covers(day)]
        if named := ", ".join(event.on(day) for event in found if not event.learned):
            return f"{day} {IN_THE_CALENDAR} ({named}): nothing is expected"
        return f"{day} {CLOSED}: {', '.join(event.on(day) for event in found)}"

    def closed(self, day: date) -> bool:
        """Whether a day is one of a weekday that was learned to be closed, and no other."""
        found = [event.learned for event in self.excluding if event.covers(day)]
        return bool(found) and all(found)

    @property
    def uncounted(self) -> str:
        """What the time that is not counted is, for texts."""
        learned = {event.learned for event in self.excluding}
        return " or ".join(
            text
            for one, text in ((False, "in the calendar"), (True, "on closed weekdays"))
            if one in learned
        )

    def due(self, days: Iterable[date]) -> tuple[date, ...]:
        """Those of the days on which data is expected."""
        return tuple(day for day in days if not self.excludes(day))

    def due_before(self, day: date, count: int) -> tuple[date, ...]:
        """The newest `count` days before a day on which data is expected, oldest first.

        Where there are not so many since long ago, the others are taken as they come.
        """
        earlier = self.due(reversed(last_days(day - ONE_DAY, 7 * count + LONG_AGO)))[:count]
        return earlier[::-1] if len(earlier) == count else last_days(day - ONE_DAY, count)

    def last_due(self) -> date | None:
        """The expected day or, where the calendar excludes it, the last one before it."""
        return next(iter(self.due(reversed(last_days(self.expected, LONG_AGO)))), None)

    def excluded(self, since: datetime, until: datetime, by: time = MIDNIGHT) -> timedelta:
        """How much of the time between two instants is of excluded days.

        What happens on a day may arrive until `by` on the next one: then that is where days begin.
        """
        spent, day = (
            timedelta(),
            max(since, until - ONE_DAY * LONG_AGO).astimezone(self.zone).date(),
        )
        day -= ONE_DAY
        while self.excluding and day_start(day, self.zone) < until:
            if self.excludes(day):
                begin, end = self.begins(day, by), self.begins(day + ONE_DAY, by)
                spent += max(timedelta(), min(end, until) - max(begin, since))
            day += ONE_DAY
        return spent

    def day_at(self, at: datetime, by: time = MIDNIGHT) -> date:
        """The day of an instant, where days begin at `by`."""
        day = at.astimezone(self.zone).date()
        return day if at >= self.begins(day, by) else day - ONE_DAY

    def begins(self, day: date, by: time) -> datetime:
        """When a day begins that does so at `by`."""
        return next_time(by, day_start(day, self.zone), self.zone)


WINDOW = re.compile(rf"^(day|today|open|all|{DAYS.pattern})$")


def describe_window(days: tuple[date, ...] | None) -> str:
    """A window in words, for reports: `on 2026-03-01`, `from … to …`, `in the whole table`."""
    if days is None:
        return "in the whole table"
    if len(days) == 1:
        return f"on {days[0]}"
    return f"from {days[0]} to {days[-1]}"
