"""A statement that is too slow is a time-out, whatever the kind: never a PASS, never a 0."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.kinds import all_kinds

from tests.conftest import execute
from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.support.warehouses import Warehouse

DATABASE = "slow_kinds"
SLOW = """
CREATE FUNCTION slowly() RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(60); RETURN 1; END';
ALTER TABLE orders RENAME TO orders_;
CREATE VIEW orders AS SELECT orders_.* FROM orders_, slowly();
"""
HASTE = ("warehouse: {", "warehouse: {statement_timeout: 0.2s, ")
CATALOGUE_ONLY = {kind for kind, example in EXAMPLES.items() if not example.reads_rows}


@pytest.fixture(scope="module")
def slow(postgres: Postgres) -> Iterator[Warehouse]:
    """The warehouse of the examples, in which every statement on orders takes a minute."""
    warehouse = Warehouse(postgres.create_database(DATABASE))
    build(warehouse)
    warehouse.sql(SLOW)
    yield warehouse
    execute(postgres.dsn, f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.mark.parametrize("kind", list(all_kinds()))
def test_a_statement_that_is_too_slow_is_not_measured(slow: Warehouse, kind: str) -> None:
    done = slow.run(config_with([EXAMPLES[kind]]).replace(*HASTE))
    (check, *_) = [c for c in done.results if kind == "metric" or c.name != "metric_revenue"]
    result = done.results[check]
    if kind in CATALOGUE_ONLY:
        assert result.worst.outcome.shown == "PASS", "the catalogue is as fast as ever"
        return
    assert (result.worst.outcome.shown, result.worst.reason) == ("UNKNOWN", Reason.TIMEOUT)
    assert all(verdict.sample is None for verdict in result.verdicts)
