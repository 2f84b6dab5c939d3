"""Closed weekdays, learned from the days that have rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from warehouse_exporter.core.calendar import Calendar, Event, last_days
from warehouse_exporter.core.closures import LOOKED_AT, Filled, Learned, learned

MONDAY = date(2026, 3, 9)
SUNDAY = date(2026, 3, 8)
SATURDAY = date(2026, 3, 7)
FRIDAY = date(2026, 3, 6)
ANY_SUNDAY = (6, "no rows on any of the last 4 Sundays")


def days(expected: date, but: Callable[[date], bool], count: int = LOOKED_AT) -> Filled:
    """The days before the expected one, all with rows but those that are none."""
    before = last_days(expected - timedelta(days=1), count)
    return Filled(frozenset(day for day in before if not but(day)))


def sundays(day: date) -> bool:
    """Whether a day is a Sunday."""
    return day.weekday() == 6


@pytest.mark.parametrize("expected", [FRIDAY, SATURDAY, SUNDAY, MONDAY])
def test_a_weekday_that_is_always_empty_is_closed_whatever_day_it_is(expected: date) -> None:
    assert learned(days(expected, sundays), expected) == Learned((ANY_SUNDAY,))


def test_rows_on_every_day_teach_nothing() -> None:
    found = learned(days(MONDAY, lambda day: False), MONDAY)
    assert found == Learned()
    assert found.event is None
    assert found.told == "none learned: rows come on every weekday"


def test_of_four_three_must_have_been_empty() -> None:
    one, two = {date(2026, 3, 1)}, {date(2026, 3, 1), date(2026, 2, 15)}
    found = learned(days(MONDAY, lambda day: sundays(day) and day not in one), MONDAY)
    assert found == Learned(((6, "no rows on 3 of the last 4 Sundays"),))
    assert learned(days(MONDAY, lambda day: sundays(day) and day not in two), MONDAY) == Learned()


@pytest.mark.parametrize(("weeks", "closed"), [(2, False), (3, True)])
def test_three_sundays_must_have_been_seen(weeks: int, closed: bool) -> None:
    """From the first row on, a Monday: what was before it was no empty Sunday."""
    found = learned(days(SUNDAY, sundays, 7 * weeks + 6), SUNDAY)
    assert bool(found.weekdays) is closed
    assert found.why == ("" if closed else "there are rows since 2026-02-16: it takes 3 weeks")


def test_a_new_dataset_says_that_nothing_is_known_yet() -> None:
    found = learned(days(MONDAY, sundays, 10), MONDAY)
    assert found.told == "none learned: there are rows since 2026-02-27: it takes 3 weeks"


@pytest.mark.parametrize("dead", [1, 2, 3, 7, 14, 27])
def test_a_dead_feed_does_not_become_a_closed_shop(dead: int) -> None:
    """Dead since Friday: only Sundays are closed, as they were before, for four weeks."""
    expected = FRIDAY + timedelta(days=dead)
    found = learned(days(expected, lambda day: sundays(day) or day >= FRIDAY), expected)
    assert found == Learned((ANY_SUNDAY,))


def test_of_a_feed_that_is_dead_for_long_nothing_is_known() -> None:
    expected = FRIDAY + timedelta(days=LOOKED_AT + 1)
    found = learned(days(expected, lambda day: day >= FRIDAY), expected)
    assert found.why == "there are no rows in the 56 days before 2026-05-02"


@pytest.mark.parametrize("length", range(1, 36))
def test_an_outage_that_is_over_closes_no_weekday(length: int) -> None:
    """Rows came back two days ago, and nobody loaded the days between."""
    back = MONDAY - timedelta(days=2)
    gone = {back - timedelta(days=past) for past in range(1, length + 1)}
    found = learned(days(MONDAY, gone.__contains__), MONDAY)
    assert found.weekdays == ()


@pytest.mark.parametrize("stray", [0, 2])
def test_a_row_now_and_then_makes_no_weekly_feed_of_a_dead_one(stray: int) -> None:
    """Four weeks with one row a week: not a dataset that is closed on six days."""
    gone = date(2026, 2, 6)
    found = learned(days(MONDAY, lambda day: day > gone and day.weekday() != stray), MONDAY)
    assert found.weekdays == ()
    assert "rows came on 1 weekday only" in found.why


def test_rows_that_come_irregularly_teach_nothing() -> None:
    """Every second day: each weekday is empty on two of four weeks, Sundays on three by chance."""
    found = learned(days(MONDAY, lambda day: sundays(day) or day.toordinal() % 2 == 0), MONDAY)
    assert found.weekdays == ()
    assert found.why == "beside Sundays, 12 of 24 days had rows: too irregular"


def test_days_of_the_calendar_are_neither_empty_nor_full() -> None:
    """Two holidays on Mondays are no closed Mondays, with or without the calendar."""
    mondays = {date(2026, 2, 23), date(2026, 3, 2), date(2026, 2, 16)}
    holidays = Event("h", tuple((day, day) for day in mondays), silences_falls=True)
    filled = days(MONDAY, mondays.__contains__)
    assert learned(filled, MONDAY).weekdays == ((0, "no rows on 3 of the last 4 Mondays"),)
    assert learned(filled, MONDAY, [holidays]) == Learned()


def test_what_nobody_looked_at_is_not_known() -> None:
    assert learned(Filled(why="no index"), MONDAY).told == "none learned: no index"


def test_as_an_event_it_excludes_its_weekdays_and_says_why() -> None:
    event = learned(days(MONDAY, lambda day: day.weekday() > 4), MONDAY).event
    assert event is not None
    holiday = Event("Easter", ((FRIDAY, FRIDAY),), silences_falls=True)
    calendar = calendar_with(event, holiday)
    assert calendar.due([FRIDAY, SATURDAY, SUNDAY, MONDAY]) == (MONDAY,)
    assert calendar.why_not(SUNDAY) == "2026-03-08 is closed: no rows on any of the last 4 Sundays"
    assert calendar.why_not(FRIDAY) == (
        "2026-03-06 is in the calendar (Easter): nothing is expected"
    )


def test_a_holiday_on_a_closed_weekday_has_the_name_of_the_holiday() -> None:
    event = learned(days(MONDAY, sundays), MONDAY).event
    assert event is not None
    holiday = Event("Easter", ((SUNDAY, SUNDAY),), silences_falls=True)
    assert "(Easter)" in calendar_with(event, holiday).why_not(SUNDAY)


def calendar_with(*excluding: Event) -> Calendar:
    """A calendar in which some events say that nothing is expected."""
    as_of = datetime(2026, 3, 10, 12, tzinfo=UTC)
    return Calendar(as_of, ZoneInfo("UTC"), MONDAY, excluding=excluding)
