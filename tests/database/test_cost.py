"""What each check costs the warehouse, as a gauge."""

from __future__ import annotations

from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import CheckId, Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.metrics import families
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.conftest import execute
from tests.support.warehouses import NOON, config_of

TABLES = """
CREATE TABLE orders (id int, ts timestamptz);
INSERT INTO orders SELECT n, '2026-03-09 12:00+00' FROM generate_series(1, 9) AS n;
CREATE INDEX ON orders (ts);
CREATE VIEW slow AS SELECT n AS id, NULL::timestamptz AS ts
FROM generate_series(1, 3) AS n, pg_sleep(0.3)
"""
CHECKS = """
required_columns: {critical: '> 0'}
volume: {critical: '< 1'}
volume: {name: again, critical: '< 2'}
completeness: {column: gone, critical: '> 5%'}
"""
DECLARED = "{relation: orders, time: ts, key: id, columns: [id]}"
SLOW = (
    "{relation: slow, time: ts, key: id, checks: [duplicates: {critical: '> 0'},"
    " duplicates: {name: again, warning: '> 0'}]}"
)
COST = "warehouse_check_cost_seconds"


def shop(database: str, **datasets: str) -> Config:
    """A config on a shop that is built for it."""
    execute(database, TABLES)
    text = config_of(CHECKS, datasets, orders=DECLARED)
    return parse(text, "test.yml", {"WAREHOUSE_DSN": database})


def once(config: Config) -> Pass:
    """One pass."""
    return run_pass(config, Connector(config.warehouse), NOON)


def shown(store: SnapshotStore) -> dict[str, float]:
    """The gauge by check, as a scrape has it."""
    return {
        f"{sample.labels['dataset']}.{sample.labels['check']}": sample.value
        for family in families(store.snapshot, store.snapshot.config.checks, NOON)
        for sample in family.samples
        if sample.name == COST
    }


def test_every_check_has_its_share_of_the_statements_that_serve_it(database: str) -> None:
    config = shop(database, slow=SLOW)
    store, done = SnapshotStore(config, NOON), once(config)
    assert shown(store) == {}, "before the first pass nobody knows"
    store.publish(done)
    costs = shown(store)
    assert costs.keys() == {str(check.id) for check in config.checks}
    assert costs["orders.required_columns"] == 0, "the catalogue answers"
    assert costs["orders.completeness_gone"] == 0, "there is nothing to ask"
    assert costs["orders.volume"] == costs["orders.again"] > 0
    assert costs["slow.duplicates"] == costs["slow.again"] >= 0.15
    assert sum(costs.values()) <= done.seconds, "one connection cannot work longer than the pass"


def test_a_statement_that_fails_has_its_cost_as_well(database: str) -> None:
    config = shop(database, slow=SLOW)
    execute(
        database,
        "CREATE OR REPLACE VIEW slow AS"
        " SELECT 1 / (n - 1) AS id, NULL::timestamptz AS ts FROM generate_series(1, 3) AS n,"
        " pg_sleep(0.3)",
    )
    done = once(config)
    assert done.failures
    assert done.costs[CheckId("slow", "duplicates")] >= 0.15


def test_a_pass_over_some_datasets_leaves_the_cost_of_the_others(database: str) -> None:
    config = shop(database, slow=SLOW)
    store = SnapshotStore(config, NOON)
    store.publish(once(config))
    before = shown(store)
    only = frozenset({"orders"})
    store.publish(run_pass(config, Connector(config.warehouse), NOON, only))
    after = shown(store)
    assert after["slow.duplicates"] == before["slow.duplicates"]
    assert after["orders.volume"] != before["orders.volume"]
