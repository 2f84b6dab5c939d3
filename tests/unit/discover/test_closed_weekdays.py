"""What is proposed for a table that never has rows on some weekdays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.discover.arrival import arrival_of, checks
from warehouse_exporter.discover.history import Day, Past
from warehouse_exporter.discover.model import Proposed

UNTIL = date(2026, 3, 8)
"""A Sunday."""
HOUR = 3600.0


def past_of(*weekdays: int, without: frozenset[date] = frozenset()) -> Past:
    """Four weeks of rows from 8 to 18 hours, but for some weekdays and days."""
    days = [UNTIL - timedelta(days=back) for back in reversed(range(28))]
    found = tuple(
        Day(day, 600, 8 * HOUR, 18 * HOUR, None, {})
        for day in days
        if day.weekday() not in weekdays and day not in without
    )
    newest = datetime.combine(found[-1].day, datetime.min.time(), UTC) + timedelta(hours=18)
    oldest = datetime(2026, 1, 1, tzinfo=UTC)
    return Past(found, days[0], UNTIL, newest, oldest)


def proposed(past: Past) -> dict[str, Proposed]:
    """The checks by kind."""
    arrival = arrival_of(past, datetime(2026, 3, 9, 9, tzinfo=UTC))
    return {next(iter(one.written)): one for one in checks(past, arrival, None)}


@pytest.mark.parametrize("weekdays", [(6,), (5, 6)])
def test_closed_weekdays_make_no_check_uncertain(weekdays: tuple[int, ...]) -> None:
    closed, always = proposed(past_of(*weekdays)), proposed(past_of())
    assert not any(one.unsure for one in closed.values())
    assert [dict(one.written) for one in closed.values()] == [
        dict(one.written) for one in always.values()
    ], "their time does not count, so limits are those of a shop that never closes"
    assert "Sundays, which never have" in closed["missing_days"].why


def test_an_empty_day_beside_them_does() -> None:
    found = proposed(past_of(6, without=frozenset({date(2026, 2, 25)})))["missing_days"]
    assert found.unsure
    assert found.why == ("1 of the last 24 days had no rows, but for Sundays, which never have")
