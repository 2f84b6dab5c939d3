"""F3: days without a row among the last days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("window: 7d, critical: '> 0'", "ts", "FAIL", "UNKNOWN", "PASS")

NONE = "missing_days: {critical: '> 0'}"


def table(warehouse: Warehouse, time_type: str = "timestamptz", indexed: bool = False) -> None:
    """A row at noon of every day from 1 February to 10 March 2026."""
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time_type}, state text)")
    warehouse.sql(
        f"INSERT INTO orders (ts) SELECT g::{time_type} FROM generate_series("
        "'2026-02-01 12:00'::timestamp, '2026-03-10 12:00', '1 day') AS g"
    )
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date", "text"])
def test_a_hole_is_named_and_mended(warehouse: Warehouse, time_type: str, indexed: bool) -> None:
    table(warehouse, time_type, indexed)
    fine = "0 of 14 days from 2026-02-24 to 2026-03-09 have no row (limit 0)"
    assert warehouse.say(NONE) == ("PASS", fine)
    warehouse.sql("DELETE FROM orders WHERE id IN (25, 34)")  # 25 February and 6 March
    hole = "2 of 14 days from 2026-02-24 to 2026-03-09 have no row: 2026-02-25, 2026-03-06"
    assert warehouse.say(NONE) == ("FAIL", f"{hole} (limit 0)")
    assert warehouse.values(NONE) == {"missing_partitions": 2.0}
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-02-25'), ('2026-03-06')")
    assert warehouse.say(NONE) == ("PASS", fine)


def test_its_window_ends_with_the_expected_day(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM orders WHERE ts::date IN ('2026-03-09', '2026-03-02')")
    week = "missing_days: {window: 7d, critical: '> 0'}"
    assert warehouse.say(week)[1].startswith("1 of 7 days from 2026-03-03 to 2026-03-09 ")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(week, as_of=at_three)[1].startswith(
        "1 of 7 days from 2026-03-02 to 2026-03-08 has no row: 2026-03-02"
    )


def test_every_day_is_missing_from_a_table_without_rows(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM orders")
    outcome, text = warehouse.say(NONE)
    assert outcome == "FAIL"
    assert text.startswith("14 of 14 days")
    assert text.endswith("2026-03-01, 2026-03-02, … (limit 0)")


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date", "text"])
def test_a_young_table_is_judged_from_its_first_row_on(
    warehouse: Warehouse, time_type: str, indexed: bool
) -> None:
    table(warehouse, time_type, indexed)
    warehouse.sql("DELETE FROM orders WHERE id < 34")  # the first row is of 6 March
    young = "4 days from 2026-03-06 to 2026-03-09"
    begin = "there is no row before (limit 0)"
    assert warehouse.say(NONE) == ("PASS", f"0 of {young} have no row; {begin}")
    assert warehouse.values(NONE) == {"missing_partitions": 0.0}
    warehouse.sql("DELETE FROM orders WHERE id = 36")
    assert warehouse.say(NONE) == ("FAIL", f"1 of {young} has no row: 2026-03-08; {begin}")
    if time_type != "text":
        warehouse.sql("INSERT INTO orders (ts) VALUES ('0044-03-15 BC')")
        assert warehouse.values(NONE) == {"missing_partitions": 11.0}


def test_the_first_row_is_that_of_the_rows_asked_for(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET state = 'new' WHERE ts >= '2026-03-08'")
    text = "missing_days: {where: state = 'new', critical: '> 0'}"
    assert warehouse.say(text)[1].startswith("0 of 2 days from 2026-03-08 to 2026-03-09 have no")


def test_a_table_that_begins_after_the_days_is_not_judged_yet(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM orders WHERE ts < '2026-03-10'")
    assert warehouse.say(NONE) == ("SKIP", "the first row is of a day after 2026-03-09")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_young_table_of_dates_of_another_zone_is_judged_alike(
    warehouse: Warehouse, zone: str
) -> None:
    warehouse.sql("CREATE TABLE orders (id serial, ts date)")
    warehouse.sql(
        "INSERT INTO orders (ts) SELECT g FROM generate_series("
        "'2026-03-05'::timestamp, '2026-03-10', '1 day') AS g"
    )
    orders = f"{{relation: orders, time: ts, time_zone: {zone}}}"
    assert warehouse.values(NONE, orders=orders) == {"missing_partitions": 0.0}


def test_where_may_empty_a_day(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET state = 'test' WHERE ts::date = '2026-03-05'")
    text = "missing_days: {where: state is null, critical: '> 0'}"
    assert warehouse.say(text)[1].endswith("has no row: 2026-03-05 (limit 0)")


def test_the_days_are_those_of_the_warehouse_also_when_clocks_change(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id serial, ts timestamptz)")
    warehouse.sql(
        # Each the last second of its day in Berlin, where the 29th ends at 22:00 UTC.
        "INSERT INTO orders (ts) VALUES ('2026-03-28 22:59:59+00'), ('2026-03-29 21:59:59+00'),"
        " ('2026-03-30 21:59:59+00'), ('2026-01-01')"
    )
    text = "missing_days: {window: 3d, critical: '> 0'}"
    as_of = datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert warehouse.values(text, as_of=as_of, zone="Europe/Berlin") == {"missing_partitions": 0.0}
    assert warehouse.values(text, as_of=as_of, zone="Asia/Tokyo") == {"missing_partitions": 1.0}


@pytest.mark.parametrize("limit", ["> 5%", "> 1d", "> 1 rows"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"missing_days: {{critical: '{limit}'}}")
    assert f"{limit!r}: missing_days is a plain number, write no unit" in told


@pytest.mark.parametrize("window", ["all", "today"])
def test_it_needs_closed_days(window: str) -> None:
    assert "a window such as 14d" in complaint(
        f"missing_days: {{window: {window}, critical: '> 0'}}"
    )
    assert "needs `time:` on dataset orders" in complaint(NONE, orders="{relation: orders}")
