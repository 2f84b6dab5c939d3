"""What a sentence takes from other checks of the pass, and what it says of a missing grant."""

from __future__ import annotations

from tests.conftest import execute
from tests.support.warehouses import Warehouse, config_of

FLOOR = "volume: {critical: '< 5'}"
COUNTS = """\
metrics: {orders: {dataset: orders, count: '*'}, sessions: {dataset: sessions, count: '*'}}
anomalies:
  - {metrics: [orders, sessions], method: zscore, warning: {z: 3}}
"""
SESSIONS = "{relation: sessions, time: ts}"
ORDERS = "{relation: orders, time: ts, key: id, depends_on: [sessions]}"


def test_a_floor_says_what_was_expected_and_what_is_normal_upstream(warehouse: Warehouse) -> None:
    warehouse.sql(
        "CREATE TABLE orders AS SELECT n AS id, '2026-03-01 10:00Z'::timestamptz"
        " + n / 6 * interval '1 day' AS ts FROM generate_series(0, 47) AS n;"
        "CREATE TABLE sessions AS SELECT '2026-03-01 10:00Z'::timestamptz"
        " + n / 9 * interval '1 day' AS ts FROM generate_series(0, 80) AS n"
    )
    config = config_of(FLOOR, {"sessions": SESSIONS}, orders=ORDERS, more=COUNTS)
    told = {check.name: one.worst.sentence for check, one in warehouse.run(config).results.items()}
    assert told["volume"] == (
        "orders: 0 orders on Mon 9 Mar (at least 5; expected 6). Sessions normal"
    )
    assert told["zscore_orders"] == "orders: 0 orders on Mon 9 Mar, -100 % (expected 6)"


def test_a_missing_grant_says_what_to_type(warehouse: Warehouse) -> None:
    warehouse.sql(
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint, ts timestamptz);"
        "CREATE ROLE told_reporter LOGIN"
    )
    orders = "{relation: shop.orders, time: ts, key: id}"
    try:
        reader = warehouse.as_role("told_reporter")
        hidden = reader.verdict(FLOOR, orders=orders).sentence
        warehouse.sql("GRANT USAGE ON SCHEMA shop TO told_reporter")
        denied = reader.verdict(FLOOR, orders=orders).sentence
        warehouse.sql("GRANT SELECT ON shop.orders TO told_reporter")
        assert reader.verdict(FLOOR, orders=orders).outcome.shown == "FAIL"
    finally:
        execute(warehouse.dsn, "DROP OWNED BY told_reporter; DROP ROLE told_reporter")
        execute(warehouse.dsn, "DROP SCHEMA shop CASCADE")
    grant = "GRANT SELECT ON shop.orders TO told_reporter"
    assert denied == f"orders: not measured: no SELECT on shop.orders. Run: {grant}"
    assert hidden == (
        "orders: not measured: no SELECT on shop.orders."
        f" Run: GRANT USAGE ON SCHEMA shop TO told_reporter; {grant}"
    )
