"""Keys are looked up one by one only where an index finds one: else each would cost the table."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.engines.postgres.catalogue import QUERY
from warehouse_exporter.passes.explain import explain_plan

from tests.conftest import execute
from tests.support.warehouses import NOON, Warehouse, config_of

CHECKS = """
    duplicates: {critical: '> 0'}
    orphans: {column: parent, references: {dataset: orders, column: id}, critical: '> 0'}
    reconciliation: {sum: id, against: {dataset: orders, sum: id, by: id}, critical: '> 0'}
"""
COLUMNS = "id int, parent int, ts timestamptz"
PLAIN = f"CREATE TABLE orders ({COLUMNS}); CREATE INDEX ON orders (ts);"
HASHED = (
    f"CREATE TABLE orders ({COLUMNS}) PARTITION BY HASH (id); CREATE INDEX ON orders (ts);"
    "CREATE TABLE half PARTITION OF orders FOR VALUES WITH (modulus 2, remainder 0);"
    "CREATE TABLE other PARTITION OF orders FOR VALUES WITH (modulus 2, remainder 1);"
)
CASES = {
    "a btree": (PLAIN + "CREATE INDEX ON orders (id)", True),
    "a primary key": (PLAIN + "ALTER TABLE orders ADD PRIMARY KEY (id, ts)", True),
    "a btree on every partition": (HASHED + "CREATE INDEX ON orders (id)", True),
    "nothing": (PLAIN, False),
    "a BRIN": (PLAIN + "CREATE INDEX ON orders USING brin (id)", False),
    "partitions": (HASHED, False),
    "a partial index": (PLAIN + "CREATE INDEX ON orders (id) WHERE id > 5", False),
    "an index of another column first": (PLAIN + "CREATE INDEX ON orders (parent, id)", False),
}


@pytest.mark.parametrize("case", CASES)
def test_one_by_one(warehouse: Warehouse, case: str) -> None:
    tables, singly = CASES[case]
    warehouse.sql(tables)
    config = parse(config_of(CHECKS), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    text = explain_plan(config, NOON, steady=True)
    probes = [part for part in text.split("\n\n") if "a statement of its own" in part]
    assert len(probes) == 4, "one for each, and one for what the other side has alone"
    assert ["LATERAL" in probe for probe in probes] == [singly] * 4


def test_rows_nearby_are_read_once_for_what_is_asked_and_what_it_is_held_against(
    warehouse: Warehouse,
) -> None:
    warehouse.sql(PLAIN)
    check = "duplicates: {key: parent, window: day, within: 7d, critical: '> 0'}"
    config = parse(config_of(check), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    (probe,) = [part for part in explain_plan(config, NOON).split("\n\n") if "its own" in part]
    *_, counted = probe.partition("AS keys")[0].split("AS c2")
    assert counted.count('FROM "orders"') == 1, probe


def test_the_catalogue_of_a_large_database_costs_what_that_of_a_small_one_costs(
    warehouse: Warehouse,
) -> None:
    def blocks() -> int:
        warehouse.sql("ANALYZE")
        asked = QUERY.replace("%(schemas)s", "ARRAY['public']")
        asked = asked.replace("%(relations)s", "ARRAY['orders']")
        rows = execute(warehouse.dsn, f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked}")
        plan = rows[0][0][0]["Plan"]
        return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    warehouse.sql(PLAIN)
    few = blocks()
    columns = ", ".join(f"c{n} int" for n in range(30))
    made = f"EXECUTE 'CREATE TABLE other_' || n || ' ({columns})'"
    filled = "EXECUTE 'INSERT INTO other_' || n || ' VALUES (1)'"
    warehouse.sql(f"DO $$ BEGIN FOR n IN 1..100 LOOP {made}; {filled}; END LOOP; END $$")
    assert blocks() < few + 1000
