"""An injected fault says what the same fault in the rows would have said."""

from __future__ import annotations

from datetime import date

import pytest
from warehouse_exporter.backtest.faults import FAULTS
from warehouse_exporter.backtest.run import Backtest
from warehouse_exporter.config import Config
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.sql import expressions, words
from warehouse_exporter.sql.faults import null_tests

from tests.conftest import execute
from tests.database.test_backtest import of_orders, over
from tests.support.warehouses import NOON

DAY = "ts >= '2026-03-09' AND ts < '2026-03-10'"
TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, client text, channel text, paid bool);
CREATE INDEX ON orders (ts);
INSERT INTO orders
SELECT n, '2026-02-01 12:00+00'::timestamptz + n / 20 * interval '1 day', 10, 'c', 'paid', true
FROM generate_series(0, 739) n;
"""
BROKEN = {
    "x0": f"DELETE FROM orders WHERE {DAY}",
    "x0.2": f"DELETE FROM orders WHERE {DAY} AND id % 5 > 0",
    "x0.5": f"DELETE FROM orders WHERE {DAY} AND id % 2 > 0",
    "x2": f"INSERT INTO orders SELECT * FROM orders WHERE {DAY}",
}
COUNTS = """
    volume: {name: few, critical: '< 11'}
    volume: {name: fewer, critical: '< 5'}
    volume: {name: many, critical: '> 30'}
    missing_days: {window: 3d, critical: '> 0'}
    absent_day: {column: client, window: 2d, critical: '> 0'}
    completeness: {column: client, critical: '> 0'}
    completeness: {name: old, column: client, where: channel IS NOT NULL, critical: '> 0'}
    tracking_coverage: {any_of: [client, channel], critical: '< 40%'}
    accepted_values: {column: channel, values: [paid], critical: '> 0'}
    negative_revenue: {critical: '> 0'}
    zero_revenue: {critical: '> 0'}
"""
METRICS = """
metrics:
  orders: {dataset: orders, count: '*', critical: '< 11'}
  clients: {dataset: orders, count: client, critical: '< 11'}
  revenue: {dataset: orders, sum: revenue, critical: '> 300'}
  aov: {ratio: [revenue, orders], critical: '< 9'}
anomalies:
  - {metrics: [orders, revenue], method: zscore, warning: {z: 3, change: 30%}}
