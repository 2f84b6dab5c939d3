"""Keys are looked up one by one only where an index finds one: else each would cost the table."""

from __future__ import annotations

import pytest

from exporter.config.load import parse
from exporter.explain import explain_plan
from tests.warehouses import NOON, Warehouse, config_of

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
    assert len(probes) == 3
    assert ["LATERAL" in probe for probe in probes] == [singly] * 3
