"""`time: {from: orders, by: order_id}`: rows have the day of the row that they belong to."""

from __future__ import annotations

from datetime import date

import pytest
from warehouse_exporter.core.model import Pass
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.plan.planner import make_plan

from tests.database.kinds.test_closed_days import Exporter, said
from tests.support.sample import sampled
from tests.support.warehouses import NOON, Warehouse, complaint, config_of, outcomes

TABLES = """
CREATE TABLE orders (shop int, id bigint, ts timestamptz);
CREATE TABLE items (id bigint, shop int, order_id bigint, price numeric, client text,
  loaded_at timestamptz, ts timestamptz);
CREATE TABLE prices (item bigint, price numeric);
INSERT INTO orders SELECT n % 2, n, '2026-03-10 09:00+00'::timestamptz - n * interval '4 h'
  FROM generate_series(0, 180) AS n;
INSERT INTO items SELECT 2 * id + line, shop, id, 10 + id % 7, 'c', ts + interval '1 h', ts
  FROM orders, generate_series(0, 1) AS line;
INSERT INTO prices SELECT id, price FROM items;
"""
INDEXES = {
    "unique": "CREATE UNIQUE INDEX ON orders (id, shop)",
    "found": "CREATE INDEX ON orders (id)",
    "none": "DROP INDEX orders_ts_idx, items_ts_idx",
}
OTHERS = (
    "CREATE INDEX ON orders (ts); CREATE INDEX ON items (order_id); CREATE INDEX ON items (ts);"
    "CREATE INDEX ON items (loaded_at); CREATE INDEX ON prices (item); ANALYZE;"
)
ORDERS = {"orders": "{relation: orders, time: ts, key: [shop, id]}"}
BORROWED = "{from: orders, by: [shop, order_id]}"
AGAINST = "against: {dataset: prices, sum: price, by: item}"
CHECKS = f"""
    volume: {{critical: '< 1'}}
    volume: {{name: whole, window: all, critical: '< 1'}}
    freshness: {{critical: '> 5h'}}
    completeness: {{column: client, critical: '> 0'}}
    completeness: {{name: clients, column: client, window: all, critical: '> 0'}}
    duplicates: {{critical: '> 0'}}
    duplicates: {{name: duplicates_7d, window: 7d, critical: '> 0'}}
    reconciliation: {{sum: price, {AGAINST}, window: 7d, critical: '> 0'}}
    missing_days: {{window: 20d, critical: '> 0'}}
    silence: {{busy: 1, warning: '> 8h'}}
    future_rows: {{warning: '> 0'}}
"""
METRICS = (
    "metrics: {items: {dataset: items, count: '*'}, sales: {dataset: items, sum: price}}\n"
    "anomalies: [{metrics: [items, sales], method: zscore, days: 14, critical: {z: 9}}]"
)
CHANGES = {
    "an item of today": "INSERT INTO items SELECT 900, shop, id, 5, NULL, '2026-03-10 11:00Z', ts"
    " FROM orders WHERE id = 0",
    "a late item of a closed day": "INSERT INTO items SELECT 901, shop, id, 5, NULL,"
    " '2026-03-10 11:00Z', ts FROM orders WHERE id = 60",
    "a closed key again": "INSERT INTO items SELECT 120, shop, id, 5, 'c', '2026-03-10 11:00Z', ts"
    " FROM orders WHERE id = 1",
    "an order that is there twice": "INSERT INTO orders SELECT shop, id, ts + interval '3 days'"
    " FROM orders WHERE id IN (2, 40)",
}
READ = {
    "an item of today": ("unique", "none"),
    "a late item of a closed day": ("unique", "found"),
    "a closed key again": ("unique",),
    "an order that is there twice": ("found", "none"),
}
"""With which indexes each is tried: all of them would take long."""
LATE = {"duplicates_7d", "zscore_items", "zscore_sales"}
"""What judges closed days by the time of their rows: a late row is seen at the daily re-read."""


def config(time: str = BORROWED, checks: str = CHECKS, more: str = METRICS) -> str:
    """The items, with a time of their own or that of their orders."""
    items = f"{{relation: items, time: {time}, key: id, loaded: loaded_at}}"
    rest = {"prices": "{relation: prices}", **ORDERS}
    text = config_of(checks, rest, orders=items, more=more)
    return text.replace("  orders: {relation: items", "  items: {relation: items")


def words(done: Pass) -> dict[str, list[tuple[str, str]]]:
    """What is said, with one name for the time."""
    return {
        name: [(word, text.replace("orders.ts", "ts")) for word, text in found]
        for name, found in said(done).items()
    }


@pytest.mark.parametrize("indexes", sampled(INDEXES, always=["unique", "found"]))
def test_every_check_says_what_it_says_of_a_time_of_their_own(
    warehouse: Warehouse, indexes: str
) -> None:
    warehouse.sql(f"{TABLES}{OTHERS}{INDEXES[indexes]}")
    warehouse.sql("INSERT INTO items VALUES (902, 7, 5, 1, 'c', '2026-03-09 11:00Z', NULL)")
    own, borrowed = (Exporter(warehouse, config(time)) for time in ("ts", BORROWED))
    assert words(borrowed.steady()) == words(borrowed.full()) == words(own.full())
    for name, change in CHANGES.items():
        if indexes not in READ[name]:
            continue
        warehouse.sql(change)
        full = words(borrowed.full())
        assert full == words(own.full()), name
        if indexes == "none":  # there everything is read each time
            continue
        steady = words(borrowed.steady())
        assert {one for one in full if steady[one] != full[one]} <= LATE, name
    if indexes == "unique":
        assert words(borrowed.steady(hours=24)) == words(borrowed.full(hours=24)), "a day later"


