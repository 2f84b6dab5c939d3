"""Sample shops with noisy days, in which an incident can be made to happen."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count

import psycopg2
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.demo import live, shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import CONFIG, GRANTS, ROLE
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute

NOISE = 0.20
"""Standard deviation of a day's sessions around what its weekday would have, as a share."""
SESSIONS = 1500
"""A day, as in the demo."""
AFTERNOON = 14
"""The hour at which all incidents happen, by the clocks of the shop."""
BEAT = 20.0
"""Seconds between two arrivals of new rows."""
NUMBERS = count(1)
GOOD = "good"


def zone(now: datetime) -> str:
    """A time zone in which it is afternoon now: a run says the same whenever it is made."""
    ahead = AFTERNOON - now.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def config_text(timezone: str) -> str:
    """The shipped config, by the clocks of a shop, in which every day is an ordinary one.

    On Black Friday a rise is no finding: what is told must not depend on the date of the run.
    """
    text = CONFIG.read_text(encoding="utf-8")
    assert "timezone: UTC" in text
    ordinary, found = re.subn(r"^calendar:.*\n(?: .*\n|\n)+", "", text, flags=re.MULTILINE)
    assert found == 1
    return ordinary.replace("timezone: UTC", f"timezone: {timezone}", 1)


class Shop:
    """A server with one shop in it, of which incidents get copies."""

    def __init__(self, server: Postgres, seed: int) -> None:
        """Build it; nobody touches it afterwards."""
        self.server, self.seed = server, seed
        now = datetime.now(UTC)
        self.timezone = zone(now)
        connection = psycopg2.connect(server.create_database(GOOD))
        try:
            shop.build(
                connection,
                as_of=now,
                sessions_per_day=SESSIONS,
                noise=NOISE,
                seed=seed,
                timezone=self.timezone,
            )
            with connection, connection.cursor() as cursor:
                cursor.execute(GRANTS)
        finally:
            connection.close()

    def copy(self) -> str:
        """The DSN of the owner of a fresh copy."""
        name = f"incident_{next(NUMBERS)}"
        execute(self.server.dsn, f"CREATE DATABASE {name} TEMPLATE {GOOD} STRATEGY file_copy")
        return self.server.dsn.rpartition("/")[0] + f"/{name}"

    def drop(self, dsn: str) -> None:
        """Remove a copy."""
        execute(self.server.dsn, f"DROP DATABASE {dsn.rpartition('/')[2]} WITH (FORCE)")

    def loud(self) -> list[str]:
        """The checks that speak although nothing is wrong: chance alone made a day stand out."""
        dsn = self.copy()
        config = parse(config_text(self.timezone), str(CONFIG), {"WAREHOUSE_DSN": dsn})
        done = run_pass(config, Connector(config.warehouse), datetime.now(UTC))
        self.drop(dsn)
        quiet = (Outcome.PASS, Outcome.SKIPPED)
        return [str(id) for id, found in done.results.items() if found.worst.outcome not in quiet]


def reader(dsn: str) -> str:
    """The DSN of the role that can only read."""
    return dsn.replace("postgres@", f"{ROLE}@", 1)


@contextmanager
def alive(dsn: str) -> Iterator[None]:
    """New rows arrive all the time, unless the warehouse is down."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(BEAT):
            with suppress(psycopg2.Error):
                connection = psycopg2.connect(dsn)
                try:
                    live.advance(connection, datetime.now(UTC))
                finally:
                    connection.close()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(30)
