"""R7: orders that cannot be compared with their items."""

from __future__ import annotations

from tests.database.kinds.example import TWO_SIDES, Example
from tests.database.kinds.sales import AGAINST, ITEMS, sales
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example(
    f"{TWO_SIDES}, critical: '> 0'", "revenue", "UNKNOWN", "UNKNOWN", "UNKNOWN", whole=True
)

NONE = f"incomparable: {{{AGAINST}, warning: '> 0'}}"


def evidence(failed: int, valueless: int, partless: int, orders: int = 4) -> str:
    return (
        f"{failed} of {orders} orders cannot be compared ({valueless} with a value missing, "
        f"{partless} without a row in items) in the whole table"
    )


def test_each_reason_is_counted_until_it_is_gone(warehouse: Warehouse) -> None:
    sales(warehouse)
    assert warehouse.say(NONE, ITEMS) == ("PASS", f"{evidence(0, 0, 0)} (limit 0)")
    warehouse.sql("UPDATE items SET price = NULL WHERE order_id = 1 AND line = 2")
    assert warehouse.say(NONE, ITEMS) == ("WARN", f"{evidence(1, 1, 0)} (limit 0)")
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id IN (1, 2)")
    warehouse.sql("DELETE FROM items WHERE order_id = 3")
    assert warehouse.say(NONE, ITEMS) == ("WARN", f"{evidence(3, 2, 1)} (limit 0)")
    values = {"revenue_incomparable_ratio": 0.75, "rows_failed": 3.0, "rows_checked": 4.0}
    assert warehouse.values(NONE, ITEMS) == values
    warehouse.sql("DROP TABLE orders, items")
    sales(warehouse)
    assert warehouse.say(NONE, ITEMS)[0] == "PASS"


def test_an_order_that_lacks_both_is_counted_once(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id = 1")
    warehouse.sql("DELETE FROM items WHERE order_id = 1")
    assert warehouse.say(NONE, ITEMS)[1].startswith(evidence(1, 0, 1))


def test_a_value_is_never_taken_for_zero(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE items SET quantity = NULL; UPDATE orders SET revenue = 0")
    assert warehouse.say(NONE, ITEMS)[1].startswith(evidence(4, 4, 0))
    warehouse.sql("DELETE FROM items")
    share = NONE.replace("> 0", "> 99%")
    assert warehouse.say(share, ITEMS) == ("WARN", f"{evidence(4, 0, 4)} (100 %, limit 99 %)")


def test_without_orders_there_is_nothing_to_judge(warehouse: Warehouse) -> None:
    sales(warehouse)
    today = NONE.replace("warning", "window: today, warning")
    assert warehouse.say(today, ITEMS) == ("SKIP", "no orders on 2026-03-10")
    paid = NONE.replace("warning", "where: id > 1, warning")
    assert warehouse.say(paid, ITEMS)[1].startswith("0 of 3 orders")


def test_other_units_are_refused() -> None:
    assert "'> 5' lacks a unit" in complaint(NONE.replace("> 0", "> 5"), ITEMS)
