"""R4: the total revenue of the orders of a day is the total of their items."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import TWO_SIDES, Example
from tests.database.kinds.sales import AGAINST, ITEMS, sales
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example(f"{TWO_SIDES}, critical: '> 0.01'", "revenue", "SKIP", "UNKNOWN", "UNKNOWN")

TOTAL = f"reconciliation_total: {{{AGAINST}, critical: '> 0.01'}}"
SHARE = f"reconciliation_total: {{{AGAINST}, critical: '> 1%'}}"
WEEK = f"reconciliation_total: {{{AGAINST}, window: 7d, critical: '> 0.01'}}"


def test_a_total_that_differs_is_found_until_it_is_mended(warehouse: Warehouse) -> None:
    sales(warehouse)
    fine = "orders 40.00, items 40.00, difference 0.00 on 2026-03-09 (limit 0.01)"
    assert warehouse.say(TOTAL, ITEMS) == ("PASS", fine)
    warehouse.sql("UPDATE items SET quantity = quantity - 1 WHERE order_id = 4 AND line = 1")
    broken = "orders 40.00, items 32.00, difference 8.00 on 2026-03-09"
    assert warehouse.say(TOTAL, ITEMS) == ("FAIL", f"{broken} (limit 0.01)")
    assert warehouse.say(SHARE, ITEMS) == ("FAIL", f"{broken} (20 %, limit 1 %)")
    values = {"revenue_total_difference": 8.0, "revenue_total_difference_ratio": 0.2}
    assert warehouse.values(TOTAL, ITEMS) == values
    warehouse.sql("UPDATE items SET quantity = 2 WHERE order_id = 4 AND line = 1")
    assert warehouse.say(TOTAL, ITEMS) == ("PASS", fine)


def test_errors_of_both_signs_cancel_here(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = revenue + 5 WHERE id = 1")
    warehouse.sql("UPDATE orders SET revenue = revenue - 5 WHERE id = 2")
    assert warehouse.say(WEEK, ITEMS)[0] == "PASS"


def test_a_cent_is_a_cent_in_floating_point_too(warehouse: Warehouse) -> None:
    sales(warehouse, "float8")
    warehouse.sql("UPDATE orders SET revenue = revenue + 0.01 WHERE id = 4")
    assert warehouse.say(TOTAL, ITEMS)[0] == "PASS"
    warehouse.sql("UPDATE orders SET revenue = revenue + 0.01 WHERE id = 4")
    assert warehouse.say(TOTAL, ITEMS)[0] == "FAIL"


def test_any_difference_is_infinitely_much_of_nothing(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = 0")
    assert warehouse.say(SHARE, ITEMS)[0] == "FAIL"
    assert warehouse.values(SHARE, ITEMS)["revenue_total_difference_ratio"] == math.inf
    warehouse.sql("UPDATE items SET price = 0")
    assert warehouse.say(SHARE, ITEMS)[0] == "PASS"


def test_a_total_is_that_of_all_orders_of_the_day(warehouse: Warehouse) -> None:
    """But for those with a value missing, which are in neither total."""
    sales(warehouse)
    warehouse.sql("UPDATE items SET price = NULL WHERE order_id = 1 AND line = 2")
    days, left = "from 2026-03-03 to 2026-03-09", "left out: 1 order with a value missing"
    same = f"orders 90.00, items 90.00, difference 0.00 {days}; {left}, worth 10.00 (limit 0.01)"
    assert warehouse.say(WEEK, ITEMS) == ("PASS", same)
    warehouse.sql("DELETE FROM items WHERE order_id = 2")
    among = "among them 1 order without a row in items"
    told = f"orders 90.00, items 70.00, difference 20.00 {days}; {among}; {left}, worth 10.00"
    assert warehouse.say(WEEK, ITEMS) == ("FAIL", f"{told} (limit 0.01)")
    ignored = WEEK.replace("critical", "unmatched: ignore, critical")
    left = "left out: 1 order with a value missing, 1 order without a row there, worth 30.00"
    told = f"orders 70.00, items 70.00, difference 0.00 {days}; {left}"
    assert warehouse.say(ignored, ITEMS) == ("PASS", f"{told} (limit 0.01)")


def test_rows_without_a_key_are_in_the_total_of_their_day(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET id = NULL WHERE id = 1")
    warehouse.sql("UPDATE items SET order_id = NULL WHERE order_id = 1")
    days = "from 2026-03-03 to 2026-03-09"
    among = "among them 1 order without a key, 2 rows of items without a key"
    told = f"orders 100.00, items 100.00, difference 0.00 {days}; {among} (limit 0.01)"
    assert warehouse.say(WEEK, ITEMS) == ("PASS", told)
    warehouse.sql("DELETE FROM items WHERE order_id IS NULL")
    assert warehouse.values(WEEK, ITEMS)["revenue_total_difference"] == 10


def test_orders_that_lost_their_items_do_not_leave_the_total(warehouse: Warehouse) -> None:
    """1,000 orders of 10 each, and the items of 100 of them."""
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, revenue numeric);"
        "CREATE TABLE items (order_id int, quantity int, price numeric);"
        "INSERT INTO orders SELECT n, '2026-03-09 12:00Z', 10 FROM generate_series(1, 1000) AS n;"
        "INSERT INTO items SELECT n, 1, 10 FROM generate_series(1, 100) AS n"
    )
    items = {"items": "{relation: items}"}
    told = "orders 10,000.00, items 1,000.00, difference 9,000.00 on 2026-03-09"
    among = "among them 900 orders without a row in items (limit 0.01)"
    assert warehouse.say(TOTAL, items) == ("FAIL", f"{told}; {among}")
    each = TOTAL.replace("reconciliation_total", "reconciliation").replace("0.01", "0")
    told = "900 of 1,000 orders differ from the sum in items, by 9,000.00 together"
    among = "(900 without a row there), in the whole table (limit 0)"
    assert warehouse.say(each, items) == ("FAIL", f"{told} {among}")
    warehouse.sql("DELETE FROM items")
    why = "none of 1,000 orders can be compared on 2026-03-09: 1,000 without a row in items"
    assert warehouse.say(TOTAL, items) == ("UNKNOWN", f"{why} (no_values)")


def test_real_does_not_add_up_in_single_precision(warehouse: Warehouse) -> None:
    """In `real` the sum of 300,000 times 149.99 would be 150,000 too little."""
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, revenue real);"
        "CREATE TABLE items (order_id int, quantity int, price numeric(10,2));"
        "INSERT INTO orders SELECT n, '2026-03-09 12:00Z', 149.99"
        " FROM generate_series(1, 300000) AS n;"
        "INSERT INTO items SELECT id, 1, 149.99 FROM orders"
    )
    items = {"items": "{relation: items}"}
    fine = "orders 44,997,000.00, items 44,997,000.00, difference 0.00 on 2026-03-09 (limit 0.01)"
    assert warehouse.say(TOTAL, items) == ("PASS", fine)
    half = TOTAL.replace("sum: revenue", "sum: (revenue / 2)::real")
    assert "orders 22,498,5" in warehouse.say(half, items)[1]


def test_a_product_too_large_for_its_type_is_not_measured(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("ALTER TABLE items ALTER price TYPE int")
    warehouse.sql("UPDATE items SET quantity = 2000000000 WHERE order_id = 4 AND line = 1")
    word, text = warehouse.say(TOTAL, ITEMS)
    assert word == "UNKNOWN"
    assert "out of range" in text
    wide = TOTAL.replace("quantity * price", "quantity::bigint * price")
    assert warehouse.say(wide, ITEMS)[0] == "FAIL"


def test_a_day_without_comparable_orders_is_not_measured(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id = 4")
    told = "none of 1 order can be compared on 2026-03-09: 1 with a value missing (no_values)"
    assert warehouse.say(TOTAL, ITEMS) == ("UNKNOWN", told)
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(TOTAL, ITEMS, as_of=at_three)[1].startswith("orders 30.00, items 30.00")


@pytest.mark.parametrize("limit", ["> 5 rows", "> 1d"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(TOTAL.replace("> 0.01", limit), ITEMS)
    assert f"{limit!r}: write an amount such as '> 0.01' or a share '> 1%'" in told
