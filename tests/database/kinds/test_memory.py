"""What a check takes of the server's memory is bounded, whatever its statistics say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.plan.planner import make_plan

from tests.conftest import execute
from tests.support.warehouses import NOON, Warehouse, config_of

ROWS = 60_000
STALE = f"""
CREATE TABLE orders (id int, ts timestamptz, coupon text) WITH (autovacuum_enabled = off);
INSERT INTO orders SELECT n, '2026-03-09 01:00+00', CASE WHEN n % 100 = 0 THEN md5(n::text) END
FROM generate_series(1, {ROWS}) AS n;
CREATE TABLE items AS SELECT * FROM orders;
ANALYZE orders, items;
UPDATE orders SET coupon = md5(id::text) || md5(id::text);
UPDATE items SET coupon = md5(id::text) || md5(id::text)
"""
"""The statistics say that one row in a hundred has a coupon: every row has one since."""
ITEMS = {"items": "{relation: items, time: ts}"}
SIDES = "sum: '1', by: coupon, against: {dataset: items, sum: '1', by: coupon}"
CHECKS = {
    "duplicates": "duplicates: {key: coupon, critical: '> 0'}",
    "duplicates of a day": "duplicates: {key: coupon, window: day, critical: '> 0'}",
    "orphans": "orphans: {column: coupon, references: {dataset: items, column: coupon},"
    " critical: '> 0'}",
    "two sides": f"reconciliation: {{{SIDES}, critical: '> 0'}}",
}
ALLOWED = 1024
"""Kilobytes that a step of a statement may use; what it reads has several times as many."""


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A step of a plan, and those below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from steps(below)


@pytest.mark.parametrize("name", CHECKS)
def test_statistics_that_are_wrong_cost_time_and_no_memory(warehouse: Warehouse, name: str) -> None:
    warehouse.sql(STALE)
    config = parse(config_of(CHECKS[name], ITEMS), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    with Connector(config.warehouse).snapshot() as session:
        relations = session.relations([one.relation for one in config.datasets.values()])
        made = make_plan(config.checks, make_views(config, relations, NOON)).statements
    probes = [one for one in made if one.shape == "probe"]
    assert probes
    limits = (
        f"SET work_mem = '{ALLOWED}kB'; SET hash_mem_multiplier = 1; SET jit = off;"
        " SET max_parallel_workers_per_gather = 0; "
    )
    found: list[dict[str, Any]] = []
    for probe in probes:
        explained = f"{limits} EXPLAIN (ANALYZE, FORMAT JSON) {probe.sql}"
        ((answer,),) = execute(warehouse.dsn, explained)
        found += steps(answer[0]["Plan"])
        assert "ARRAY_AGG" not in probe.sql.upper(), "an array is never written to disk"
    used = [step.get("Peak Memory Usage", 0) + step.get("Sort Space Used", 0) for step in found
            if step.get("Sort Space Type") != "Disk"]  # fmt: skip
    assert max(used) < 3 * ALLOWED
    assert any(step.get("Disk Usage") or step.get("Sort Space Type") == "Disk"
               or step.get("Temp Written Blocks") or step.get("Hash Batches", 1) > 1
               for step in found), "more than the memory allows was needed"  # fmt: skip
