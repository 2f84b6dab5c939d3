"""What the calendar of a config means from today on, for people who read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from warehouse_exporter.core.calendar import LAST, LONG_AGO, ONE_DAY, WEEKDAYS, Event, weekday
from warehouse_exporter.core.wording import listed

SHOWN = 5
"""How many of the next days are shown."""


def meaning(event: Event, today: date) -> str:
    """`holidays: nothing is expected on Fri 2026-12-25 (Christmas Day)`, the next few days."""
    named = [*event.datasets, *event.metrics]
    whose = f" of {listed(named)}" if named else ""
    what = f"nothing is expected{whose}" if event.silences_falls else f"rises{whose} are not judged"
    if event.weekdays:
        names = [f"{WEEKDAYS[number]}s" for number in event.weekdays]
        return f"{event.name}: {what} on {listed(names, 7)}"
    if event.month_days:
        names = [ordinal(number) for number in event.month_days]
        return f"{event.name}: {what} on the {listed(names, 31)} of every month"
    days = [shown(event, day) for day in islice(coming(event, today), SHOWN)]
    if not days:
        return f"{event.name}: no day in the next {LONG_AGO} days"
    return f"{event.name}: {what} on {', '.join(days)}"


def ordinal(day: int) -> str:
    """`1st`, `22nd`, `last day`: a day of a month."""
    if day == LAST:
        return "last day"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"
    return f"{day}{ending}"


def coming(event: Event, today: date) -> Iterator[date]:
    """The days of an event from today on, for a little more than a year."""
    days = (today + ONE_DAY * after for after in range(LONG_AGO))
    return (day for day in days if event.covers(day))


def shown(event: Event, day: date) -> str:
    """A day, with its name where it has one of its own."""
    name = event.on(day)
    return f"{weekday(day)[:3]} {day}" + (f" ({name})" if name != event.name else "")
