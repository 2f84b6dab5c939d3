"""A Postgres database copied into a DuckDB file: the same tables, columns and rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

TABLES = """
SELECT n.nspname, c.relname, json_agg(json_build_array(a.attname,
       format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, a.atttypmod))
       ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT LIKE 'pg\\_%%'
  AND n.nspname NOT IN ('information_schema', 'demo') AND NOT c.relispartition
GROUP BY 1, 2 ORDER BY 1, 2
"""
TYPES = {
    "jsonb": "JSON",
    "json": "JSON",
    "numeric": "DECIMAL(38,10)",
    "timestamp with time zone": "TIMESTAMPTZ",
    "timestamp without time zone": "TIMESTAMP",
    "double precision": "DOUBLE",
    "real": "FLOAT",
    "name": "VARCHAR",
}
"""PostgreSQL's name of a type -> DuckDB's, where it is not the same."""


def quoted(name: str) -> str:
    """A name as both spell it."""
    return '"' + name.replace('"', '""') + '"'


def copy(dsn: str, file: Path) -> Path:
    """Every table of a database, with its rows, in a new DuckDB file."""
    source = psycopg2.connect(dsn)
    target = duckdb.connect(str(file))
    try:
        target.execute("SET TimeZone = 'UTC'")
        with source.cursor() as cursor:
            cursor.execute("SET timezone = 'UTC'; SET extra_float_digits = 1")
            cursor.execute(TABLES)
            for schema, table, columns in cursor.fetchall():
                copy_table(cursor, target, schema, table, columns)
    finally:
        source.close()
        target.close()
    return file


def copy_table(cursor: Any, target: Any, schema: str, table: str, columns: list[list[str]]) -> None:
    """One table, by way of a file of comma-separated values."""
    name = f"{quoted('main' if schema == 'public' else schema)}.{quoted(table)}"
    types = {column: TYPES.get(kind, kind) for column, kind in columns}
    defined = ", ".join(f"{quoted(column)} {kind}" for column, kind in types.items())
    target.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
    target.execute(f"CREATE TABLE {name} ({defined})")
    names = ", ".join(map(quoted, types))
    with tempfile.NamedTemporaryFile("wb+", suffix=".csv") as rows:
        what = f"(SELECT {names} FROM {quoted(schema)}.{quoted(table)})"
        cursor.copy_expert(f"COPY {what} TO STDOUT (FORMAT csv, HEADER)", rows)
        rows.flush()
        target.execute(
            f"COPY {name} FROM '{rows.name}' (FORMAT csv, HEADER, NULLSTR '',"
            " ALLOW_QUOTED_NULLS false, QUOTE '\"', ESCAPE '\"', DELIMITER ',', AUTO_DETECT false)"
        )


def to_parquet(file: Path, folder: Path) -> Path:
    """Every table of a DuckDB file as a Parquet file in a folder, in one per schema but `main`."""
    source = duckdb.connect(str(file), read_only=True)
    try:
        for schema, table in source.execute(
            "SELECT schema_name, table_name FROM duckdb_tables()"
        ).fetchall():
            place = folder if schema == "main" else folder / schema
            place.mkdir(parents=True, exist_ok=True)
            name = f"{quoted(schema)}.{quoted(table)}"
            source.execute(f"COPY {name} TO '{place / table}.parquet' (FORMAT parquet)")
    finally:
        source.close()
    return folder
