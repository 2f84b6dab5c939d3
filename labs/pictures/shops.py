"""The sample shop with no, one and many faults, and the exporter's pages on each."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg2
import uvicorn
from warehouse_exporter import profiles
from warehouse_exporter.config import Config, load
from warehouse_exporter.demo import faults, shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.history.model import NO_PAST, Past
from warehouse_exporter.history.mornings import wanted_days
from warehouse_exporter.history.read import read_days
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.process import Server
from warehouse_exporter.server.web.app import make_app

from tests.support.serving import free_port

AT = datetime(2026, 3, 10, 8, 12, tzinfo=UTC)
"""A Tuesday morning."""
DAYS = 62
STATES = {
    "none": (),
    "one": ("half-load",),
    "many": ("late-data", "duplicate-orders", "rename-column", "unknown-event-name"),
}
"""The faults that each picture has."""


@dataclass
class Still:
    """An exporter that does nothing but show a store."""

    store: SnapshotStore
    ready: bool = True

    def reload(self) -> None:
        """Nothing to read again."""

    def collect(self, *, full: bool = False) -> None:
        """Nothing to measure."""


@dataclass(frozen=True)
class Shown:
    """What a page shows: a store after a pass, and the days before."""

    store: SnapshotStore
    past: Past
    at: datetime = AT


def built(server: Postgres, name: str, names: Sequence[str], sessions: int) -> str:
    """The DSN of a shop that has some faults."""
    dsn = server.create_database(name)
    connection = psycopg2.connect(dsn)
    try:
        shop.build(connection, as_of=AT, days=DAYS, sessions_per_day=sessions)
        for fault in names:
            faults.find(fault).break_(connection, AT)
    finally:
        connection.close()
    return dsn


def config_of(dsn: str) -> Config:
    """The config of the sample shop on a database."""
    return load(profiles.file_of(profiles.DEFAULT), {"WAREHOUSE_DSN": dsn})


def seen(dsn: str, days: int = 30) -> Shown:
    """What the exporter has seen of a shop after a pass, and after it has read its history."""
    config = config_of(dsn)
    connector = Connector(config.warehouse)
    store = SnapshotStore(config, AT)
    store.publish(run_pass(config, connector, AT))
    past = read_days(config, connector, wanted_days(AT, config, days)) if days else NO_PAST
    return Shown(store, past)


@contextmanager
def served(shown: Shown) -> Iterator[str]:
    """The address of a site that shows it."""
    port = free_port()
    app = make_app(
        Still(shown.store),
        Scrape(shown.store, lambda: shown.at),
        lambda: shown.at,
        lifecycle=False,
        past=lambda: shown.past,
    )
    server = Server(
        uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(10)