def test_the_index_on_the_time_of_the_parents_is_used_and_one_statement_a_window(
    warehouse: Warehouse,
) -> None:
    warehouse.sql(
        "CREATE TABLE orders (shop int, id bigint PRIMARY KEY, ts timestamptz);"
        "CREATE TABLE items (id bigint, shop int, order_id bigint, price numeric, note text);"
        "INSERT INTO orders SELECT 1, n, '2026-03-10 09:00+00'::timestamptz - n * interval '1 h'"
        " FROM generate_series(0, 20000) AS n;"
        "INSERT INTO items SELECT id, shop, id, 1, repeat('x', 80) FROM orders;"
        "CREATE INDEX orders_ts ON orders (ts); CREATE INDEX items_order ON items (order_id);"
        "ANALYZE orders; ANALYZE items"
    )
    checks = """
        freshness: {critical: '> 5h'}
        volume: {critical: '< 1'}
        completeness: {column: price, critical: '> 0'}
        missing_days: {window: 9d, critical: '> 0'}
    """
    time = "{from: orders, by: order_id}"
    written = config_of(
        checks, {"orders": "{relation: orders, time: ts, key: id}"},
        orders=f"{{relation: items, time: {time}}}",
    ).replace("  orders: {relation: items", "  items: {relation: items")  # fmt: skip
    exporter = Exporter(warehouse, written)
    exporter.steady()
    with exporter.connector.snapshot() as session:
        names = [one.relation for one in exporter.config.datasets.values()]
        views = make_views(exporter.config, session.relations(names), NOON)
        made = make_plan(exporter.config.checks, views, exporter.kept).statements
        assert [(one.shape, one.days) for one in made] == [
            ("lookup", None), ("days", (date(2026, 3, 9),)),
        ]  # fmt: skip
        for one in made:
            plan = str(session.rows(f"EXPLAIN {one.sql}"))
            assert "orders_ts" in plan, plan
            assert "items_order" in plan, plan
            assert "Hash" not in plan, plan


def test_an_item_without_an_order_has_no_day_and_is_an_orphan(warehouse: Warehouse) -> None:
    warehouse.sql(f"{TABLES}{OTHERS}{INDEXES['unique']}")
    orphans = "orphans: {column: [shop, order_id], references: {dataset: orders}, critical: '> 0'}"
    text = config(checks=f"{orphans.replace('critical', 'window: all, critical')}\n"
                         "completeness: {column: client, critical: '> 0'}", more="")  # fmt: skip
    assert set(outcomes(warehouse.run(text)).values()) == {"PASS"}
    warehouse.sql("DELETE FROM orders WHERE id IN (7, 8)")
    done = warehouse.run(text)
    assert outcomes(done) == {"orphans_shop_order_id": "FAIL", "completeness_client": "PASS"}
    told = {check.name: result.worst.text for check, result in done.results.items()}
    assert told["orphans_shop_order_id"].startswith("4 of 362 rows")
    assert "; 4 rows left out, without orders.ts" in told["completeness_client"]
    warehouse.sql("DELETE FROM orders")
    said = warehouse.run(text).results
    assert {r.worst.text for c, r in said.items() if c.name == "completeness_client"} == {
        "no row of items has a orders.ts, so no day is known (362 rows) (no_values)"
    }


def test_a_time_that_is_gone_costs_only_the_checks_by_day(warehouse: Warehouse) -> None:
    warehouse.sql(f"{TABLES}{OTHERS}{INDEXES['unique']}ALTER TABLE orders RENAME ts TO at".replace(
        ")ALTER", "); ALTER"))  # fmt: skip
    checks = "duplicates: {critical: '> 0'}\nvolume: {critical: '< 1'}"
    done = warehouse.run(config(checks=checks, more=""))
    assert outcomes(done) == {"duplicates": "PASS", "volume": "UNKNOWN"}
    told = {check.name: result.worst.text for check, result in done.results.items()}
    assert "column ts of orders does not exist" in told["volume"]
    warehouse.sql("ALTER TABLE orders RENAME at TO ts; ALTER TABLE items RENAME shop TO store")
    done = warehouse.run(config(checks=checks, more=""))
    assert outcomes(done) == {"duplicates": "PASS", "volume": "UNKNOWN"}


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        ("{from: order, by: id}", "items.time.from: there is no dataset `order`; did you mean"),
        ("{from: items, by: id}", "datasets.items.time: takes its time from itself: name the"),
        ("{from: plain, by: id}", "datasets.items.time: plain has no `time:`: name its column"),
        ("{from: orders, by: id}", "datasets.items.time: time compares shop, id with id: name as"),
        ("{from: plain, by: id, column: at}", "time needs `key:` (dataset plain has no key)"),
        ("{from: orders}", "datasets.items.time: `by` is required"),
        ("{from: orders, by: id, colum: ts}", "time.colum: unknown key `colum`; did you mean `col"),
        ("[ts]", "datasets.items.time: takes one, not a list: write one of ts"),
        ("7", "datasets.items.time: must be a mapping of keys and values"),
    ],
)
def test_what_is_wrong_is_said(orders: str, told: str) -> None:
    items = {"items": f"{{relation: items, time: {orders}}}", "plain": "{relation: plain}"}
    found = complaint("", items, orders=ORDERS["orders"])
    assert told in found, found


def test_orphans_by_day_would_find_none() -> None:
    orphans = "orphans: {column: [shop, order_id], references: {dataset: orders}, window: 7d, X}"
    checks = f"checks: [{{{orphans.replace('X', 'critical: 0')}}}]"
    items = f"{{relation: items, time: {BORROWED}, {checks}}}".replace(": 0", ": '> 0'")
    found = complaint("", {"items": items}, orders=ORDERS["orders"])
    assert "window: 7d finds no orphan: a row without its orders has no time" in found
