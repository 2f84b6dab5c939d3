"""Columns and tables of any name, and time columns of any type."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.errors import Reason

from tests.support.warehouses import Warehouse, config_of, outcomes

BY_DAY = """
    freshness: {critical: '> 40h'}
    volume: {critical: '< 2'}
    partition_freshness: {critical: '> 0'}
    missing_days: {window: 2d, critical: '> 0'}
    future_rows: {critical: '> 0'}
"""
NAMES = [
    "clientId", "Kunde Nr", 'a"b', "größe", "日付", "select", "100%", "x'y", "d.low", "day", "c0",
]  # fmt: skip
TABLE = 'Order "Facts"'


def quoted(name: str) -> str:
    """A name as SQL has it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", NAMES)
def test_a_column_may_have_any_name(warehouse: Warehouse, name: str) -> None:
    column = quoted(name)
    written = "'" + name.replace("'", "''") + "'"
    warehouse.sql(f"CREATE TABLE orders ({column} int, id int, ts timestamptz)")
    rows = "(1, '2026-03-09'), (NULL, '2026-03-09')"
    warehouse.sql(f"INSERT INTO orders ({column}, ts) VALUES {rows}")
    parent = f"dataset: orders, column: {written}"
    checks = f"""
        completeness: {{name: a, column: {written}, critical: '> 40%'}}
        accepted_values: {{name: b, column: {written}, values: [1], critical: '> 0'}}
        duplicates: {{name: c, key: {written}, window: day, critical: '> 0'}}
        orphans: {{name: d, column: {written}, references: {{{parent}}}, critical: '> 0'}}
    """
    done = warehouse.run(config_of(checks))
    assert outcomes(done) == {"a": "FAIL", "b": "PASS", "c": "PASS", "d": "PASS"}, done.results


@pytest.mark.parametrize("name", ["Time Stamp", "zeitÄ", 'o"clock', "low", "high", "day"])
@pytest.mark.parametrize("time_type", ["timestamptz", "text"])
@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_a_time_column_and_its_table_may_have_any_name(
    warehouse: Warehouse, name: str, time_type: str, indexed: bool
) -> None:
    column, table = quoted(name), quoted(TABLE)
    warehouse.sql(f"CREATE TABLE {table} (id int, {column} {time_type})")
    rows = "(1, '2026-03-09'), (2, '2026-03-09 23:00'), (3, '2026-03-08')"
    warehouse.sql(f"INSERT INTO {table} VALUES {rows}")
    if indexed:
        warehouse.sql(f"CREATE INDEX ON {table} ({column})")
    orders = f"{{relation: '{table}', time: '{name}', key: id}}"
    done = warehouse.run(config_of(BY_DAY, orders=orders))
    assert set(outcomes(done).values()) == {"PASS"}, done.results


@pytest.mark.parametrize("table", ["d", "s", "parsed", "keys", "query", "user", "j"])
@pytest.mark.parametrize("time_type", ["timestamptz", "text"])
def test_a_table_may_have_the_name_of_one_of_our_aliases(
    warehouse: Warehouse, table: str, time_type: str
) -> None:
    warehouse.sql(f'CREATE TABLE "{table}" (id int, ts {time_type})')
    warehouse.sql(
        f"""INSERT INTO "{table}" VALUES (1, '2026-03-09'), (2, '2026-03-09'), (3, '2026-03-08')"""
    )
    warehouse.sql(f'CREATE INDEX ON "{table}" (ts)')
    orders = f"{{relation: {table}, time: ts, key: id}}"
    checks = f"{BY_DAY}\nduplicates: {{window: day, critical: '> 0'}}"
    done = warehouse.run(config_of(checks, orders=orders))
    assert set(outcomes(done).values()) == {"PASS"}, done.results


@pytest.mark.parametrize(
    ("time_type", "rows"),
    [
        ("timestamptz", "'2026-03-28 23:00+00', '2026-03-29 21:59:59+00', '2026-03-29 22:00+00'"),
        ("timestamp", "'2026-03-29 00:00', '2026-03-29 23:59:59', '2026-03-30 00:00'"),
        ("date", "'2026-03-29', '2026-03-29', '2026-03-30'"),
        ("text", "'2026-03-29', '2026-03-29T23:59:59+02:00', '2026-03-29T22:00:00Z'"),
        ("text", "'2026-03-29 00:00', '2026-03-29 21:59:59 +0000', '2026-03-30T00:00:00.000'"),
        ("varchar(30)", "'2026-03-28T23:00:00Z', '2026-03-29 23:59', '2026-03-30'"),
    ],
)
@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_every_type_of_time_agrees_on_the_day_also_when_clocks_change(
    warehouse: Warehouse, time_type: str, rows: str, indexed: bool
) -> None:
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time_type})")
    warehouse.sql(f"INSERT INTO orders (ts) SELECT unnest(ARRAY[{rows}]::{time_type}[])")
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-28'), (NULL)")
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    noon = datetime(2026, 3, 30, 10, tzinfo=UTC)
    checks = f"{BY_DAY}volume: {{name: no_more, critical: '> 2'}}"
    done = warehouse.run(config_of(checks, zone="Europe/Berlin"), noon)
    assert set(outcomes(done).values()) == {"PASS"}, done.results


@pytest.mark.parametrize("time_type", ["int", "time", "jsonb", "boolean"])
def test_what_is_no_time_is_said_by_name(warehouse: Warehouse, time_type: str) -> None:
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time_type})")
    done = warehouse.run(config_of(BY_DAY))
    verdicts = [result.worst for result in done.results.values()]
    assert {verdict.reason for verdict in verdicts} == {Reason.COLUMN_TYPE}
    assert all("it must be timestamptz, timestamp, date or ISO 8601" in v.text for v in verdicts)
