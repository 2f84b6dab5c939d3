"""The warehouse that is measured: a shop's tables in the schema `analytics`, filled by the server.

Everything is computed from generate_series and hashint8extended, so that the same number of events
and days, and the same `today`, always give the same rows. The days end yesterday; they are as
uneven and as faulty as a real shop's: weekdays, lost and doubled orders, wrong and missing values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import psycopg2
from psycopg2 import sql

PARTS = Path(__file__).with_name("warehouse")
SEED = 1000


@dataclass(frozen=True)
class Size:
    """How much history: events in all, and the days they are spread over."""

    events: int
    days: int = 60

    @property
    def database(self) -> str:
        """The name of its database."""
        return f"bench_{self.events}_{self.days}"

    def __str__(self) -> str:
        return f"{self.events:,} events over {self.days} days"


def today() -> date:
    """The day that the data calls today: UTC, as in the measures' SQL."""
    return datetime.now(UTC).date()


def recipe(size: Size, anchor: date) -> str:
    """What a database holds, as noted on it: another recipe is another database."""
    text = "".join(part(name) for name in ("tables", "events", "rest"))
    return f"{size}, before {anchor}, by {sha256(text.encode()).hexdigest()[:12]}"


def part(name: str) -> str:
    """The SQL of one part of the load."""
    return (PARTS / f"{name}.sql").read_text(encoding="utf-8")


def is_made(dsn: str, size: Size, anchor: date) -> bool:
    """Whether the database is there, whole, and of this day."""
    noted = (
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        f" WHERE datname = '{size.database}'"
    )
    connection = psycopg2.connect(dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute(noted)
            return cursor.fetchall() == [(recipe(size, anchor),)]
    finally:
        connection.close()


def make(dsn: str, size: Size, anchor: date) -> Iterator[int]:
    """Make the database anew; yields the days that are loaded so far.

    `dsn` is that of the server's own database. The load is one transaction, which under
    wal_level=minimal writes next to no log. The recipe is noted last: half a database has none.
    """
    name = sql.Identifier(size.database)
    run(dsn, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    run(dsn, sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    own = dsn.rpartition("/")[0] + f"/{size.database}"
    yield from load(own, size, anchor)
    run(own, sql.SQL("VACUUM (ANALYZE)"))
    run(own, sql.SQL("CHECKPOINT"))
    noted = sql.SQL("COMMENT ON DATABASE {} IS {}")
    run(dsn, noted.format(name, sql.Literal(recipe(size, anchor))))


def load(dsn: str, size: Size, anchor: date) -> Iterator[int]:
    """Fill the empty database; yields the days that are loaded so far."""
    values = {
        "seed": SEED, "anchor": anchor.isoformat(), "days": size.days, "events": size.events,
        "sessions": size.events // 7, "users": max(10, size.events // 20),
    }  # fmt: skip
    connection = psycopg2.connect(dsn, options="-c TimeZone=UTC -c work_mem=256MB")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(part("tables"), values)
            day = part("events")
            for number in range(1, size.days + 1):
                cursor.execute(day, {**values, "i": number})
                yield number
            cursor.execute(part("rest"), values)
    finally:
        connection.close()


def run(dsn: str, statement: sql.Composable) -> None:
    """One statement outside a transaction."""
    connection = psycopg2.connect(dsn)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
