"""Business days: their length, which of them must be there by now, and the windows over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.core.calendar import (
    ONE_DAY,
    WINDOW,
    Calendar,
    Event,
    day_start,
    describe_window,
    expected_day,
    last_days,
)

BERLIN, ZULU = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from([BERLIN, ZULU, NEW_YORK, ZoneInfo("Asia/Kathmandu")])
DAYS = st.dates(date(2000, 1, 1), date(2037, 12, 31))


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 27, 23, tzinfo=UTC), 24),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC), 24),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ],
)
def test_a_day_has_the_hours_its_clocks_show(day: date, start: datetime, hours: int) -> None:
    assert day_start(day, BERLIN) == start
    assert day_start(day + ONE_DAY, BERLIN) - start == timedelta(hours=hours)


@given(DAYS, ZONES)
def test_days_follow_each_other_without_a_gap_or_an_overlap(day: date, zone: ZoneInfo) -> None:
    low, high = day_start(day, zone), day_start(day + ONE_DAY, zone)
    assert timedelta(hours=22) < high - low < timedelta(hours=26)
    assert low.astimezone(zone).date() == day
    assert (high - timedelta(microseconds=1)).astimezone(zone).date() == day


@pytest.mark.parametrize(
    ("at", "zone", "by", "yesterday", "today"),
    [
        ("2026-03-10T05:59:59", ZULU, time(6), 8, 9),
        ("2026-03-10T06:00:00", ZULU, time(6), 9, 10),
        ("2026-03-10T23:59:59", ZULU, time(6), 9, 10),
        ("2026-03-10T00:00:00", ZULU, time(6), 8, 9),
        ("2026-03-10T00:00:00", ZULU, time(0), 9, 10),
        ("2026-03-10T04:59:00", BERLIN, time(6), 8, 9),
        ("2026-03-10T05:00:00", BERLIN, time(6), 9, 10),
        ("2026-03-09T23:30:00", BERLIN, time(0), 9, 10),
        ("2026-03-29T04:00:00", BERLIN, time(6), 28, 29),
        ("2026-03-29T03:59:00", BERLIN, time(6), 27, 28),
    ],
)
def test_a_day_is_expected_from_its_deadline_on(
    at: str, zone: ZoneInfo, by: time, yesterday: int, today: int
) -> None:
    as_of = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert expected_day(as_of, zone, by, "yesterday") == date(2026, 3, yesterday)
    assert expected_day(as_of, zone, by, "today") == date(2026, 3, today)


@pytest.mark.parametrize(
    ("home", "by", "due"),
    [
        (ZULU, time(8, tzinfo=BERLIN), "2026-03-10T07:00"),
        # The tenth begins in New York at 04:00 UTC, when it is 05:00 in Berlin.
        (NEW_YORK, time(5, tzinfo=BERLIN), "2026-03-10T04:00"),
        (NEW_YORK, time(4, 59, tzinfo=BERLIN), "2026-03-11T03:59"),
        (BERLIN, time(1, tzinfo=ZULU), "2026-03-10T01:00"),
        (BERLIN, time(23, tzinfo=ZULU), "2026-03-09T23:00"),
    ],
)
def test_a_deadline_of_another_zone_comes_once_the_day_is_over(
    home: ZoneInfo, by: time, due: str
) -> None:
    at = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert expected_day(at, home, by, "yesterday") == date(2026, 3, 9)
    assert expected_day(at - timedelta(seconds=1), home, by, "yesterday") == date(2026, 3, 8)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    ZONES,
    st.times(timezones=st.none() | ZONES),
)
def test_the_expected_day_is_one_of_two_and_never_goes_back(
    at: datetime, zone: ZoneInfo, by: time
) -> None:
    as_of = at.replace(tzinfo=UTC)
    local = as_of.astimezone(zone).date()
    found = expected_day(as_of, zone, by, "yesterday")
    assert found in (local - ONE_DAY, local - ONE_DAY * 2)
    assert expected_day(as_of + timedelta(hours=2), zone, by, "yesterday") >= found


@pytest.mark.parametrize(
    ("due", "day"),
    [(datetime(2026, 10, 25, 0, 30), 24), (datetime(2026, 3, 29, 1, 30), 28)],
    ids=["an hour that comes twice", "an hour that does not exist"],
)
def test_in_the_night_of_the_change_the_expected_day_changes_once(due: datetime, day: int) -> None:
    minutes = [due.replace(tzinfo=UTC) + timedelta(minutes=m) for m in range(-120, 120)]
    found = [expected_day(at, BERLIN, time(2, 30), "yesterday").day for at in minutes]
    assert found == [day - 1] * 120 + [day] * 120


def test_windows_are_days_that_end_with_the_expected_one() -> None:
    as_of = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    calendar = Calendar(as_of, BERLIN, date(2026, 3, 8))
    assert calendar.today == date(2026, 3, 10)
    assert calendar.window("today") == (date(2026, 3, 10),)
    assert calendar.window("day") == calendar.window("1d") == (date(2026, 3, 8),)
    assert calendar.window("3d") == (date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 8))
    assert calendar.window("all") is None


WEEKEND = Event("weekend", (), silences_falls=True, weekdays=(5, 6))


def test_excluded_days_are_stepped_over() -> None:
    sunday = date(2026, 3, 8)
    calendar = Calendar(datetime(2026, 3, 9, 12, tzinfo=UTC), ZULU, sunday, excluding=(WEEKEND,))
    assert calendar.last_due() == date(2026, 3, 6)
    assert calendar.due(last_days(sunday, 4)) == (date(2026, 3, 5), date(2026, 3, 6))
    always = Event("closed", (), silences_falls=True, weekdays=tuple(range(7)))
    assert Calendar(calendar.as_of, ZULU, sunday, excluding=(always,)).last_due() is None
    assert calendar.due_before(sunday, 6) == (*last_days(date(2026, 2, 27), 1), *last_days(
        date(2026, 3, 6), 5
    ))  # fmt: skip
    assert replace(calendar, excluding=(always,)).due_before(sunday, 3) == last_days(
        date(2026, 3, 7), 3
    )
    assert calendar.why_not(sunday) == (
        "2026-03-08 is in the calendar (weekend): nothing is expected"
    )


@pytest.mark.parametrize(
    ("since", "until", "by", "hours"),
    [
        ("2026-03-06T18:00", "2026-03-09T07:00", time(0), 48),
        ("2026-03-06T18:00", "2026-03-07T07:00", time(0), 7),
        ("2026-03-07T18:00", "2026-03-07T20:00", time(0), 2),
        ("2026-03-08T23:00", "2026-03-09T07:00", time(0), 1),
        ("2026-03-09T01:00", "2026-03-09T07:00", time(0), 0),
        ("2026-03-09T01:00", "2026-03-09T07:00", time(6), 5),
        ("2026-03-07T03:00", "2026-03-10T02:00", time(6), 48),
        ("2026-03-09T07:00", "2026-03-06T18:00", time(0), 0),
    ],
)
def test_time_that_is_excluded(since: str, until: str, by: time, hours: int) -> None:
    calendar = Calendar(datetime(2026, 3, 9, tzinfo=UTC), ZULU, date(2026, 3, 8))
    first, last = (datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (since, until))
    assert calendar.excluded(first, last, by) == timedelta()
    closed = replace(calendar, excluding=(WEEKEND,))
    assert closed.excluded(first, last, by) == timedelta(hours=hours)


def test_a_closed_day_of_23_hours_is_23_hours() -> None:
    sunday = Event("closed", ((date(2026, 3, 29), date(2026, 3, 29)),), silences_falls=True)
    calendar = Calendar(datetime(2026, 3, 30, tzinfo=UTC), BERLIN, date(2026, 3, 29))
    closed = replace(calendar, excluding=(sunday,))
    first, last = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
    assert closed.excluded(first, last) == timedelta(hours=23)
    assert closed.excluded(datetime.min.replace(tzinfo=UTC), last) == timedelta(hours=23)


def test_last_days_cross_months_and_leap_days() -> None:
    assert last_days(date(2024, 3, 1), 3) == (
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    )


@pytest.mark.parametrize("text", ["day", "today", "all", "1d", "28d", "9999d"])
def test_these_are_windows(text: str) -> None:
    assert WINDOW.match(text)


@pytest.mark.parametrize(
    "text", ["", "0d", "7", "-1d", "7 d", "week", "yesterday", "10000d", "7d "]
)
def test_these_are_none(text: str) -> None:
    assert not WINDOW.match(text)


def test_windows_are_told_in_words() -> None:
    days = last_days(date(2026, 3, 8), 7)
    assert describe_window(days) == "from 2026-03-02 to 2026-03-08"
    assert describe_window(days[-1:]) == "on 2026-03-08"
    assert describe_window(None) == "in the whole table"
