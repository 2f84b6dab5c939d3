"""Four orders and their items, which agree."""

from __future__ import annotations

from tests.support.warehouses import Warehouse

AGAINST = "sum: revenue, against: {dataset: items, sum: quantity * price, by: order_id}"
ITEMS = {"items": "{relation: items, time: ts}"}


def sales(warehouse: Warehouse, amount_type: str = "numeric(12,2)") -> None:
    """Orders 1 to 4, one a day from 6 to 9 March, of 10, 20, 30 and 40, each with two items."""
    warehouse.sql(
        f"CREATE TABLE orders (id int, ts timestamptz, revenue {amount_type}, state text);"
        "CREATE TABLE items (order_id int, line int, quantity int,"
        f" price {amount_type}, ts timestamptz);"
        "INSERT INTO orders SELECT n, '2026-03-05'::date + n, n * 10, 'paid'"
        " FROM generate_series(1, 4) AS n;"
        "INSERT INTO items SELECT n, line, line + 1, n * 2, '2026-03-05'::date + n"
        " FROM generate_series(1, 4) AS n, generate_series(1, 2) AS line"
    )
