"""F2: the newest business day that has rows is the expected one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 0'", "ts", "UNKNOWN", "UNKNOWN", "PASS")

LATE = "partition_freshness: {critical: '> 0'}"
DAY = 86400.0


def table(warehouse: Warehouse, newest: str, time_type: str = "timestamptz") -> None:
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time_type}, state text)")
    warehouse.sql(f"INSERT INTO orders (ts) VALUES ('2026-03-01'), ('{newest}'), (NULL)")


@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date", "text"])
def test_the_expected_day_must_be_there(warehouse: Warehouse, time_type: str) -> None:
    table(warehouse, "2026-03-07", time_type)
    said = "newest day 2026-03-07, expected 2026-03-09: 2 days behind; 1 row left out, without ts"
    assert warehouse.say(LATE) == ("FAIL", f"{said} (limit 0)")
    assert warehouse.values(LATE) == {"partition_lag_seconds": 2 * DAY}
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-09')")
    assert warehouse.say(LATE) == (
        "PASS",
        "newest day 2026-03-09, expected 2026-03-09: 0 days behind;"
        " 1 row left out, without ts (limit 0)",
    )


def test_days_after_the_expected_one_do_not_count(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-08 23:59:59+00")
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-10 00:00+00'), ('2031-01-01')")
    assert warehouse.values(LATE) == {"partition_lag_seconds": DAY}


def test_before_its_deadline_the_day_before_is_expected(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-08 10:00+00")
    assert warehouse.say(LATE, as_of=datetime(2026, 3, 10, 3, tzinfo=UTC))[0] == "PASS"
    assert warehouse.say(LATE, as_of=datetime(2026, 3, 10, 6, tzinfo=UTC))[0] == "FAIL"
    log = "{relation: orders, time: ts, expect_day: today, expect_by: '03:00'}"
    at_three = warehouse.say(LATE, as_of=datetime(2026, 3, 10, 3, tzinfo=UTC), orders=log)
    assert at_three[1].startswith("newest day 2026-03-08, expected 2026-03-10: 2 days behind")


@pytest.mark.parametrize(
    ("newest", "behind"),
    [("2026-03-28 22:59:59+00", 1.0), ("2026-03-28 23:00+00", 0.0), ("2026-03-29 21:59+00", 0.0)],
)
def test_the_day_is_that_of_the_warehouse_also_when_clocks_change(
    warehouse: Warehouse, newest: str, behind: float
) -> None:
    table(warehouse, newest)
    noon = datetime(2026, 3, 30, 10, tzinfo=UTC)
    values = warehouse.values(LATE, as_of=noon, zone="Europe/Berlin")
    assert values == {"partition_lag_seconds": behind * DAY}


def test_a_limit_may_be_a_number_of_days(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-08 10:00+00")
    lax = "partition_freshness: {critical: '> 1d'}"
    assert warehouse.say(lax) == (
        "PASS",
        "newest day 2026-03-08, expected 2026-03-09: 1 day behind;"
        " 1 row left out, without ts (1 d, limit 1 d)",
    )


def test_where_leaves_rows_out(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-09")
    warehouse.sql("UPDATE orders SET state = 'test' WHERE ts = '2026-03-09'")
    text = "partition_freshness: {where: \"state is null\", critical: '> 0'}"
    assert warehouse.values(text) == {"partition_lag_seconds": 8 * DAY}


def test_without_any_row_it_is_not_measured(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id serial, ts timestamptz)")
    said = ("UNKNOWN", "there is no row up to the expected day (no_rows)")
    assert warehouse.say(LATE) == said
    warehouse.sql("INSERT INTO orders (ts) VALUES (NULL), ('2026-03-10')")
    assert warehouse.say(LATE) == said


@pytest.mark.parametrize("limit", ["> 1", "> 5%", "> 3 rows"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"partition_freshness: {{critical: '{limit}'}}")
    assert f"{limit!r} lacks a unit: write '> 0' or days such as '> 1d'" in told


def test_what_it_cannot_do_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(LATE, orders="{relation: orders}")
    assert "no `window`" in complaint("partition_freshness: {window: day, critical: '> 0'}")
