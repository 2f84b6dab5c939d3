"""U1 where a unique index holds the key: it cannot occur twice, so that no key has to be read."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.passes.explain import explain_plan

from tests.support.warehouses import NOON, Warehouse, config_of

NONE = "duplicates: {critical: '> 0'}"
WEEK = "duplicates: {window: 7d, critical: '> 0'}"
PAIR = "duplicates: {key: [id, line], critical: '> 0'}"
PROBE = "a statement of its own"
TABLE = "CREATE TABLE orders (id int, line int, ts timestamptz, state text)"
ROWS = (
    "INSERT INTO orders SELECT n, n, '2026-03-05'::timestamptz + n * interval '1 day', 'paid'"
    " FROM generate_series(0, 4) AS n"
)


def plan(warehouse: Warehouse, check: str) -> str:
    """The SQL of a pass with one check."""
    config = parse(config_of(check), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    return explain_plan(config, NOON)


HOLDING = {
    "a primary key": (NONE, "ALTER TABLE orders ADD PRIMARY KEY (id)"),
    "a unique index": (NONE, "CREATE UNIQUE INDEX ON orders (id)"),
    "one that has other columns with it": (NONE, "CREATE UNIQUE INDEX ON orders (id) INCLUDE (ts)"),
    "in a window": (WEEK, "CREATE UNIQUE INDEX ON orders (id)"),
    "on the columns in another order": (PAIR, "CREATE UNIQUE INDEX ON orders (line, id)"),
    "on one column of the key": (PAIR, "CREATE UNIQUE INDEX ON orders (id)"),
}


@pytest.mark.parametrize("case", HOLDING)
def test_no_key_is_read_and_the_same_is_said(warehouse: Warehouse, case: str) -> None:
    check, index = HOLDING[case]
    warehouse.sql(f"{TABLE}; {ROWS}")
    said, values = warehouse.say(check), warehouse.values(check)
    assert PROBE in plan(warehouse, check)
    warehouse.sql(index)
    assert PROBE not in plan(warehouse, check)
    assert (warehouse.say(check), warehouse.values(check)) == (said, values)
    assert said[0] == "PASS"
    assert values["rows_checked"] == 5


def test_rows_without_a_key_are_left_out_all_the_same(warehouse: Warehouse) -> None:
    warehouse.sql(f"{TABLE}; {ROWS}; CREATE UNIQUE INDEX ON orders (id)")
    warehouse.sql("INSERT INTO orders (line) VALUES (1), (1)")
    assert warehouse.values(NONE)["rows_checked"] == 5
    assert warehouse.values("duplicates: {where: id > 1, critical: '> 0'}")["rows_checked"] == 3
    warehouse.sql("DELETE FROM orders WHERE id IS NOT NULL")
    word, text = warehouse.say(NONE)
    assert word == "UNKNOWN"
    assert text.endswith("none has id (no_values)")


NOT_HOLDING = {
    "partial": "CREATE UNIQUE INDEX ON orders (id) WHERE state <> 'test'",
    "on an expression": "CREATE UNIQUE INDEX ON orders ((id + line), line)",
    "on an expression of the column": "CREATE UNIQUE INDEX ON orders (abs(id), id)",
    "on more columns": "CREATE UNIQUE INDEX ON orders (id, line)",
    "that has the key beside another": "CREATE UNIQUE INDEX ON orders (line) INCLUDE (id)",
    "not unique": "CREATE INDEX ON orders (id)",
    "invalid": (
        "CREATE UNIQUE INDEX broken ON orders (id);"
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass"
    ),
    "of a table that others inherit from": (
        "CREATE UNIQUE INDEX ON orders (id); CREATE TABLE more () INHERITS (orders)"
    ),
}
TWICE = {
    "partial": "(1, 7, '2026-03-08', 'test')",
    "on more columns": "(1, 7, '2026-03-08', 'paid')",
    "that has the key beside another": "(1, 7, '2026-03-08', 'paid')",
    "not unique": "(1, 7, '2026-03-08', 'paid')",
}


@pytest.mark.parametrize("case", NOT_HOLDING)
def test_an_index_that_does_not_hold_the_key_is_not_believed(
    warehouse: Warehouse, case: str
) -> None:
    warehouse.sql(f"{TABLE}; {ROWS}; {NOT_HOLDING[case]}")
    assert PROBE in plan(warehouse, NONE)
    if case in TWICE:
        warehouse.sql(f"INSERT INTO orders VALUES {TWICE[case]}")
        assert warehouse.values(NONE)["rows_failed"] == 1


def test_a_key_that_a_child_repeats_is_found(warehouse: Warehouse) -> None:
    warehouse.sql(f"{TABLE}; {ROWS}; CREATE UNIQUE INDEX ON orders (id)")
    warehouse.sql("CREATE TABLE more () INHERITS (orders); INSERT INTO more SELECT * FROM orders")
    assert warehouse.values(NONE)["rows_failed"] == 5


PARTITIONED = f"""
{TABLE} PARTITION BY RANGE (ts);
CREATE TABLE early PARTITION OF orders FOR VALUES FROM (MINVALUE) TO ('2026-03-07');
CREATE TABLE late PARTITION OF orders FOR VALUES FROM ('2026-03-07') TO (MAXVALUE);
"""
BOTH = "duplicates: {key: [id, ts], critical: '> 0'}"


def test_the_index_of_a_partitioned_table_speaks_for_all_its_partitions(
    warehouse: Warehouse,
) -> None:
    warehouse.sql(f"{PARTITIONED}; {ROWS}")
    said = warehouse.say(BOTH)
    warehouse.sql("CREATE UNIQUE INDEX ON ONLY orders (id, ts)")
    assert PROBE in plan(warehouse, BOTH), "no partition has it yet"
    warehouse.sql("DROP INDEX orders_id_ts_idx; CREATE UNIQUE INDEX ON orders (id, ts)")
    assert PROBE not in plan(warehouse, BOTH)
    assert warehouse.say(BOTH) == said
    assert PROBE in plan(warehouse, NONE), "one key may lie in two partitions"


def test_the_index_of_a_partition_speaks_for_it_alone(warehouse: Warehouse) -> None:
    warehouse.sql(f"{PARTITIONED}; {ROWS}; CREATE UNIQUE INDEX ON early (id)")
    assert PROBE in plan(warehouse, NONE)
