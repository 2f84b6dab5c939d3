"""Rows by the hour: what lies in a stretch of a day, and what is usual there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.kinds.shared.hours import HOUR, Hour, Profile, Stretch, hours_of, stretches

DAY = datetime(2026, 3, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def hour(at: datetime, rows: int, first: int = 0, last: int = 59) -> Hour:
    """An hour with rows between two of its minutes."""
    begin = at.timestamp()
    return Hour(int(begin // HOUR), rows, begin + 60 * first, begin + 60 * last)


def busy(day: datetime, rows: int = 60, hours: range = range(6, 22)) -> list[Hour]:
    """A day with as many rows in every hour of some."""
    return [hour(day + timedelta(hours=n), rows) for n in hours]


def test_the_stretches_of_a_day_begin_and_end_with_it() -> None:
    found = stretches([hour(DAY.replace(hour=9), 5, 10, 40), hour(DAY.replace(hour=12), 1, 20, 20)],
                      DAY, DAY + timedelta(days=1))  # fmt: skip
    assert [one.seconds / 60 for one in found] == [9 * 60 + 10, 160, 11 * 60 + 40]
    assert stretches([], DAY, DAY + timedelta(days=1))[0].seconds == 24 * HOUR


def test_rows_of_an_hour_count_in_proportion() -> None:
    begin = DAY.timestamp()
    half = Stretch(begin + 30 * 60, begin + 2 * HOUR)
    assert half.rows(hour(DAY, 60, 0, 60 - 1), 0 + int(begin // HOUR)) == pytest.approx(
        29 / 59 * 60
    )
    assert half.rows(hour(DAY, 1, 30, 30), int(begin // HOUR)) == 0, "it begins with this very row"
    assert half.rows(hour(DAY, 1, 31, 31), int(begin // HOUR)) == 1
    yesterday = hour(DAY - timedelta(days=1), 10)
    assert half.rows(yesterday, int(begin // HOUR) + 1) == 10, "had it been another hour"


def test_a_quarter_of_bad_days_changes_nothing_and_a_quiet_weekday_does() -> None:
    noon = Stretch((DAY + timedelta(hours=12)).timestamp(), (DAY + timedelta(hours=14)).timestamp())
    days = [DAY - timedelta(days=back) for back in range(1, 29)]
    lost = {day for day in days if day.weekday() in (1, 3)}
    hours = [one for day in days if day not in lost for one in busy(day)]
    hours += [one for day in lost for one in busy(day, hours=range(6, 12))]
    profile = Profile.of(hours, ZoneInfo("UTC"))
    assert profile.usual(noon, weekday=1) == 0, "no Tuesday has rows then"
    assert profile.usual(noon, weekday=2) == 0, "eight of 28 days are more than a quarter"
    few = [one for one in hours if datetime.fromtimestamp(one.first, UTC).weekday() != 1]
    assert Profile.of(few, ZoneInfo("UTC")).usual(noon, weekday=2) == 120
    assert Profile({}, ZoneInfo("UTC")).usual(noon, weekday=2) == 0


def test_an_hour_is_that_of_the_clocks() -> None:
    """09:00 in Berlin is 08:00 UTC in winter, and 07:00 after the last Sunday of March."""
    winter = [datetime(2026, 3, 28 - back, tzinfo=BERLIN) for back in range(14)]
    profile = Profile.of(
        [one for day in winter for one in busy(day.astimezone(UTC), hours=range(9, 10))], BERLIN
    )
    assert date(2026, 3, 28) in profile.days
    summer = datetime(2026, 3, 30, 9, tzinfo=BERLIN).timestamp()
    assert profile.usual(Stretch(summer - 1, summer + HOUR), weekday=0) == 60


def test_an_hour_without_a_time_is_no_answer() -> None:
    with pytest.raises(Unmeasured, match="without the time"):
        hours_of([{"hour": 1, "rows": 2, "first": None, "last": 3}])
