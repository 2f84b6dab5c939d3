"""F8: rows from the future."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 0'", "ts", "SKIP", "UNKNOWN", "PASS")

NONE = "future_rows: {warning: '> 0'}"
LEFT_OUT = "1 row left out, without ts"
HORIZON = "rows after 2026-03-10 12:05 UTC"


def table(warehouse: Warehouse, rows: str, time_type: str = "timestamptz") -> None:
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time_type}, state text)")
    warehouse.sql(f"INSERT INTO orders (ts) VALUES {rows}")


def test_rows_ahead_of_the_clock_are_counted_and_forgotten_once_gone(warehouse: Warehouse) -> None:
    table(warehouse, "('2026-03-10 12:05:01+00'), ('2027-01-01'), ('2026-03-10 12:05+00'), (NULL)")
    assert warehouse.say(NONE) == ("WARN", f"2 {HORIZON}; {LEFT_OUT} (limit 0)")
    assert warehouse.values(NONE) == {"future_rows": 2.0}
    warehouse.sql("DELETE FROM orders WHERE ts > '2026-03-10 12:05+00'")
    assert warehouse.say(NONE) == ("PASS", f"0 {HORIZON}; {LEFT_OUT} (limit 0)")


@pytest.mark.parametrize(
    ("time_type", "ahead", "present"),
    [
        ("timestamp", "2026-03-10 13:05:01", "2026-03-10 13:05:00"),
        ("date", "2026-03-11", "2026-03-10"),
        ("text", "2026-03-10T13:06:00+01:00", "2026-03-10T13:04:00+01:00"),
        ("text", "2026-03-10T12:06:00Z", "2026-03-10T12:05:00Z"),
    ],
)
def test_every_type_of_time_has_a_future(
    warehouse: Warehouse, time_type: str, ahead: str, present: str
) -> None:
    table(warehouse, f"('{present}'), ('{ahead}')", time_type)
    assert warehouse.values(NONE, zone="Europe/Berlin") == {"future_rows": 1.0}


@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "date"])
def test_a_row_at_infinity_is_one_row_from_the_future(warehouse: Warehouse, time_type: str) -> None:
    table(warehouse, "('infinity'), ('2026-03-09')", time_type)
    told = HORIZON.replace("rows", "row")
    assert warehouse.say(NONE) == ("WARN", f"1 {told} (limit 0)")
    warehouse.sql("DELETE FROM orders WHERE ts < 'infinity'")
    assert warehouse.say(NONE) == ("WARN", f"1 {told} (limit 0)")


def test_a_row_long_before_all_time_is_a_row(warehouse: Warehouse) -> None:
    table(warehouse, "('-infinity')")
    assert warehouse.say(NONE) == ("PASS", f"0 {HORIZON} (limit 0)")


def test_where_leaves_rows_out(warehouse: Warehouse) -> None:
    table(warehouse, "('2027-01-01'), ('2026-01-01')")
    warehouse.sql("UPDATE orders SET state = 'planned' WHERE ts > '2026-06-01'")
    text = "future_rows: {where: \"state is distinct from 'planned'\", warning: '> 0 rows'}"
    assert warehouse.say(text) == ("PASS", f"0 {HORIZON} (limit 0)")


def test_without_a_row_there_is_nothing_to_judge(warehouse: Warehouse) -> None:
    table(warehouse, "(NULL)")
    assert warehouse.say(NONE)[0] == "UNKNOWN", "a row that lacks its time"
    warehouse.sql("DELETE FROM orders")
    assert warehouse.say(NONE) == ("SKIP", "there is no row with a time")


@pytest.mark.parametrize("limit", ["> 5%", "> 1h"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"future_rows: {{critical: '{limit}'}}")
    assert f"{limit!r}: future_rows is a number of rows, such as '> 0'" in told


def test_what_it_cannot_do_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(NONE, orders="{relation: orders}")
    assert "no `window`" in complaint("future_rows: {window: today, warning: '> 0'}")
