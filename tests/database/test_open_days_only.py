"""`check --open-days-only` reads the open days: in blocks, as the server counts them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import CheckId, Outcome, Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute
from tests.support.warehouses import NOON, config_of

TABLES = """
CREATE TABLE orders (id int, session int, ts timestamptz, revenue numeric, notes text);
CREATE TABLE sessions (id int, ts timestamptz, notes text);
INSERT INTO sessions SELECT n, '2026-03-10 00:00+00'::timestamptz - n * interval '10 min',
    repeat('x', 500) FROM generate_series(-3, 5000) AS n;
INSERT INTO orders SELECT id, id, ts, 1, notes FROM sessions;
CREATE INDEX ON orders (ts); CREATE INDEX ON sessions (ts);
ANALYZE
"""
CHECKS = """
volume: {window: all, critical: '< 1'}
completeness: {column: revenue, window: all, critical: '> 0'}
completeness: {column: ts, critical: '> 5%'}
duplicates: {critical: '> 0'}
duplicates: {name: usual, beyond_usual: true, critical: '> 0'}
orphans: {column: session, references: {dataset: sessions}, critical: '> 0'}
reconciliation: {sum: revenue, against: {dataset: sessions, sum: '1', by: id}, critical: '> 0'}
"""
SESSIONS = {"sessions": "{relation: sessions, time: ts, key: id}"}
FULL = "only a check without --open-days-only does"
UNFOUND = f"sessions has no index on id and is not read whole: {FULL}"
SKIPPED = {
    "completeness_ts": f"rows without ts are of no day, and not all rows are read: {FULL}",
    "usual": f"what is usual is known from closed days, which are not read: {FULL}",
    "orphans_session": UNFOUND,
    "reconciliation": UNFOUND,
}


@pytest.fixture
def shop(database: str) -> str:
    """35 days of orders and sessions, of which an index finds the time and nothing else."""
    execute(database, TABLES)
    return database


def gate(dsn: str) -> Pass:
    """One pass as `check --open-days-only` runs it."""
    text = config_of(CHECKS, SESSIONS)
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": dsn}).open_days_only(alone=True)
    return run_pass(config, Connector(config.warehouse), NOON)


def blocks(dsn: str, found: Pass) -> dict[str, int]:
    """How many blocks each statement of a pass reads."""
    asked = {one.text for of_check in found.sql.values() for one in of_check}
    counted = {}
    for sql in asked:
        (row,) = execute(dsn, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        plan: Mapping[str, int] = row[0][0]["Plan"]
        counted[sql] = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return counted


def texts(found: Pass) -> dict[str, tuple[Outcome, str]]:
    """What each check of the orders says."""
    return {check.name: (one.worst.outcome, one.worst.text) for check, one in found.results.items()}


def test_no_statement_reads_closed_days(shop: str) -> None:
    read = blocks(shop, gate(shop))
    ((whole,),) = execute(shop, "SELECT pg_relation_size('orders') / 8192")
    assert read
    assert max(read.values()) * 5 < whole, {sql: n for sql, n in read.items() if n * 5 >= whole}


def test_what_open_days_cannot_tell_is_skipped_or_said(shop: str) -> None:
    said = texts(gate(shop))
    skipped = {name: text for name, (outcome, text) in said.items() if outcome is Outcome.SKIPPED}
    assert skipped == SKIPPED
    outcome, text = said["duplicates"]
    assert outcome is Outcome.PASS
    assert "not looked for in closed days, as no index has id" in text


def test_a_key_twice_in_the_open_days_is_found_without_an_index(shop: str) -> None:
    execute(shop, "INSERT INTO orders SELECT * FROM orders WHERE id IN (1, 2, 4000)")
    outcome, text = texts(gate(shop))["duplicates"]
    assert outcome is Outcome.CRITICAL
    assert text.startswith("2 of 148 keys")


def test_with_indexes_on_the_keys_everything_is_judged(shop: str) -> None:
    execute(shop, "CREATE INDEX ON orders (id); CREATE INDEX ON sessions (id); ANALYZE")
    execute(
        shop, "INSERT INTO orders SELECT id, -9, '2026-03-09', 1, '' FROM orders WHERE id = 4000"
    )
    found = gate(shop)
    said = texts(found)
    skipped = {name for name, (outcome, _) in said.items() if outcome is Outcome.SKIPPED}
    assert skipped == {"completeness_ts", "usual"}
    assert said["duplicates"][0] is Outcome.CRITICAL, "the other row is of a closed day"
    assert said["orphans_session"][0] is Outcome.CRITICAL
    assert found.results[CheckId("orders", "volume")].worst.outcome is Outcome.PASS
