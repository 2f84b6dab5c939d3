"""U1: keys that occur more than once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint, config_of, outcomes

EXAMPLE = Example("critical: '> 0'", "id", "SKIP", "UNKNOWN", "UNKNOWN", whole=True)

NONE = "duplicates: {critical: '> 0'}"
DAY = "duplicates: {window: day, critical: '> 0'}"


def table(warehouse: Warehouse, time_type: str = "timestamptz") -> None:
    """Keys 1 to 5, one a day from 5 to 9 March."""
    warehouse.sql(f"CREATE TABLE orders (id int, line int, ts {time_type}, state text)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, n, to_char(date '2026-03-04' + n, 'YYYY-MM-DD')"
        f"::{time_type}, 'paid' FROM generate_series(1, 5) AS n"
    )


def test_keys_that_occur_twice_are_counted_once_and_forgotten_when_gone(
    warehouse: Warehouse,
) -> None:
    table(warehouse)
    fine = "0 of 5 keys (id) occur more than once in the whole table (limit 0)"
    assert warehouse.say(NONE) == ("PASS", fine)
    warehouse.sql("INSERT INTO orders (id, line) VALUES (1, 1), (1, 1), (2, 2)")
    broken = "2 of 5 keys (id) occur more than once in the whole table (limit 0)"
    assert warehouse.say(NONE) == ("FAIL", broken)
    values = {"duplicate_key_ratio": 0.4, "rows_failed": 2.0, "rows_checked": 5.0}
    assert warehouse.values(NONE) == values
    warehouse.sql("DELETE FROM orders WHERE ts IS NULL")
    assert warehouse.say(NONE) == ("PASS", fine)


@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date", "text"])
def test_a_key_of_today_is_held_against_all_days(warehouse: Warehouse, time_type: str) -> None:
    table(warehouse, time_type)
    warehouse.sql("INSERT INTO orders VALUES (1, 1, '2026-03-06', 'paid')")
    assert warehouse.say(DAY)[1].startswith("0 of 1 key (id) occur more than once on 2026-03-09")
    warehouse.sql("INSERT INTO orders VALUES (5, 5, '2026-01-01', 'paid')")
    assert warehouse.say(DAY)[1].startswith("1 of 1 key")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(DAY, as_of=at_three)[0] == "PASS"
    week = warehouse.say("duplicates: {window: 7d, critical: '> 50%'}")
    assert week[1] == (
        "2 of 5 keys (id) occur more than once from 2026-03-03 to 2026-03-09 (40 %, limit 50 %)"
    )


def test_a_key_may_have_several_columns(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("INSERT INTO orders VALUES (5, 6, '2026-03-09', 'paid')")
    text = "duplicates: {key: [id, line], critical: '> 0'}"
    assert warehouse.say(text) == (
        "PASS",
        "0 of 6 keys (id, line) occur more than once in the whole table (limit 0)",
    )
    warehouse.sql("INSERT INTO orders VALUES (5, 6, '2026-03-08', 'paid')")
    assert warehouse.say(text)[0] == "FAIL"
    in_window = text.replace("critical", "window: day, critical")
    assert warehouse.values(in_window)["rows_failed"] == 1
    assert warehouse.say(DAY, orders="{relation: orders, time: ts, key: [id, line]}")[0] == "FAIL"


def test_rows_without_a_key_are_no_duplicates(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("INSERT INTO orders VALUES (NULL, 1, '2026-03-09'), (NULL, 1, '2026-03-09')")
    assert warehouse.values(NONE)["rows_checked"] == 5
    told = "0 of 5 keys (id) occur more than once in the whole table; 2 rows without a key"
    assert warehouse.say(NONE) == ("PASS", f"{told} (limit 0)")
    pair = "duplicates: {key: [id, state], window: day, critical: '> 0'}"
    assert warehouse.say(pair)[1].endswith("on 2026-03-09; 2 rows without a key (limit 0)")
    warehouse.sql("UPDATE orders SET id = NULL")
    assert warehouse.say(NONE) == (
        "UNKNOWN",
        "7 rows in the whole table: none has id (no_values)",
    )
    warehouse.sql("DELETE FROM orders")
    assert warehouse.say(NONE) == ("SKIP", "nothing to divide by: 0 rows in the whole table")


def test_where_leaves_rows_out_on_both_sides(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("INSERT INTO orders VALUES (5, 5, '2026-02-01', 'test')")
    text = "duplicates: {where: \"state <> 'test'\", window: day, critical: '> 0'}"
    assert warehouse.say(text)[0] == "PASS"
    assert warehouse.say(DAY)[0] == "FAIL"


@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date", "text"])
def test_the_other_rows_may_be_looked_for_in_the_last_days_only(
    warehouse: Warehouse, time_type: str
) -> None:
    table(warehouse, time_type)
    week = "duplicates: {window: day, within: 7d, critical: '> 0'}"
    fine = "0 of 1 key (id) occur more than once within 7 days on 2026-03-09"
    fine += "; 1 row left out, without ts (limit 0)"
    warehouse.sql("INSERT INTO orders VALUES (5, 5, '2026-03-02', 'paid'), (6, 6, NULL, 'paid')")
    assert warehouse.say(week) == ("PASS", fine)
    assert warehouse.say(DAY)[0] == "FAIL"
    warehouse.sql("UPDATE orders SET ts = '2026-03-03' WHERE ts = '2026-03-02'")
    assert warehouse.say(week)[0] == "FAIL"
    warehouse.sql("UPDATE orders SET ts = '2026-03-10' WHERE ts = '2026-03-03'")
    assert warehouse.say(week)[0] == "FAIL", "what is newer is looked at as well"


def test_rows_that_are_older_than_those_they_are_held_against_are_a_slip() -> None:
    text = "duplicates: {window: 14d, within: 7d, critical: '> 0'}"
    told = "within: 7d finds no other rows for those of `window: 14d` that are older"
    assert told in complaint(text)
    assert "those of `window: all`" in complaint("duplicates: {within: 7d, critical: '> 0'}")
    assert complaint(text.replace("14d", "7d")) == ""
    assert "'7' is not a number of days: write it as 7d" in complaint(text.replace(": 7d", ": '7'"))


@pytest.mark.parametrize("limit", ["> 5", "> 1d"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"duplicates: {{critical: '{limit}'}}")
    assert f"{limit!r} lacks a unit: write a share such as '> 5%'" in told


def test_a_key_is_required() -> None:
    told = complaint(NONE, orders="{relation: orders, time: ts}")
    assert "duplicates needs `key:`, here or on dataset orders" in told


def test_few_keys_of_many_rows_are_said_alike_whatever_the_statistics_say(
    warehouse: Warehouse,
) -> None:
    """A statement that gathers keys in memory where statistics call them few has no bound."""
    warehouse.sql(
        "CREATE TABLE orders (id bigint, ts timestamptz, state text);"
        "INSERT INTO orders SELECT CASE WHEN n % 20 = 0 THEN n / 40 END,"
        " '2026-03-09 01:00+00', 'paid' FROM generate_series(1, 2000) AS n"
    )
    checks = "duplicates: {critical: '> 0'}\nvolume: {window: all, critical: '< 1'}"
    before = warehouse.run(config_of(checks))
    warehouse.sql("ANALYZE")
    after = warehouse.run(config_of(checks))
    for done in (before, after):
        assert done.statements == 2
        assert outcomes(done) == {"duplicates": "FAIL", "volume": "PASS"}
        texts = {result.worst.text for result in done.results.values()}
        assert any(text.startswith("49 of 51 keys") for text in texts)
    some = "duplicates: {where: id > 10, critical: '> 0'}"
    assert warehouse.say(some)[1].startswith("39 of 40 keys")
