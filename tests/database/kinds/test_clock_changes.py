"""The hour that clocks repeat, in times without a zone: nothing is of the future, or too young."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.warehouses import Warehouse

FRESH = "freshness: {critical: '> 10m'}"
FUTURE = "future_rows: {critical: '> 0'}"
SILENT = "silence: {warning: '> 5m', weeks: 1, busy: 5}"
SHAPES = ["timestamp", "text"]


def at(hour: int, minute: int, day: int = 25, month: int = 10) -> datetime:
    """An instant of the night in which clocks go back in Berlin, at 01:00 UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def shop(warehouse: Warehouse, until: datetime, shape: str = "timestamp") -> None:
    """An order a minute, stamped by a clock on a wall in Berlin."""
    warehouse.sql(
        f"CREATE TABLE orders (ts {shape});"
        "INSERT INTO orders SELECT (t AT TIME ZONE 'Europe/Berlin') FROM generate_series("
        f"'{until}'::timestamptz - interval '8 days', '{until}', interval '1 min') t"
    )


def say(warehouse: Warehouse, check: str, now: datetime) -> tuple[str, str]:
    return warehouse.say(check, as_of=now, zone="Europe/Berlin")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("now", [at(0, 30), at(1, 0), at(1, 10), at(1, 55), at(2, 0), at(2, 30)])
def test_rows_of_the_repeated_hour_are_not_from_the_future(
    warehouse: Warehouse, now: datetime, shape: str
) -> None:
    shop(warehouse, now, shape)
    assert say(warehouse, FUTURE, now)[0] == "PASS"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("now", [at(0, 30), at(2, 0)])
def test_rows_ahead_of_the_clock_are_from_the_future_outside_of_it(
    warehouse: Warehouse, now: datetime, shape: str
) -> None:
    shop(warehouse, at(2, 20), shape)
    assert say(warehouse, FUTURE, now)[0] == "FAIL"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("now", "text"),
    [
        (at(0, 30), "newest row 2026-10-25 00:30:00 UTC (0 s old"),
        (at(1, 5), "newest row 2026-10-25 00:59:00 UTC, or later: clocks have repeated it (6 min"),
        (at(2, 0), "newest row 2026-10-25 02:00:00 UTC (0 s old"),
    ],
)
def test_the_newest_row_is_no_younger_than_it_must_be(
    warehouse: Warehouse, now: datetime, text: str, shape: str
) -> None:
    shop(warehouse, now, shape)
    word, said = say(warehouse, FRESH, now)
    assert (word, said[: len(text)]) == ("PASS", text)


@pytest.mark.parametrize("check", [FRESH, SILENT])
@pytest.mark.parametrize("shape", SHAPES)
def test_while_the_hour_leaves_it_in_doubt_nothing_is_judged(
    warehouse: Warehouse, shape: str, check: str
) -> None:
    shop(warehouse, at(1, 15), shape)
    assert say(warehouse, check, at(1, 15)) == (
        "SKIP",
        "the newest row is of 2026-10-25 02:59:00 Europe/Berlin, which clocks have shown twice:"
        " it is of 00:59:00 UTC, or as late as 01:15:00 UTC",
    )
    assert say(warehouse, check, at(2, 30))[0] != "SKIP", "the hour is over"


@pytest.mark.parametrize("check", [FRESH, SILENT])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_load_that_stopped_in_the_first_of_the_two_hours_is_found(
    warehouse: Warehouse, shape: str, check: str
) -> None:
    shop(warehouse, at(0, 20), shape)
    word, text = say(warehouse, check, at(1, 15))
    assert word in ("FAIL", "WARN")
    assert "2026-10-25 00:20:00 UTC" in text
    assert "55 min" in text or check == SILENT


def test_times_with_an_offset_are_never_in_doubt(warehouse: Warehouse) -> None:
    shop(warehouse, at(1, 15), "text")
    warehouse.sql(
        "DELETE FROM orders; INSERT INTO orders VALUES ('2026-10-25T02:14:00+01:00'),"
        " ('2026-10-25T00:40:00Z')"
    )
    expected = "newest row 2026-10-25 01:14:00 UTC (1 min old, limit 10 min)"
    assert say(warehouse, FRESH, at(1, 15)) == ("PASS", expected)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_time_of_the_hour_that_clocks_skip_has_passed(warehouse: Warehouse, shape: str) -> None:
    now = at(1, 10, day=29, month=3)
    warehouse.sql(f"CREATE TABLE orders (ts {shape})")
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-29 02:30:00')")
    assert say(warehouse, FUTURE, now)[0] == "PASS"
    assert say(warehouse, "freshness: {critical: '> 1h'}", now) == (
        "PASS",
        "newest row 2026-03-29 00:30:00 UTC (40 min old, limit 1 h)",
    )


@pytest.mark.parametrize("shape", ["timestamptz", "timestamp", "text"])
def test_no_age_is_below_zero(warehouse: Warehouse, shape: str) -> None:
    warehouse.sql(f"CREATE TABLE orders (ts {shape})")
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 12:04:00')")
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert warehouse.say(FRESH) == (
        "PASS",
        "newest row 2026-03-10 12:00:00 UTC (0 s old, limit 10 min)",
    )
    assert warehouse.values(FRESH) == {"newest_row_timestamp_seconds": noon.timestamp()}


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-03-08", "newest row 2026-03-09 00:00:00 UTC (1 d 12 h old, limit 1 d)"),
        ("2026-03-09", "newest row 2026-03-10 00:00:00 UTC (12 h old, limit 1 d)"),
        ("2026-03-10", "newest row 2026-03-10 12:00:00 UTC (0 s old, limit 1 d)"),
    ],
)
def test_a_date_is_as_new_as_the_end_of_its_day(warehouse: Warehouse, day: str, text: str) -> None:
    warehouse.sql("CREATE TABLE orders (ts date)")
    warehouse.sql(f"INSERT INTO orders VALUES ('{day}')")
    assert warehouse.say("freshness: {critical: '> 24h'}")[1] == text
