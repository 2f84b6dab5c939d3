"""Sample shops for tests: small ones, what is in them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import count

import psycopg2
from psycopg2.extensions import connection as Connection
from warehouse_exporter.demo.live import ARRIVAL
from warehouse_exporter.demo.postgres import Postgres

from tests.conftest import execute

FRIDAY = datetime(2026, 3, 20, 12, 42, 17, tzinfo=UTC)
"""A day like any other, at noon: yesterday is closed, its build has run, today is open."""

NUMBERS = count(1)


@contextmanager
def connected(dsn: str) -> Iterator[Connection]:
    """A connection for the length of a block."""
    connection = psycopg2.connect(dsn, options="-c timezone=UTC")
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def copied(postgres: Postgres, database: str) -> Iterator[Connection]:
    """A connection to a copy of a database that nobody is connected to."""
    name = f"copy_{next(NUMBERS)}"
    execute(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {database} STRATEGY file_copy")
    try:
        with connected(postgres.dsn.rpartition("/")[0] + f"/{name}") as connection:
            yield connection
    finally:
        execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")


def rows(connection: Connection, query: str, **values: object) -> list[tuple[object, ...]]:
    """What a query gives."""
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def contents(connection: Connection) -> dict[str, tuple[object, ...]]:
    """Per table: its columns and their types, its number of rows, a checksum over all values."""
    shape = (
        "SELECT jsonb_object_agg(column_name, data_type)::text FROM information_schema.columns"
        " WHERE table_schema = 'analytics' AND table_name = %(table)s"
    )
    return {
        table: (
            *rows(connection, shape, table=table)[0],
            *rows(
                connection,
                "SELECT count(*), sum(hashtextextended(to_jsonb(t)::text, 0))"
                f" FROM analytics.{table} t",
            )[0],
        )
        for table in ARRIVAL
    }


def forget_the_future(connection: Connection, as_of: datetime) -> None:
    """Make a shop what it was at an earlier instant."""
    with connection, connection.cursor() as cursor:
        for table, arrival in ARRIVAL.items():
            cursor.execute(f"DELETE FROM analytics.{table} WHERE {arrival} > '{as_of}'")


def symptom(connection: Connection, query: str, as_of: datetime) -> int:
    """How much is wrong according to a query of `symptoms`, at an instant in a shop in UTC."""
    ends = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
    [(number,)] = rows(connection, query, as_of=as_of, starts=ends - timedelta(days=1), ends=ends)
    assert isinstance(number, int)
    return number
