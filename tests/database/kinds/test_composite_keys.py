"""Keys of several columns, in each kind that compares keys: only together they are the key.

Two shops number their orders alike. A key with a NULL in one of its columns is no key.
"""

from __future__ import annotations

import pytest

from tests.database.kinds.test_channel_mix import words as by_channel
from tests.support.warehouses import Warehouse, complaint, config_of

TABLES = """
CREATE TABLE orders (shop text, id int, ts timestamptz, revenue numeric);
CREATE TABLE items (shop text, order_id int, price numeric, channel text);
INSERT INTO orders SELECT shop, n, '2026-03-02 12:00+00'::timestamptz + n % 8 * interval '1 day',
  10 FROM generate_series(1, 16) AS n, unnest(ARRAY['a', 'b']) AS shop;
INSERT INTO items SELECT shop, id, revenue, shop FROM orders;
"""
INDEXES = "CREATE INDEX ON orders (ts); CREATE INDEX ON orders (id); CREATE INDEX ON items (shop)"
ORDERS = "{relation: orders, time: ts, key: [shop, id]}"
ITEMS = {"items": "{relation: items, key: [shop, order_id]}"}
BY = "by: [shop, order_id]"
AGAINST = f"against: {{dataset: items, sum: price, {BY}}}"
CHECKS = {
    "duplicates": "critical: '> 0'",
    "orphans": "column: [shop, id], references: {dataset: items}, critical: '> 0'",
    "reconciliation": f"sum: revenue, {AGAINST}, critical: '> 0'",
    "reconciliation_total": f"sum: revenue, {AGAINST}, critical: '> 0'",
    "incomparable": f"sum: revenue, {AGAINST}, critical: '> 0'",
    "over_attribution": f"of: revenue, {AGAINST}, critical: '> 0'",
    "attribution_coverage": f"of: revenue, {AGAINST}, critical: '< 100%'",
}
SWAPPED = "UPDATE items SET shop = 'b' WHERE shop = 'a' AND order_id = 7"
"""Each half of the key is still there, on both sides; order a, 7 has lost its item to b, 7."""
BY_SWAP = {
    "duplicates": "0 of 4 keys (shop, id) occur more than once",
    "orphans": "1 of 4 rows with shop, id not in items",
    "reconciliation": "2 of 4",
    "reconciliation_total": "",
    "incomparable": "1 of 4 orders cannot be compared (0 with a value missing, 1 without a row",
    "over_attribution": "1 of 3 attributed orders",
    "attribution_coverage": "3 of 4 orders",
}


@pytest.mark.parametrize("indexes", ["SELECT 1", INDEXES], ids=["joined", "singly"])
def test_only_together_they_are_the_key_and_with_a_null_they_are_none(
    warehouse: Warehouse, indexes: str
) -> None:
    warehouse.sql(f"{TABLES}{indexes}")
    written = config_of(
        "\n".join(f"{kind}: {{window: day, {told}}}" for kind, told in CHECKS.items()),
        ITEMS,
        orders=ORDERS,
    )

    def said() -> dict[str, tuple[str, str]]:
        return {
            check.name.partition("_shop")[0]: (result.worst.outcome.shown, result.worst.text)
            for check, result in warehouse.run(written).results.items()
        }

    assert {word for word, _ in said().values()} == {"PASS"}
    warehouse.sql(SWAPPED)
    for name, (word, text) in said().items():
        assert text.startswith(BY_SWAP[name]), (name, text)
        assert word == ("PASS" if name in ("duplicates", "reconciliation_total") else "FAIL")
    warehouse.sql("UPDATE orders SET shop = NULL WHERE shop = 'a' AND id = 7")
    found = said()
    assert "; 1 row without a key" in found["duplicates"][1]
    assert found["orphans"][1].startswith("0 of 3 rows with shop, id not in items")
    assert "1 without a key" in found["incomparable"][1]
    warehouse.sql("UPDATE orders SET shop = NULL")
    assert {name for name, (word, _) in said().items() if word != "UNKNOWN"} <= {"duplicates"}


@pytest.mark.parametrize("indexes", ["SELECT 1", INDEXES], ids=["joined", "singly"])
def test_a_channel_mix_takes_the_time_of_orders_by_the_whole_key(
    warehouse: Warehouse, indexes: str
) -> None:
    warehouse.sql(f"{TABLES}{indexes}")
    warehouse.sql("UPDATE orders SET ts = ts - interval '7 days' WHERE shop = 'b' AND id = 7")
    warehouse.sql("DELETE FROM orders WHERE shop = 'b' AND id = 15")
    mix = (
        "channel_mix: {sum: price, model: null, orders: {dataset: orders, BY}, critical: '>= 15%'}"
    ).replace("BY", BY)
    items = {"orders": "{relation: orders, time: ts, key: [shop, id]}"}
    config = config_of(mix, orders="{relation: items}").replace("  orders:", "  items:")
    done = warehouse.run(f"{config}\n  orders: {items['orders']}")
    (result,) = done.results.values()
    said = {v.sample.labels["channel"]: v for v in result.verdicts if v.sample}
    assert by_channel(said) == {"a": "FAIL", "b": "FAIL", "other": "PASS"}
    assert said["b"].text.startswith("b: 0 % of the revenue attributed on 2026-03-09")


def test_a_sequence_may_be_of_several_columns(warehouse: Warehouse) -> None:
    """Client 1 of shop a has a cart; client 1 of shop b buys without one."""
    warehouse.sql(
        "CREATE TABLE events (shop text, client int, event_name text, ts timestamptz);"
        "INSERT INTO events VALUES ('a', 1, 'cart', '2026-03-09 10:00+00'),"
        " ('a', 1, 'buy', '2026-03-09 11:00+00'), ('b', 1, 'buy', '2026-03-09 11:00+00'),"
        " (NULL, 1, 'buy', '2026-03-09 11:00+00')"
    )
    check = "impossible_sequence: {funnel: f, steps: [cart, buy], by: [shop, client], CRITICAL}"
    told = warehouse.say(
        check.replace("CRITICAL", "critical: '> 0'"), orders="{relation: events, time: ts}"
    )
    assert told[0] == "FAIL"
    assert told[1].startswith("1 of 2 buy events without cart of the same shop and client in the")


def test_both_sides_need_as_many_columns() -> None:
    mix = "channel_mix: {sum: price, orders: {dataset: orders, by: order_id}, critical: '>= 15%'}"
    told = complaint(mix, orders=ORDERS)
    assert "orders compares shop, id with order_id: name as many columns on both sides" in told


def test_the_key_of_duplicates_is_called_key() -> None:
    assert "unknown key `column`: write `key`" in complaint("duplicates: {column: [shop, id]}")
