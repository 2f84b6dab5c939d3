"""V8: the rows of the day so far, against earlier weeks at the same time of day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import ORDERS, Warehouse, complaint

EXAMPLE = Example("weeks: 1, at_least: 1, warning: '< 50%'", "ts", "SKIP", "UNKNOWN", "PASS")

BEHIND = "so_far_today: {warning: '< 50%'}"


def table(warehouse: Warehouse, indexed: bool, time: str = "timestamptz") -> None:
    """A row every 5 minutes for six weeks; none on Sundays; as_of, a Tuesday noon, is the last."""
    warehouse.sql(f"CREATE TABLE orders (ts {time}, state text)")
    warehouse.sql(
        f"INSERT INTO orders SELECT g::{time} FROM generate_series('2026-01-27 00:00'::timestamp,"
        " '2026-03-10 12:00', '5 min') g WHERE extract(isodow FROM g) < 7"
    )
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    warehouse.sql("ANALYZE orders")


def lose(warehouse: Warehouse, low: str, high: str, mod: int = 1) -> None:
    """Delete every row, or each but the mod-th, of a stretch."""
    keep = "true" if mod == 1 else f"extract(epoch FROM ts::timestamp)::int / 300 % {mod} <> 0"
    warehouse.sql(
        f"DELETE FROM orders WHERE ts::timestamp >= '{low}' AND ts::timestamp < '{high}' AND {keep}"
    )


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
@pytest.mark.parametrize("time", ["timestamptz", "timestamp", "text"])
def test_a_day_that_falls_behind_is_seen_until_it_has_caught_up(
    warehouse: Warehouse, time: str, indexed: bool
) -> None:
    table(warehouse, indexed, time)
    usual = "144 expected (median of 4 Tuesdays)"
    fine = ("PASS", f"144 rows on 2026-03-10 by 12:00, {usual} (100 %, limit at least 50 %)")
    assert warehouse.say(BEHIND) == fine
    lose(warehouse, "2026-03-10 00:00", "2026-03-10 12:00", mod=3)
    assert warehouse.say(BEHIND) == (
        "WARN",
        f"48 rows on 2026-03-10 by 12:00, {usual} (33.33 %, limit at least 50 %)",
    )
    assert warehouse.values(BEHIND) == {
        "rows_so_far_ratio": 48 / 144,
        "rows_so_far": 48.0,
        "rows_so_far_expected": 144.0,
    }
    lose(warehouse, "2026-03-10 00:00", "2026-03-11 00:00")
    warehouse.sql(
        f"INSERT INTO orders SELECT g::{time} FROM generate_series('2026-03-10 00:00'::timestamp,"
        " '2026-03-10 12:00', '5 min') g"
    )
    assert warehouse.say(BEHIND) == fine


def test_what_comes_later_in_the_day_does_not_count(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-10 12:01+00'), ('2026-03-10 23:00+00')")
    assert warehouse.values(BEHIND)["rows_so_far"] == 144
    at_nine = datetime(2026, 3, 10, 9, tzinfo=UTC)
    values = warehouse.values(BEHIND, as_of=at_nine)
    assert (values["rows_so_far"], values["rows_so_far_expected"]) == (108, 108)


@pytest.mark.parametrize("indexed", [False, True], ids=["one scan", "by range"])
def test_a_day_without_any_row_is_an_honest_zero(warehouse: Warehouse, indexed: bool) -> None:
    table(warehouse, indexed)
    lose(warehouse, "2026-03-10", "2026-03-11")
    assert warehouse.values(BEHIND)["rows_so_far_ratio"] == 0
    assert warehouse.say(BEHIND)[0] == "WARN"


def test_one_bad_week_moves_nothing(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    lose(warehouse, "2026-03-03 00:00", "2026-03-03 10:00")
    assert warehouse.values(BEHIND)["rows_so_far_expected"] == 144
    lose(warehouse, "2026-02-24", "2026-02-25")
    assert "median of 3 Tuesdays" in warehouse.say(BEHIND)[1]
    assert warehouse.values(BEHIND)["rows_so_far_expected"] == 144


def test_a_weekday_that_is_closed_has_no_history(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    sunday = datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert warehouse.say(BEHIND, as_of=sunday) == (
        "SKIP",
        "2026-03-08 is closed: no rows on any of the last 4 Sundays",
    )
    never = ORDERS[:-1] + ", closed: never}"
    assert warehouse.say(BEHIND, as_of=sunday, orders=never) == (
        "SKIP",
        "insufficient history: 0 of the last 4 Sundays had rows by this time, 2 are needed",
    )
    lose(warehouse, "2026-01-01", "2026-03-02")
    assert warehouse.say(BEHIND) == (
        "SKIP",
        "insufficient history: 1 of the last 4 Tuesdays had rows by this time, 2 are needed",
    )
    one = BEHIND.replace("warning", "weeks: 1, warning")
    assert "median of 1 Tuesday)" in warehouse.say(one)[1]


def test_while_few_rows_are_expected_there_is_nothing_to_judge(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    early = datetime(2026, 3, 10, 8, 15, tzinfo=UTC)
    assert warehouse.say(BEHIND, as_of=early) == (
        "SKIP",
        "too early to judge at 08:15: 99 expected (median of 4 Tuesdays), 100 are needed",
    )
    assert warehouse.say(BEHIND, as_of=datetime(2026, 3, 10, 8, 20, tzinfo=UTC))[0] == "PASS"
    soon = BEHIND.replace("warning", "at_least: 10, warning")
    assert warehouse.say(soon, as_of=early)[0] == "PASS"


def test_the_time_of_day_is_that_of_the_clocks_also_when_they_change(
    warehouse: Warehouse,
) -> None:
    """Since 8 March, New York is an hour nearer to UTC: noon there is 16:00, it was 17:00."""
    table(warehouse, indexed=True)
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-03-10'")
    warehouse.sql("INSERT INTO orders SELECT '2026-03-10 05:00+00' FROM generate_series(1, 144)")
    at_noon = datetime(2026, 3, 10, 16, tzinfo=UTC)
    values = warehouse.values(BEHIND, as_of=at_noon, zone="America/New_York")
    assert values["rows_so_far_expected"] == 144
    assert values["rows_so_far"] == 144


def test_too_much_is_a_finding_if_the_owner_says_so(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    warehouse.sql("INSERT INTO orders SELECT * FROM orders WHERE ts >= '2026-03-10'")
    both = BEHIND.replace("'< 50%'", "['< 50%', '> 150%']")
    assert warehouse.say(both) == (
        "WARN",
        "288 rows on 2026-03-10 by 12:00, 144 expected (median of 4 Tuesdays) (200 %, limit 150 %)",
    )


def test_where_counts_its_rows_alone(warehouse: Warehouse) -> None:
    table(warehouse, indexed=True)
    warehouse.sql("UPDATE orders SET state = 'test' WHERE ts >= '2026-03-10 02:00+00'")
    good = BEHIND.replace("warning", "where: state is null, warning")
    assert warehouse.values(good)["rows_so_far"] == 24
    assert warehouse.say(good)[0] == "WARN"


def test_a_date_has_no_time_of_day(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (ts date)")
    assert warehouse.say(BEHIND) == (
        "UNKNOWN",
        "time column ts is a date, without time of day (column_type)",
    )


def test_what_cannot_be_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(BEHIND, orders="{relation: orders}")
    assert "no `window`" in complaint(BEHIND.replace("warning", "window: 7d, warning"))
    for limit in ("< 5", "< 5 rows", "> 2h"):
        assert "is a share of what is expected" in complaint(BEHIND.replace("< 50%", limit))
    assert complaint(BEHIND.replace("warning", "weeks: 0, warning"))