"""
NULLS = {
    "completeness_client": "client",
    "old": "client",
    "tracking_coverage": "client = NULL, channel",
    "absent_day_client": "client",
    "accepted_values_channel": "channel",
    "negative_revenue": "revenue",
    "zero_revenue": "revenue",
    "metric_clients": "client",
    "metric_revenue": "revenue",
    "metric_aov": "revenue",
    "zscore_revenue": "revenue",
}


@pytest.fixture
def orders(database: str) -> Config:
    """Twenty orders a day for 37 days, all in order."""
    execute(database, TABLES)
    return of_orders(database, COUNTS, METRICS)


def caught(found: Backtest, fault: str) -> dict[str, bool]:
    """Whether each check caught a fault on the one day there was."""
    assert found.recall is not None
    tallies = {c.name: t[fault] for c, t in found.recall.checks.items() if fault in t}
    assert {tally.silent for tally in tallies.values()} == {1}
    return {name: bool(tally.caught) for name, tally in tallies.items()}


def spoken(config: Config) -> dict[str, bool]:
    """Whether each check speaks now."""
    results = run_pass(config, Connector(config.warehouse), NOON).results
    told = ("FAIL", "WARN", "UNKNOWN")
    return {check.name: r.worst.outcome.shown in told for check, r in results.items()}


@pytest.mark.parametrize("fault", BROKEN)
def test_rows_that_are_missing_or_too_many(orders: Config, fault: str) -> None:
    assert not any(spoken(orders).values())
    found = caught(over(orders, 1, inject=True), fault)
    assert not any(spoken(orders).values()), "the warehouse is left alone"
    assert orders.warehouse.dsn is not None
    execute(orders.warehouse.dsn, BROKEN[fault])
    told = spoken(orders)
    assert found == {name: told[name] for name in found}
    assert any(found.values())
    assert set(found) == set(told)


def test_a_column_that_is_null(orders: Config) -> None:
    dsn = orders.warehouse.dsn
    assert dsn is not None
    found = caught(over(orders, 1, inject=True), "NULL")
    assert set(found) == set(NULLS)
    for check, column in NULLS.items():
        execute(dsn, "CREATE TABLE kept AS TABLE orders")
        execute(dsn, f"UPDATE orders SET {column} = NULL WHERE {DAY}")
        assert (check, spoken(orders)[check]) == (check, found[check])
        execute(dsn, "TRUNCATE orders; INSERT INTO orders TABLE kept; DROP TABLE kept")
    assert {name for name, was in found.items() if was} == {
        "completeness_client", "old", "tracking_coverage", "absent_day_client", "metric_clients",
        "accepted_values_channel", "negative_revenue", "zero_revenue", "metric_revenue",
        "metric_aov", "zscore_revenue",
    }  # fmt: skip


def test_only_days_that_were_silent_count(orders: Config) -> None:
    assert orders.warehouse.dsn is not None
    execute(orders.warehouse.dsn, f"DELETE FROM orders WHERE {DAY}")
    found = over(orders, 4, inject=True)
    assert found.recall is not None
    by_name = {check.name: tallies for check, tallies in found.recall.checks.items()}
    tally = by_name["few"]["x0.5"]
    assert (tally.caught, tally.silent) == (3, 3)
    dataset = found.recall.datasets["orders"]
    assert {fault: (t.caught, t.silent) for fault, t in dataset.items()} == {
        "x0": (3, 3), "x0.2": (3, 3), "x0.5": (3, 3), "x2": (3, 3),
    }  # fmt: skip


def test_only_days_that_had_rows_count(orders: Config) -> None:
    dsn = orders.warehouse.dsn
    assert dsn is not None
    execute(dsn, f"DELETE FROM orders WHERE {DAY}")
    checks = "volume: {critical: '> 30'}\nvolume: {name: no, where: id < 0, warning: '> 9'}"
    found = over(of_orders(dsn, checks), 4, inject=True)
    assert found.recall is not None
    (tallies,) = found.recall.checks.values()
    assert {fault: (t.caught, t.silent) for fault, t in tallies.items()} == {
        "x0": (0, 3), "x0.2": (0, 3), "x0.5": (0, 3), "x2": (3, 3),
    }  # fmt: skip
    assert found.recall.datasets["orders"]["x2"].silent == 3
    (reason,) = found.untouched.values()
    assert reason == "what it counts was 0 on every day on which it was silent"


def test_what_no_fault_can_be_made_in_says_why(database: str) -> None:
    execute(database, TABLES)
    more = "metrics: {shown: {dataset: orders, count: '*'}}"
    checks = """
        volume: {critical: '< 1'}
        volume: {name: all, window: all, critical: '< 1'}
        volume: {name: loud, critical: '> 1'}
        freshness: {critical: '> 30d'}
        duplicates: {critical: '> 0'}
        required_columns: {critical: '> 0'}
    """
    found = over(of_orders(database, checks, more), 2, inject=True)
    assert {check.name: reason for check, reason in found.untouched.items()} == {
        "all": "it reads a whole table",
        "loud": "it is never silent",
        "freshness": "it looks up single values",
        "duplicates": "it is a statement of its own",
        "required_columns": "the catalogue answers it",
        "metric_shown": "it has no limit",
    }


def test_faults_stay_on_the_expected_day(orders: Config) -> None:
    found = over(orders, 1, inject=True)
    assert found.days == (date(2026, 3, 10),)
    assert [fault.name for fault in FAULTS] == [*BROKEN, "NULL"]


@pytest.mark.parametrize(
    ("predicate", "tests"),
    [
        ("a IS NULL", {("a", True)}),
        ("a IS NOT NULL", {("a", False)}),
        ("NOT (a IS NULL OR b = '')", {("a", False)}),
        ("NOT (a IS NOT NULL)", {("a", True)}),
        ("a = 1", set()),
    ],
)
def test_which_values_a_filter_wants(predicate: str, tests: set[tuple[str, bool]]) -> None:
    found = null_tests(words.count(expressions.parse(predicate).node))
    assert {(name.strip('"'), wants) for name, wants in found} == tests
