"""C3: the numbers of a daily table are there, and none is negative."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("columns: [revenue, rows_read], critical: '> 0'", "revenue",
                  "SKIP", "UNKNOWN", "FAIL")  # fmt: skip

DAILY = "daily_aggregates: {columns: [events, users, revenue], critical: '> 0'}"
DAYS = "{relation: days, time: day}"
FINE = ("PASS", "0 of 3 values are empty or negative on 2026-03-09 (limit 0)")


def table(warehouse: Warehouse, revenue: str = "numeric") -> None:
    """A row for each day from 6 to 9 March."""
    warehouse.sql(
        f"CREATE TABLE days (day date, events bigint, users bigint, revenue {revenue});"
        "INSERT INTO days SELECT '2026-03-05'::date + n, n * 100, n * 10, n - 1"
        " FROM generate_series(1, 4) n"
    )


def test_the_bad_columns_are_named_until_they_are_mended(warehouse: Warehouse) -> None:
    table(warehouse)
    assert warehouse.say(DAILY, orders=DAYS) == FINE
    warehouse.sql("UPDATE days SET users = NULL, revenue = -revenue WHERE day = '2026-03-09'")
    assert warehouse.say(DAILY, orders=DAYS) == (
        "FAIL",
        "2 of 3 values are empty or negative on 2026-03-09: users 1 empty, revenue 1 negative"
        " (limit 0)",
    )
    assert warehouse.values(DAILY, orders=DAYS) == {
        "aggregate_flaw_ratio": 2 / 3,
        "rows_failed": 2.0,
        "rows_checked": 3.0,
    }
    warehouse.sql("UPDATE days SET users = 0, revenue = 0 WHERE day = '2026-03-09'")
    assert warehouse.say(DAILY, orders=DAYS) == FINE


@pytest.mark.parametrize(
    ("revenue", "value"), [("float8", "NaN"), ("float8", "-Infinity"), ("numeric", "NaN")]
)
def test_what_is_no_number_is_told_as_such(warehouse: Warehouse, revenue: str, value: str) -> None:
    table(warehouse, revenue)
    warehouse.sql(f"UPDATE days SET revenue = '{value}' WHERE day = '2026-03-09'")
    said = "1 of 3 values is empty or negative on 2026-03-09: revenue 1 no number (limit 0)"
    assert warehouse.say(DAILY, orders=DAYS) == ("FAIL", said)


def test_other_days_do_not_count_unless_they_are_asked_for(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE days SET users = NULL WHERE day < '2026-03-09'")
    assert warehouse.say(DAILY, orders=DAYS) == FINE
    week = DAILY.replace("critical", "window: 7d, critical")
    assert warehouse.say(week, orders=DAYS)[1].startswith(
        "3 of 12 values are empty or negative from 2026-03-03 to 2026-03-09: users 3 empty"
    )
    some = week.replace("critical", "where: events > 100, critical")
    assert warehouse.values(some, orders=DAYS)["rows_checked"] == 9


def test_without_its_row_the_day_is_not_judged(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM days WHERE day = '2026-03-09'")
    assert warehouse.say(DAILY, orders=DAYS) == ("SKIP", "no row on 2026-03-09")


def test_a_column_must_be_listed() -> None:
    assert complaint("daily_aggregates: {columns: [], critical: '> 0'}")
    assert complaint("daily_aggregates: {critical: '> 0'}")
    assert "lacks a unit" in complaint("daily_aggregates: {columns: [a], critical: '> 3'}")


def test_a_day_in_the_calendar_says_nothing_of_what_is_usual(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE days SET users = NULL WHERE day = '2026-03-09'")
    usual = DAILY.replace("critical", "window: all, beyond_usual: true, critical")
    calendar = "calendar: {sale: {days: 2026-03-08, falls: silent}}"
    outcome, text = warehouse.say(usual, orders=DAYS, more=calendar)
    assert outcome == "WARN", text
    assert "1 of 3 values is empty or negative on 2026-03-09: users 1 empty" in text
