"""`filter:` of a dataset: whatever reads it sees only these rows, and no statement more."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.database.kinds.test_closed_days import (
    CHANGES,
    CHECKS,
    ITEMS,
    METRICS,
    ORDERS,
    SESSIONS,
    Exporter,
    config,
    said,
    shop,
)
from tests.support.warehouses import NOON, Warehouse, complaint, config_of, outcomes

KEPT = "filter: \"client_id is distinct from 'test'\""
FILTERED = ORDERS[:-1] + f", {KEPT}}}"
JUNK = """
INSERT INTO orders SELECT id, ts, 'test', 1, 'nobody', loaded_at FROM orders WHERE id % 9 < 3;
INSERT INTO orders SELECT -id, ts + interval '80 minutes', 'test', NULL, NULL, loaded_at
  FROM orders WHERE id % 7 = 1;
INSERT INTO orders VALUES (NULL, NULL, 'test', 1, 'x'), (1, 'infinity', 'test', 5, 's1');
ANALYZE
"""
"""Rows that break every check that sees them."""


def filtered(checks: str = CHECKS) -> str:
    """The config of the tests of closed days, over the orders that are no tests."""
    datasets = {"items": ITEMS, "sessions": SESSIONS}
    return config_of(checks, datasets, orders=FILTERED, more=METRICS)


def test_with_the_filter_every_check_says_what_it_says_without_the_other_rows(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    clean, exporter = Exporter(warehouse, config()), Exporter(warehouse, filtered())
    assert said(exporter.steady()) == said(clean.full())
    warehouse.sql(CHANGES["a closed key again today"])
    wanted = said(clean.full())
    warehouse.sql(JUNK)
    assert said(clean.full()) != wanted
    assert said(exporter.full()) == wanted
    assert said(exporter.steady()) == wanted
    assert said(exporter.steady(hours=24)) == said(exporter.full(hours=24)), "a day later"


def test_one_scan_serves_all_checks_and_the_index_finds_the_days(warehouse: Warehouse) -> None:
    shop(warehouse, per_day=100)
    written = {
        name: parse(text, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
        for name, text in (("plain", config()), ("filtered", filtered()))
    }
    counted = {
        name: run_pass(one, Connector(one.warehouse), NOON).statements
        for name, one in written.items()
    }
    assert counted["filtered"] == counted["plain"]
    session = Connector(written["filtered"].warehouse)
    rows = "(SELECT * FROM orders WHERE (client_id IS DISTINCT FROM 'test')) AS kept"
    for asked in (
        f"SELECT max(ts) FROM {rows}",
        f"SELECT count(*) FROM {rows} WHERE ts >= '2026-03-10'",
    ):
        with session.snapshot() as opened:
            plan = opened.rows(f"EXPLAIN {asked}")
        assert "orders_ts_idx" in str(plan), plan


def test_on_the_other_side_a_row_that_is_left_out_is_no_parent(warehouse: Warehouse) -> None:
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, deleted boolean);"
        "CREATE TABLE items (order_id int, price int);"
        "INSERT INTO orders VALUES (1, '2026-03-09', false), (2, '2026-03-09', true),"
        " (3, '2026-03-09', NULL);"
        "INSERT INTO items VALUES (1, 5), (2, 5), (3, 5)"
    )
    items = (
        "{relation: items, checks: [{orphans: {column: order_id, references: {dataset: orders},"
        " critical: '> 0'}}]}"
    )
    orders = "{relation: orders, time: ts, key: id, filter: not deleted}"
    done = warehouse.run(config_of("", {"items": items}, orders=orders))
    ((verdict,),) = [result.verdicts for result in done.results.values()]
    assert verdict.text.startswith("2 of 3 rows"), "unknown is not true, as in a `where`"


def test_a_column_of_the_filter_that_is_gone_is_not_measured_and_still_a_schema_finding(
    warehouse: Warehouse,
) -> None:
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, is_deleted boolean)")
    orders = "{relation: orders, time: ts, key: id, filter: not deleted, columns: [id, deleted]}"
    checks = """
        freshness: {critical: '> 1d'}
        volume: {critical: '< 1'}
        duplicates: {critical: '> 0'}
        required_columns: {critical: '> 0'}
    """
    done = warehouse.run(config_of(checks, orders=orders))
    assert outcomes(done) == {
        "freshness": "UNKNOWN",
        "volume": "UNKNOWN",
        "duplicates": "UNKNOWN",
        "required_columns": "FAIL",
    }
    texts = {r.worst.text for n, r in done.results.items() if n.name != "required_columns"}
    assert texts == {
        "column deleted of orders does not exist; did you mean is_deleted? (missing_column)"
    }


def test_columns_that_the_role_may_not_read_are_not_asked_for(warehouse: Warehouse) -> None:
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, secret text, kept boolean);"
        "INSERT INTO orders VALUES (1, '2026-03-09', 'x', true), (2, '2026-03-09', 'y', false);"
        "DROP ROLE IF EXISTS narrow; CREATE ROLE narrow LOGIN;"
        "GRANT USAGE ON SCHEMA public TO narrow; GRANT SELECT (id, ts, kept) ON orders TO narrow"
    )
    try:
        narrow = warehouse.as_role("narrow")
        orders = "{relation: orders, time: ts, key: id, filter: kept}"
        said = narrow.say("volume: {critical: '< 1'}", orders=orders)
    finally:
        warehouse.sql("DROP OWNED BY narrow; DROP ROLE narrow")
    assert said == ("PASS", "1 row on 2026-03-09 (limit at least 1)")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("filter: now() > ts", "the clock may not be read"),
        ("filter: [a, b]", "takes one, not a list: write one of a, b"),
        ("filter: ''", "the expression is empty"),
        ("where: not deleted", "unknown key `where`: write `filter`"),
    ],
)
def test_a_filter_is_an_expression_over_one_row(written: str, told: str) -> None:
    found = complaint("", orders=f"{{relation: orders, {written}}}")
    assert told in found
    assert "test.yml:3: datasets.orders." in found


def test_what_is_known_of_closed_days_is_that_of_another_filter(warehouse: Warehouse) -> None:
    shop(warehouse)
    check = "completeness: {column: client_id, window: all, critical: '> 90%'}"
    exporter = Exporter(warehouse, filtered(check))
    first = said(exporter.steady())
    other = Exporter(warehouse, filtered(check).replace("is distinct from 'test'", "is null"))
    other.kept = exporter.kept
    assert said(other.steady()) == said(other.full()) != first
    assert said(exporter.steady()) == first
