"""V1, F4: a floor and a ceiling for the rows of a day, and the one row of a daily table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '< 1'", "ts", "FAIL", "UNKNOWN", "PASS")

FLOOR = "volume: {critical: '< 3'}"
MARCH_9 = "'2026-03-09 00:00+00', '2026-03-09 12:00+00', '2026-03-09 23:59:59.999999+00'"


def table(warehouse: Warehouse, rows: str, indexed: bool = False) -> None:
    warehouse.sql("CREATE TABLE orders (id serial, ts timestamptz, state text DEFAULT 'paid')")
    warehouse.sql(f"INSERT INTO orders (ts) SELECT unnest(ARRAY[{rows}]::timestamptz[])")
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_the_floor_speaks_below_it_and_falls_silent_when_the_rows_come(
    warehouse: Warehouse, indexed: bool
) -> None:
    # The first instant of the day before and of the day after belong to others.
    table(warehouse, f"{MARCH_9}, '2026-03-08 23:59:59.999999+00', '2026-03-10 00:00+00'", indexed)
    assert warehouse.say(FLOOR) == ("PASS", "3 rows on 2026-03-09 (limit at least 3)")
    warehouse.sql("DELETE FROM orders WHERE id = 1")
    assert warehouse.say(FLOOR) == ("FAIL", "2 rows on 2026-03-09 (limit at least 3)")
    assert warehouse.values(FLOOR) == {"rows": 2.0}
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-09 00:00+00')")
    assert warehouse.say(FLOOR) == ("PASS", "3 rows on 2026-03-09 (limit at least 3)")


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_a_day_without_rows_is_an_honest_zero(warehouse: Warehouse, indexed: bool) -> None:
    table(warehouse, "'2026-03-08 12:00+00'", indexed)
    assert warehouse.say(FLOOR) == ("FAIL", "0 rows on 2026-03-09 (limit at least 3)")
    assert warehouse.values(FLOOR) == {"rows": 0.0}


def test_before_its_deadline_the_day_before_is_judged(warehouse: Warehouse) -> None:
    table(warehouse, "'2026-03-08 12:00+00', '2026-03-08 13:00+00', '2026-03-08 14:00+00'")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    at_six = datetime(2026, 3, 10, 6, tzinfo=UTC)
    told = "rows on 2026-03-{} (limit at least 3)"
    assert warehouse.say(FLOOR, as_of=at_three) == ("PASS", f"3 {told.format('08')}")
    assert warehouse.say(FLOOR, as_of=at_six) == ("FAIL", f"0 {told.format('09')}")
    late = "{relation: orders, time: ts, expect_by: '06:30'}"
    assert warehouse.say(FLOOR, as_of=at_six, orders=late)[0] == "PASS"


@pytest.mark.parametrize(
    ("window", "counted"),
    [
        ("day", "3 rows on 2026-03-09"),
        ("today", "1 row on 2026-03-10"),
        ("7d", "4 rows from 2026-03-03 to 2026-03-09"),
        ("all", "6 rows in the whole table"),
    ],
)
def test_its_window_says_which_rows_count(warehouse: Warehouse, window: str, counted: str) -> None:
    table(warehouse, f"{MARCH_9}, '2026-03-10 01:00+00', '2026-03-03 00:00+00', '2026-03-02+00'")
    said = warehouse.say(f"volume: {{window: {window}, warning: '< 1 rows'}}")
    assert said == ("PASS", f"{counted} (limit at least 1)")


def test_where_leaves_the_others_out(warehouse: Warehouse) -> None:
    table(warehouse, MARCH_9)
    warehouse.sql("UPDATE orders SET state = CASE id WHEN 1 THEN 'test' WHEN 2 THEN NULL END")
    said = warehouse.say("volume: {where: \"state <> 'test'\", warning: '< 1'}")
    assert said == ("WARN", "0 rows on 2026-03-09 (limit at least 1)")


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
@pytest.mark.parametrize(
    ("day", "inside", "outside"),
    [
        # 29 March 2026 has 23 hours in Berlin: it begins at 23:00 UTC and ends at 22:00 UTC.
        (
            datetime(2026, 3, 30, 12, tzinfo=UTC),
            "'2026-03-28 23:00+00', '2026-03-29 01:30+00', '2026-03-29 21:59:59+00'",
            "'2026-03-28 22:59:59+00', '2026-03-29 22:00+00', '2026-03-29 22:30+00'",
        ),
        # 25 October 2026 has 25 hours: it begins at 22:00 UTC and ends at 23:00 UTC.
        (
            datetime(2026, 10, 26, 12, tzinfo=UTC),
            "'2026-10-24 22:00+00', '2026-10-25 00:30+00', '2026-10-25 22:59:59+00'",
            "'2026-10-24 21:59:59+00', '2026-10-25 23:00+00', '2026-10-25 23:30+00'",
        ),
    ],
    ids=["23 hours", "25 hours"],
)
def test_a_day_on_which_clocks_change_is_counted_whole(
    warehouse: Warehouse, day: datetime, inside: str, outside: str, indexed: bool
) -> None:
    table(warehouse, f"{inside}, {outside}", indexed)
    values = warehouse.values(FLOOR, as_of=day, zone="Europe/Berlin")
    assert values == {"rows": 3.0}


def test_a_ceiling_and_a_floor_in_one_list(warehouse: Warehouse) -> None:
    table(warehouse, MARCH_9)
    said = warehouse.say("volume: {critical: ['< 1', '> 2 rows']}")
    assert said == ("FAIL", "3 rows on 2026-03-09 (limit 2)")


def test_the_expected_day_has_its_one_row_in_a_daily_table(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE days (day date, orders bigint)")
    warehouse.sql("INSERT INTO days VALUES ('2026-03-08', 7), ('2026-03-09', 8)")
    one, days = "volume: {critical: '!= 1'}", "{relation: days, time: day}"
    fine = ("PASS", "1 row on 2026-03-09 (limit exactly 1)")
    assert warehouse.say(one, orders=days) == fine
    warehouse.sql("DELETE FROM days WHERE day = '2026-03-09'")
    assert warehouse.say(one, orders=days) == ("FAIL", "0 rows on 2026-03-09 (limit exactly 1)")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(one, orders=days, as_of=at_three)[0] == "PASS"
    warehouse.sql("INSERT INTO days VALUES ('2026-03-09', 8), ('2026-03-09', 9)")
    assert warehouse.say(one, orders=days) == ("FAIL", "2 rows on 2026-03-09 (limit exactly 1)")
    warehouse.sql("DELETE FROM days WHERE orders = 9")
    assert warehouse.say(one, orders=days) == fine


@pytest.mark.parametrize("limit", ["< 5%", "> 12h"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"volume: {{critical: '{limit}'}}")
    assert f"{limit!r}: volume is a number of rows, such as '< 100'" in told


def test_a_window_of_days_needs_a_time_column() -> None:
    told = complaint("volume: {window: 7d, critical: '< 1'}", orders="{relation: orders}")
    assert "window: 7d needs a time column on dataset orders" in told
