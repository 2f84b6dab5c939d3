"""C2: a column that has no value for an entire day."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("column: client_id, critical: '> 0'", "client_id", "SKIP", "UNKNOWN", "FAIL")

REFERRER = "absent_day: {column: referrer, critical: '> 0'}"
WEEK = "absent_day: {column: referrer, window: 7d, critical: '> 0'}"


def table(warehouse: Warehouse) -> None:
    """Ten rows on each of the first nine days of March, half of which have a referrer."""
    warehouse.sql("CREATE TABLE orders (id serial, ts timestamptz, referrer text, event text)")
    warehouse.sql(
        "INSERT INTO orders (ts, referrer) SELECT day + n * interval '2 hours',"
        " CASE WHEN n % 2 = 0 THEN 'search' END FROM generate_series("
        "'2026-03-01 00:00+00'::timestamptz, '2026-03-09 00:00+00', '1 day') AS day,"
        " generate_series(0, 9) AS n"
    )


@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_an_empty_day_is_found_although_the_rate_of_the_week_is_low(
    warehouse: Warehouse, indexed: bool
) -> None:
    table(warehouse)
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    fine = "referrer has no value on 0 of 1 day with rows (10 rows on 2026-03-09) (limit 0)"
    assert warehouse.say(REFERRER) == ("PASS", fine)
    warehouse.sql(
        "UPDATE orders SET referrer = NULL WHERE ts::date IN ('2026-03-09', '2026-03-03')"
    )
    week = "referrer has no value on 2 of 7 days with rows (70 rows from 2026-03-03 to 2026-03-09)"
    assert warehouse.say(WEEK) == ("FAIL", f"{week} (limit 0)")
    assert warehouse.values(REFERRER) == {"column_absent_partitions": 1.0}
    warehouse.sql("UPDATE orders SET referrer = 'direct' WHERE id = (SELECT max(id) FROM orders)")
    assert warehouse.say(REFERRER) == ("PASS", fine)


def test_a_day_without_rows_is_no_day_without_a_value(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-03-08'")
    assert warehouse.say(REFERRER) == ("SKIP", "no rows on 2026-03-09")
    assert warehouse.say(WEEK)[1].startswith("referrer has no value on 0 of 5 days with rows (50 ")


def test_blank_text_counts_as_a_value_unless_it_is_said_otherwise(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET referrer = ' ' WHERE referrer IS NOT NULL")
    assert warehouse.say(REFERRER)[0] == "PASS"
    blank = "absent_day: {column: referrer, blank_is_missing: true, critical: '> 0'}"
    assert warehouse.say(blank)[0] == "FAIL"


def test_where_chooses_the_rows_that_must_have_it(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET event = 'purchase' WHERE referrer IS NULL")
    text = "absent_day: {column: referrer, where: \"event = 'purchase'\", critical: '> 0'}"
    assert warehouse.say(text) == (
        "FAIL",
        "referrer has no value on 1 of 1 day with rows (5 rows on 2026-03-09) (limit 0)",
    )


@pytest.mark.parametrize("limit", ["> 5%", "> 1d", "> 1 rows"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"absent_day: {{column: referrer, critical: '{limit}'}}")
    assert f"{limit!r}: absent_day is a plain number, write no unit" in told


def test_what_it_cannot_do_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(REFERRER, orders="{relation: orders}")
    whole = "absent_day: {column: referrer, window: all, critical: '> 0'}"
    assert "and a window of days" in complaint(whole)
    own_time = complaint("absent_day: {column: ts, critical: '> 0'}")
    assert "rows without ts belong to no day: use completeness" in own_time
