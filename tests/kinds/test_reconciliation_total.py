"""R4: the total revenue of the orders of a day is the total of their items."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from tests.kinds.example import TWO_SIDES, Example
from tests.kinds.sales import AGAINST, ITEMS, sales
from tests.warehouses import Warehouse, complaint

EXAMPLE = Example(f"{TWO_SIDES}, critical: '> 0.01'", "revenue", "SKIP", "UNKNOWN", "SKIP")

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


def test_only_comparable_orders_are_added_up(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE items SET price = NULL WHERE order_id = 1 AND line = 2")
    warehouse.sql("DELETE FROM items WHERE order_id = 2")
    assert warehouse.say(WEEK, ITEMS) == (
        "PASS",
        "orders 70.00, items 70.00, difference 0.00 from 2026-03-03 to 2026-03-09 (limit 0.01)",
    )


def test_a_day_without_comparable_orders_is_skipped(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id = 4")
    assert warehouse.say(TOTAL, ITEMS) == ("SKIP", "no order can be compared on 2026-03-09")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(TOTAL, ITEMS, as_of=at_three)[1].startswith("orders 30.00, items 30.00")


@pytest.mark.parametrize("limit", ["> 5 rows", "> 1d"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(TOTAL.replace("> 0.01", limit), ITEMS)
    assert f"{limit!r}: write an amount such as '> 0.01' or a share '> 1%'" in told
