"""How often a pass waits for the line to the warehouse, which may be long."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes import workers
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.conftest import execute
from tests.support.warehouses import NOON, config_of
from tests.support.wire import counted

TABLES = """
CREATE TABLE orders (id int PRIMARY KEY, session int, ts timestamptz, loaded timestamptz);
CREATE TABLE sessions (id int PRIMARY KEY);
INSERT INTO sessions SELECT n FROM generate_series(1, 200) AS n;
INSERT INTO orders SELECT n, n, '2026-03-10'::timestamptz - n * interval '6 hours', '2026-03-01'
FROM generate_series(1, 200) AS n;
CREATE INDEX ON orders (ts); CREATE INDEX ON orders (loaded)
"""
CHECKS = """
volume: {critical: '< 1'}
freshness: {critical: '> 36h'}
completeness: {column: session, window: all, critical: '> 0'}
orphans: {column: session, references: {dataset: sessions}, critical: '> 0'}
"""
ORDERS = "{relation: orders, time: ts, key: id, loaded: loaded}"
BESIDE = 7
"""Round trips for all statements together: whether the server speaks TLS, the login, BEGIN with all
settings, the catalogue, what was rewritten, ROLLBACK, and the end of the connection."""


def test_a_steady_pass_waits_twice_for_each_statement(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "IDLE", 3600.0)  # no second connection, however slow it is
    execute(database, TABLES)
    text = config_of(CHECKS, {"sessions": "{relation: sessions, key: id}"}, orders=ORDERS)
    kept = ClosedDaysCache()
    with counted(database) as wire:
        config = parse(text, "test.yml", {"WAREHOUSE_DSN": wire.dsn})
        connector = Connector(config.warehouse)
        run_pass(config, connector, NOON, None, kept)
        before = wire.trips
        steady = run_pass(config, connector, NOON, None, kept)
        trips = wire.trips - before
    assert {found.worst.outcome for found in steady.results.values()} == {Outcome.PASS}
    assert (steady.statements, trips) == (5, 2 * 5 + BESIDE)
