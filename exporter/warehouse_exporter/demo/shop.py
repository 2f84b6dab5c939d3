"""The sample shop: the warehouse of a web shop that never was, in schema `analytics`.

It is as consistent as a good warehouse is, with the small blemishes that are normal there: some
visitors without a client id, direct visits without a referrer, orders nobody can attribute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2.extensions

from warehouse_exporter.demo import live

SQL = Path(__file__).with_name("sql")

CALM = 16
"""A seed for which, at the default size, the last two closed days stand out on no weekday."""


def build(
    connection: psycopg2.extensions.connection,
    *,
    as_of: datetime,
    days: int = 60,
    sessions_per_day: int = 600,
    noise: float = 0.10,
    seed: int = CALM,
    timezone: str = "UTC",
) -> None:
    """Make the shop in a database without schemas `analytics` and `demo`, and commit.

    It has `days` closed days and the one that is open at `as_of`, days being those of `timezone`;
    sessions swing with the weekday and by `noise` (a standard deviation, as a share) around a mean
    that grows by 0.1 % of `sessions_per_day` a day. The same arguments make the same rows.
    """
    if as_of.tzinfo is None:
        raise ValueError(f"as_of needs a time zone: {as_of}")
    first_day = as_of.astimezone(ZoneInfo(timezone)).date() - timedelta(days=days)
    opened = datetime(first_day.year, first_day.month, first_day.day, tzinfo=ZoneInfo(timezone))
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(_text("tables"))
        cursor.execute(_text("generator"), {"seed": seed})
        cursor.execute(_text("arrivals"))
        cursor.execute(
            "INSERT INTO demo.settings VALUES (%s, %s, %s, %s, %s)",
            [timezone, sessions_per_day, noise, first_day, opened],
        )
        live.fill(cursor, as_of)
        cursor.execute(_text("indexes"))


def _text(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
