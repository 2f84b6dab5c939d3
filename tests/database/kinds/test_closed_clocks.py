"""Where no clock tells closed days apart, a later pass reads everything and says the same."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.conftest import execute
from tests.support.warehouses import NOON, Warehouse, config_of, outcomes

WHOLE = """
    duplicates: {critical: '> 0'}
    volume: {name: ever, window: all, critical: '< 1'}
    completeness: {column: client, window: all, critical: '> 0'}
"""
ORDERS = "{relation: orders, time: ts, key: id, loaded: loaded}"
ROWS = (
    "INSERT INTO orders SELECT n, {time}, 'c', {loaded} FROM (SELECT n,"
    " '2026-03-10 09:00+00'::timestamptz - n * interval '12 hours' AS at"
    " FROM generate_series(1, 40) AS n) AS made;"
    "CREATE INDEX ON orders (ts); CREATE INDEX ON orders (loaded); CREATE INDEX ON orders (id)"
)
AS_TEXT = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
ODD = {
    "arrival is a number": ("ts timestamptz, client text, loaded bigint", "at", "n"),
    "arrival is text": ("ts timestamptz, client text, loaded text", "at", AS_TEXT),
    "time is text": ("ts text, client text, loaded timestamptz", AS_TEXT, "at"),
    "time is a number": ("ts bigint, client text, loaded timestamptz", "n", "at"),
}
DAMAGE = (
    "INSERT INTO orders SELECT 30, ts, client, loaded FROM orders WHERE id = 1;"
    "UPDATE orders SET client = NULL WHERE id = 1"
)


def passes(warehouse: Warehouse, role: str = "postgres") -> tuple[Pass, Pass]:
    """Damage after a first pass, and what then a later pass and a full one say."""
    seen = warehouse.as_role(role)
    text = config_of(WHOLE, orders=ORDERS)
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": seen.dsn})
    kept, connector = ClosedDaysCache(), Connector(config.warehouse)
    first = run_pass(config, connector, NOON, kept=kept)
    assert set(outcomes(first).values()) == {"PASS"}
    warehouse.sql(DAMAGE)
    return run_pass(config, connector, NOON, kept=kept), run_pass(config, connector, NOON)


@pytest.mark.parametrize("case", ODD)
def test_a_clock_that_is_none_costs_no_check_that_needs_none(
    warehouse: Warehouse, case: str
) -> None:
    columns, at, loaded = ODD[case]
    warehouse.sql(f"CREATE TABLE orders (id int, {columns});" + ROWS.format(time=at, loaded=loaded))
    steady, full = passes(warehouse)
    assert outcomes(full) == {"duplicates": "FAIL", "ever": "PASS", "completeness_client": "FAIL"}
    assert outcomes(steady) == outcomes(full)


@pytest.mark.parametrize("hidden", ["ts", "loaded"])
def test_a_clock_that_may_not_be_read_costs_no_check_that_needs_none(
    warehouse: Warehouse, hidden: str
) -> None:
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, client text, loaded timestamptz);"
        + ROWS.format(time="at", loaded="at")
    )
    granted = {"id", "ts", "client", "loaded"} - {hidden}
    execute(
        warehouse.dsn,
        "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN; GRANT USAGE ON SCHEMA public TO guest;"
        f"GRANT SELECT ({', '.join(granted)}) ON orders TO guest",
    )
    try:
        steady, full = passes(warehouse, "guest")
        assert outcomes(full)["duplicates"] == "FAIL"
        assert outcomes(steady) == outcomes(full)
    finally:
        execute(warehouse.dsn, "DROP OWNED BY guest; DROP ROLE guest")
