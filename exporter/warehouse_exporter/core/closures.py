"""Weekdays on which there are no rows: the one place that decides which these are.

A baseline asks it about the days of a metric, all other checks about the days of their dataset.
Only days up to the last one with rows are looked at: a feed that is dead for a month does not
become a shop that is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse_exporter.core.calendar import ONE_DAY, WEEKDAYS, Event, last_days
from warehouse_exporter.core.wording import counted, listed

WEEK = timedelta(days=7)
WEEKS = 4
CLOSED_SHARE = 0.75
"""Of the last four of a weekday this share must have been empty; of two or three, all."""
CLOSED_FROM = 2
"""So often a baseline must have seen a weekday to know it as closed: it may have two weeks."""
SEEN = 3
"""A check must have: it pages at once, and two failures in a row on one weekday do happen."""
FULL = 0.75
"""Of the other days of those weeks this share must have rows."""
MOST = 3
"""More closed weekdays are not learned: so looks a dead feed that gets a row now and then."""
LOOKED_AT = 2 * WEEKS * 7
"""Days before the expected one: four weeks, and as many in which a feed may be dead."""
LEARNED = "closed weekdays"
"""The name of the event that has what was learned."""


@dataclass(frozen=True)
class Filled:
    """The days that have rows, of those that were looked at; or why nobody looked."""

    days: frozenset[date] = frozenset()
    why: str = ""


@dataclass(frozen=True)
class Learned:
    """The weekdays on which nothing is expected of a dataset, by number, each with the reason.

    `why` says why it has none; it is empty where rows come on every weekday.
    """

    weekdays: tuple[tuple[int, str], ...] = ()
    why: str = ""

    def on(self, day: date) -> str:
        """Why nothing is expected on a day; empty where something is."""
        return dict(self.weekdays).get(day.weekday(), "")

    @property
    def names(self) -> tuple[str, ...]:
        """`Saturdays`, `Sundays`."""
        return tuple(f"{WEEKDAYS[number]}s" for number, _ in self.weekdays)

    @property
    def event(self) -> Event | None:
        """The same as an event of the calendar."""
        if not self.weekdays:
            return None
        return Event(LEARNED, (), silences_falls=True, named=self, learned=True)

    @property
    def told(self) -> str:
        """What was learned, as a page shows it."""
        if not self.weekdays:
            return f"none learned: {self.why or 'rows come on every weekday'}"
        return "; ".join(f"{WEEKDAYS[number]}s: {reason}" for number, reason in self.weekdays)


def closed_weekdays(
    last: date, rows: Mapping[date, float], seen: int = CLOSED_FROM
) -> Mapping[int, Sequence[bool]]:
    """The weekdays that were empty on nearly all of their last weeks, with what these were.

    `rows` has the rows of each day up to `last`, the last one that has any. A weekday must have
    been `seen` so often.
    """
    found = {day.weekday(): last_weeks(day, rows) for day in days_after(last, 7)}
    return {
        number: empty
        for number, empty in found.items()
        if len(empty) >= seen and sum(empty) >= CLOSED_SHARE * len(empty)
    }


def last_weeks(day: date, rows: Mapping[date, float]) -> Sequence[bool]:
    """Whether the weekday of a day was empty, in each of the last weeks that are known."""
    weeks = (day - WEEK * back for back in range(1, WEEKS + 1))
    return [not rows[week] for week in weeks if week in rows]


def days_after(day: date, count: int) -> list[date]:
    """The days that follow a day."""
    return [day + timedelta(days=ahead) for ahead in range(1, count + 1)]


def learned(filled: Filled, expected: date, excluding: Iterable[Event] = ()) -> Learned:
    """The closed weekdays of a dataset, from its days before the expected one.

    Days of `excluding` events are left out. Nothing is learned of rows that come so irregularly
    that an empty day says nothing, and never more than `MOST` weekdays.
    """
    if filled.why:
        return Learned(why=filled.why)
    events = tuple(excluding)
    days = days_before(expected)
    rows = known(days, filled.days, lambda day: any(event.covers(day) for event in events))
    if not rows:
        return Learned(why=f"there are no rows in the {LOOKED_AT} days before {expected}")
    last = max(day for day, any_row in rows.items() if any_row)
    closed = closed_weekdays(last, rows, SEEN)
    if why := doubt(last, rows, closed):
        return Learned(why=why)
    return Learned(tuple(sorted((number, reason(number, of)) for number, of in closed.items())))


def days_before(expected: date) -> tuple[date, ...]:
    """The days from which closed weekdays are learned, oldest first."""
    return last_days(expected - ONE_DAY, LOOKED_AT)


def known(
    days: Sequence[date], filled: Collection[date], excluded: Callable[[date], bool]
) -> dict[date, float]:
    """Whether each day has rows, from the first to the last that has; empty where none has."""
    there = [day for day in days if day in filled and not excluded(day)]
    if not there:
        return {}
    begin, last = there[0], there[-1]
    return {day: float(day in filled) for day in days if begin <= day <= last and not excluded(day)}


def doubt(last: date, rows: Mapping[date, float], closed: Collection[int]) -> str:
    """Why nothing is learned from some days; empty where it is."""
    begin, span = min(rows), (last - min(rows)).days + 1
    if not closed and span < SEEN * 7:
        return f"there are rows since {begin}: it takes {SEEN} weeks"
    if len(closed) > MOST:
        return f"rows came on {counted(7 - len(closed), 'weekday')} only: write the closed ones"
    others = [day for day in rows if day > last - WEEKS * WEEK and day.weekday() not in closed]
    there = sum(bool(rows[day]) for day in others)
    if closed and there < FULL * len(others):
        names = listed([f"{WEEKDAYS[number]}s" for number in sorted(closed)])
        return f"beside {names}, {there} of {counted(len(others), 'day')} had rows: too irregular"
    return ""


def reason(number: int, empty: Sequence[bool]) -> str:
    """`no rows on any of the last 4 Sundays`."""
    none = sum(empty)
    of = "any" if none == len(empty) else f"{none}"
    return f"no rows on {of} of the last {counted(len(empty), WEEKDAYS[number])}"
