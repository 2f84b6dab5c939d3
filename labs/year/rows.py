"""A simulated year as rows: the sample shop's tables, filled morning by morning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import psycopg2
import psycopg2.extensions
from psycopg2.extras import execute_values
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.demo import live, shop
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from labs.year.series import MORNING, Year
from labs.year.simulator import CALENDAR, HISTORY

COMPLETE = Path(shop.__file__).parents[1] / "profiles" / "complete.yml"
ITS_CALENDAR = re.compile(r"^calendar:.*\n(?: .*\n)*", re.MULTILINE)
OWN_DAYS = Path(__file__).with_name("days.sql")
SEED = 7


@dataclass(frozen=True)
class Rows:
    """A warehouse in which time passes, and the config that watches it."""

    connection: psycopg2.extensions.connection
    config: Config
    connector: Connector

    def until(self, day: date, by: time = MORNING) -> datetime:
        """Let everything arrive up to the morning after a day; that instant."""
        as_of = datetime.combine(day + timedelta(days=1), by)
        live.advance(self.connection, as_of)
        return as_of

    def judged(self, as_of: datetime, kept: ClosedDaysCache | None = None) -> Pass:
        """One pass over everything."""
        return run_pass(self.config, self.connector, as_of, kept=kept)


@contextmanager
def opened(dsn: str, year: Year, first: date, calendar: str = CALENDAR) -> Iterator[Rows]:
    """The tables in an empty database, filled with the days before `first` that a baseline reads.

    The rows of a day are the same whichever day is the first.
    """
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = off")
            for name in ("tables", "generator", "arrivals"):
                cursor.execute(text_of(name), {"seed": SEED} if name == "generator" else None)
            cursor.execute(OWN_DAYS.read_text(encoding="utf-8"))
            days = [(day, sold.sessions, sold.orders) for day, sold in year.items()]
            execute_values(cursor, "INSERT INTO demo.sold VALUES %s", days)
            begin = midnight(first - timedelta(days=HISTORY))
            cursor.execute(
                "INSERT INTO demo.settings VALUES ('UTC', 0, 0, %s, %s)", [min(year), begin]
            )
            live.arrive(cursor, "dim_users", midnight(min(year)), begin)
            live.fill(cursor, datetime.combine(first, MORNING))
            cursor.execute(text_of("indexes"))
        config = complete(dsn, calendar)
        yield Rows(connection, config, Connector(config.warehouse))
    finally:
        connection.close()


def text_of(name: str) -> str:
    """Statements of the sample shop."""
    return (shop.SQL / f"{name}.sql").read_text(encoding="utf-8")


def midnight(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(0), tzinfo=UTC)


def complete(dsn: str, calendar: str) -> Config:
    """The recommended config, with the holidays of the simulation in the place of its own."""
    text, found = ITS_CALENDAR.subn(calendar, COMPLETE.read_text(encoding="utf-8"))
    assert found == 1
    return parse(text, str(COMPLETE), {"WAREHOUSE_DSN": dsn})
