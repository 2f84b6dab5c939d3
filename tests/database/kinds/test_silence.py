"""F7: no row for a while, although rows are normally frequent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import ORDERS, Warehouse, complaint

EXAMPLE = Example("weeks: 1, busy: 1, warning: '> 2h'", "ts", "UNKNOWN", "UNKNOWN", "PASS")

QUIET = "silence: {warning: '> 30m'}"


def table(warehouse: Warehouse, indexed: bool, time: str = "timestamptz") -> None:
    """Six weeks with a row a minute by day, 06:00 to 22:00, and one an hour by night.

    None on Sundays; as_of, a Tuesday noon, is the last.
    """
    warehouse.sql(f"CREATE TABLE orders (ts {time}, state text)")
    warehouse.sql(
        f"INSERT INTO orders SELECT g::{time} FROM generate_series('2026-01-27 00:00'::timestamp,"
        " '2026-03-10 12:00', '1 min') g WHERE extract(isodow FROM g) < 7"
        " AND (extract(hour FROM g) BETWEEN 6 AND 21 OR extract(minute FROM g) = 30)"
    )
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    warehouse.sql("ANALYZE orders")


def cut(warehouse: Warehouse, since: str) -> None:
    """The feed has stopped at an instant."""
    warehouse.sql(f"DELETE FROM orders WHERE ts::timestamp >= '{since}'")


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
@pytest.mark.parametrize("time", ["timestamptz", "timestamp", "text"])
def test_a_silence_in_a_busy_hour_is_seen_until_it_ends(
    warehouse: Warehouse, time: str, indexed: bool
) -> None:
    table(warehouse, indexed, time)
    usual = "rows normally number 60 in the 1 h before 12:00, median of 4 Tuesdays"
    fine = ("PASS", f"no row since 2026-03-10 12:00:00 UTC, {usual} (0 s, limit 30 min)")
    assert warehouse.say(QUIET) == fine
    cut(warehouse, "2026-03-10 11:20")
    assert warehouse.say(QUIET) == (
        "WARN",
        f"no row since 2026-03-10 11:19:00 UTC, {usual} (41 min, limit 30 min)",
    )
    assert warehouse.values(QUIET) == {"silence_seconds": 41 * 60}
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 12:00')")
    assert warehouse.say(QUIET) == fine


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
def test_a_quiet_hour_is_not_judged(warehouse: Warehouse, indexed: bool) -> None:
    table(warehouse, indexed)
    cut(warehouse, "2026-03-10 03:00")
    night = datetime(2026, 3, 10, 3, 20, tzinfo=UTC)
    assert warehouse.say(QUIET, as_of=night) == (
        "SKIP",
        "normally quiet: rows number 1 in the 1 h before 03:20, median of 4 Tuesdays,"
        " 20 make it busy",
    )
    every_row = QUIET.replace("warning", "busy: 1, warning")
    assert warehouse.values(every_row, as_of=night) == {"silence_seconds": 50 * 60}


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
def test_a_silence_that_began_in_a_busy_hour_goes_on_at_night(
    warehouse: Warehouse, indexed: bool
) -> None:
    table(warehouse, indexed)
    cut(warehouse, "2026-03-09 20:00")
    night = datetime(2026, 3, 10, 2, tzinfo=UTC)
    outcome, text = warehouse.say(QUIET, as_of=night)
    assert outcome == "WARN"
    assert "number 125 in the 6 h 1 min before 02:00" in text
    # After more than a day the last one speaks for it.
    later = datetime(2026, 3, 11, 2, tzinfo=UTC)
    outcome, text = warehouse.say(QUIET, as_of=later)
    assert outcome == "WARN"
    assert "number 968 in the 1 d before 02:00, median of 4 Wednesdays" in text


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
def test_a_silence_that_began_at_night_is_told_once_the_day_is_busy(
    warehouse: Warehouse, indexed: bool
) -> None:
    table(warehouse, indexed)
    cut(warehouse, "2026-03-10 04:00")
    assert warehouse.say(QUIET, as_of=datetime(2026, 3, 10, 6, 10, tzinfo=UTC))[0] == "SKIP"
    assert warehouse.say(QUIET, as_of=datetime(2026, 3, 10, 6, 40, tzinfo=UTC))[0] == "WARN"


def test_a_weekday_that_is_closed_is_quiet_and_one_bad_week_is_not(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    assert warehouse.say(QUIET, as_of=datetime(2026, 3, 8, 12, tzinfo=UTC))[0] == "SKIP"
    warehouse.sql("DELETE FROM orders WHERE ts::date = '2026-03-03'")
    cut(warehouse, "2026-03-10 11:00")
    assert warehouse.say(QUIET)[0] == "WARN"
    young = "DELETE FROM orders WHERE ts < '2026-03-04'"
    warehouse.sql(young)
    assert warehouse.say(QUIET)[0] == "SKIP"


def test_rows_from_the_future_do_not_end_a_silence(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    cut(warehouse, "2026-03-10 11:00")
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 12:06+00')")
    assert warehouse.say(QUIET)[0] == "WARN"
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 12:04+00')")
    assert warehouse.values(QUIET) == {"silence_seconds": 0}


def test_where_hears_its_rows_alone(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    warehouse.sql("UPDATE orders SET state = 'bot' WHERE ts >= '2026-03-10 11:00+00'")
    people = QUIET.replace("warning", "where: state is null, warning")
    assert warehouse.say(people)[0] == "WARN"
    bots = QUIET.replace("warning", "where: state = 'bot', warning")
    assert warehouse.say(bots)[0] == "SKIP"


def test_the_hour_is_that_of_the_clocks_also_when_they_change(warehouse: Warehouse) -> None:
    """06:40 in New York is 10:40 UTC now, and was 11:40 UTC in the weeks before 8 March."""
    warehouse.sql("CREATE TABLE orders (ts timestamptz)")
    warehouse.sql(
        "INSERT INTO orders SELECT g FROM generate_series('2026-01-27 00:00+00'::timestamptz,"
        " '2026-03-10 09:50+00', '1 min') g WHERE extract(hour FROM g AT TIME ZONE"
        " 'America/New_York') BETWEEN 6 AND 21"
    )
    now = datetime(2026, 3, 10, 10, 40, tzinfo=UTC)
    busy = QUIET.replace("warning", "busy: 40, warning")
    outcome, text = warehouse.say(busy, as_of=now, zone="America/New_York")
    # 21:59, and 06:00 to 06:39; by the clocks of UTC it were 61 rows of the evening.
    assert outcome == "WARN"
    assert "number 41 in the 8 h 41 min before 06:40, median of 4 Tuesdays" in text


def test_without_any_row_it_is_not_measured(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (ts timestamptz)")
    assert warehouse.say(QUIET) == ("UNKNOWN", "there is no row to take the newest of (no_rows)")
    warehouse.sql("DROP TABLE orders; CREATE TABLE orders (ts date)")
    assert warehouse.say(QUIET) == (
        "UNKNOWN",
        "time column ts is a date, without time of day (column_type)",
    )


def test_what_cannot_be_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(QUIET, orders="{relation: orders}")
    assert "no `window`" in complaint(QUIET.replace("warning", "window: day, warning"))
    for limit in ("> 30", "> 5%", "> 3 rows"):
        assert "lacks a unit: write a duration" in complaint(QUIET.replace("> 30m", limit))


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
def test_lost_days_are_holes_in_the_history(warehouse: Warehouse, indexed: bool) -> None:
    """Two of four Tuesdays were lost: those that are left say that the hour is busy."""
    table(warehouse, indexed)
    warehouse.sql("DELETE FROM orders WHERE ts::date IN ('2026-03-03', '2026-02-17')")
    cut(warehouse, "2026-03-10 11:00")
    outcome, text = warehouse.say(QUIET)
    assert outcome == "WARN"
    assert "rows normally number 61 in the 1 h 1 min before 12:00, median of 2 Tuesdays" in text
    warehouse.sql("DELETE FROM orders WHERE ts::date = '2026-02-24'")
    assert warehouse.say(QUIET, orders=ORDERS[:-1] + ", closed: never}") == (
        "SKIP",
        "insufficient history: 1 of the last 4 Tuesdays had rows, 2 are needed",
    )


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
def test_weeks_in_the_calendar_are_no_history(warehouse: Warehouse, indexed: bool) -> None:
    """A row or two of a closed day do not make the hour a quiet one."""
    table(warehouse, indexed)
    closed = "('2026-03-03', '2026-02-24', '2026-02-17')"
    warehouse.sql(f"DELETE FROM orders WHERE ts::date IN {closed} AND extract(hour FROM ts) > 0")
    cut(warehouse, "2026-03-10 11:00")
    assert warehouse.say(QUIET)[0] == "SKIP"
    weeks = "calendar: {works: {days: [2026-03-03, 2026-02-24], falls: silent}}"
    assert warehouse.say(QUIET, more=weeks)[0] == "WARN"
    every = weeks.replace("2026-02-24]", "2026-02-24, 2026-02-17, 2026-02-10]")
    assert warehouse.say(QUIET, more=every) == (
        "SKIP",
        "no history: 2026-02-10 is in the calendar (works): nothing is expected, nor of any week"
        " after it",
    )
