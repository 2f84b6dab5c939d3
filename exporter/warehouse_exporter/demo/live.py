"""Time passes in the sample shop: what arrives from one instant to the next gets into its tables.

Everything comes from functions of time in the database (`sql/generator.sql`), so the rows between
two instants are the same whether they are made at once, bit by bit, or again after a fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import psycopg2.extensions
from psycopg2 import sql

Cursor = psycopg2.extensions.cursor

ARRIVAL = {
    "dim_users": "loaded_at",
    "fct_sessions": "loaded_at",
    "raw_events": "loaded_at",
    "fct_orders": "loaded_at",
    "fct_order_items": "loaded_at",
    "fct_order_attribution": "loaded_at",
    "daily_metrics": "loaded_at",
    "pipeline_logs": "run_timestamp",
}
"""Table of the schema analytics -> its column that says when a row arrived; in order of filling."""

DAILY = ("daily_metrics", "pipeline_logs")
"""The tables that the build of the night makes from the others."""

LOCK = 0x5A4091E  # any number, as long as everybody who changes the shop takes the same


def advance(connection: psycopg2.extensions.connection, until: datetime) -> int:
    """Add what arrived since the shop was last filled, up to `until`, and say how many rows.

    The shop remembers how far it is filled, so the instants may come at any rhythm, from a process
    that was started again, or twice; one that is already in the past adds nothing.
    """
    with connection, connection.cursor() as cursor:
        return fill(cursor, until)


def fill(cursor: Cursor, until: datetime) -> int:
    """`advance` inside a transaction of the caller."""
    since = filled_until(cursor)
    if until <= since:
        return 0
    rows = sum(arrive(cursor, table, since, until) for table in ARRIVAL)
    cursor.execute("UPDATE demo.settings SET filled_until = %s", [until])
    return rows


def filled_until(cursor: Cursor) -> datetime:
    """How far the shop is filled; nobody else changes it until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    cursor.execute("SELECT filled_until FROM demo.settings")
    [(instant,)] = cursor.fetchall()
    assert isinstance(instant, datetime)
    return instant


def refill(cursor: Cursor, tables: Iterable[str], since: datetime) -> None:
    """Replace all rows of `tables` that arrived after `since` by those that should have."""
    until, wanted = filled_until(cursor), set(tables)
    for table in (table for table in ARRIVAL if table in wanted):
        remove(cursor, table, "true", since)
        arrive(cursor, table, since, until)


def remove(cursor: Cursor, table: str, rows: str, since: datetime) -> None:
    """Delete the rows of one table that arrived after `since` and meet the condition `rows`."""
    statement = sql.SQL("DELETE FROM analytics.{} WHERE ({}) AND {} > %s").format(
        sql.Identifier(table), sql.SQL(rows), sql.Identifier(ARRIVAL[table])
    )
    cursor.execute(statement, [since])


def arrive(cursor: Cursor, table: str, since: datetime, until: datetime) -> int:
    """Insert the rows of one table, but for those that a fault holds back; how many they were."""
    columns = _columns(cursor, table)
    held, values = _held(cursor, table)
    statement = sql.SQL(
        "INSERT INTO analytics.{table} ({into}) SELECT {columns} FROM demo.{table}(%s, %s) {held}"
    ).format(
        table=sql.Identifier(table),
        into=sql.SQL(", ").join(sql.Identifier(name) for name in columns.values()),
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in columns),
        held=held,
    )
    cursor.execute(statement, [since, until, *values])
    return cursor.rowcount


def _columns(cursor: Cursor, table: str) -> dict[str, str]:
    """Column as made -> column it goes into: as a loader that goes by names, spelt either way."""
    cursor.execute(
        "SELECT made.column_name, now.column_name FROM information_schema.columns made"
        " JOIN information_schema.columns now ON now.table_name = made.table_name"
        " AND replace(lower(now.column_name), '_', '') = replace(made.column_name, '_', '')"
        " WHERE made.table_schema = 'demo' AND now.table_schema = 'analytics'"
        " AND made.table_name = %s",
        [table],
    )
    return dict(cursor.fetchall())


def _held(cursor: Cursor, table: str) -> tuple[sql.Composable, list[Any]]:
    """The condition that leaves out what faults hold back, and its values."""
    cursor.execute("SELECT rows, since FROM demo.held WHERE relation = %s", [table])
    held = cursor.fetchall()
    condition = sql.SQL(" AND ").join(
        sql.SQL("(({}) AND {} > %s) IS NOT TRUE").format(
            sql.SQL(rows), sql.Identifier(ARRIVAL[table])
        )
        for rows, _ in held
    )
    where = sql.SQL("WHERE {}").format(condition) if held else sql.SQL("")
    return where, [since for _, since in held]
