"""Two sides that both tell their open days: a steady pass says what a full one would."""

from __future__ import annotations

import pytest

from tests.database.kinds.test_closed_days import Exporter, said, shop
from tests.support.warehouses import Warehouse, config_of

BY = "sum: revenue, against: {dataset: items, sum: quantity * price, by: [order_id, client]}"
CHECKS = "\n".join(
    f"{kind}: {{{BY}, name: {kind}_{window}, window: {window}, critical: '> 90000 {unit}'}}"
    for kind, unit in (("reconciliation", "rows"), ("reconciliation_total", ""))
    for window in ("all", "7d", "day")
).replace(" '}", "'}")
ORDERS = "{relation: orders, time: ts, key: [id, client_id]}"
ITEMS = {"items": "{relation: items, time: ts}"}
LATER = "'2026-03-10 11:00+00'"
CHANGES = {
    "an item of no order": f"INSERT INTO items VALUES (9001, 1, 5, 'c', {LATER})",
    "two items of no order": (
        "INSERT INTO items SELECT 9004, 1, 5, 'c', ts FROM items WHERE order_id IN (0, 5)"
    ),
    "an item of no seller": f"INSERT INTO items VALUES (100, 1, 5, 'd', {LATER})",
    "an item without a key": f"INSERT INTO items VALUES (NULL, 1, 5, 'c', {LATER})",
    "an order of no item": f"INSERT INTO orders VALUES (9002, {LATER}, 'c', 7)",
    "an order without a key": f"INSERT INTO orders VALUES (9003, {LATER}, NULL, 7)",
    "an open order that is gone": "DELETE FROM orders WHERE id IN (2, 5)",
    "an item of a stray of a closed day": f"INSERT INTO items VALUES (7000, 1, 5, 'c', {LATER})",
}
"""Orders 0 and 2 are of today, 5 of the expected day, 100 of a closed one, as is the stray 7000."""


@pytest.mark.parametrize("indexed", [True, False], ids=["singly", "joined"])
def test_what_one_side_has_alone_is_seen_as_by_a_full_pass(
    warehouse: Warehouse, indexed: bool
) -> None:
    shop(warehouse)
    warehouse.sql(
        "ALTER TABLE items ADD client text, ADD ts timestamptz;"
        "UPDATE items SET client = client_id, ts = o.ts FROM orders AS o WHERE id = order_id;"
        "INSERT INTO items SELECT 7000, 1, 5, 'c', ts FROM orders WHERE id = 100;"
        "CREATE INDEX ON items (ts)"
    )
    if not indexed:
        warehouse.sql("DROP INDEX orders_id_idx, items_order_id_idx")
    exporter = Exporter(warehouse, config_of(CHECKS, ITEMS, orders=ORDERS))
    first = said(exporter.steady())
    assert first == said(exporter.full())
    before = first
    for name, change in CHANGES.items():
        warehouse.sql(change)
        steady, full = said(exporter.steady()), said(exporter.full())
        assert steady == full, name
        assert full != before, f"{name}: nothing tells of it"
        before = full
