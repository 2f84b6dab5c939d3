"""The sample shop as a warehouse to look at: small, built once, and its config."""

from __future__ import annotations

from datetime import datetime

import psycopg2
from warehouse_exporter import profiles
from warehouse_exporter.config import Config, load
from warehouse_exporter.core.model import Pass
from warehouse_exporter.demo import shop
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

CONFIG = profiles.file_of(profiles.DEFAULT)


def build(dsn: str, as_of: datetime) -> None:
    """A shop of three weeks with a hundred sessions a day, in an empty database."""
    connection = psycopg2.connect(dsn)
    try:
        shop.build(connection, as_of=as_of, days=20, sessions_per_day=100)
    finally:
        connection.close()


def config(dsn: str) -> Config:
    """The shop's config on a database."""
    return load(CONFIG, {"WAREHOUSE_DSN": dsn})


def run(dsn: str, as_of: datetime) -> Pass:
    """What one pass says of the shop."""
    shops = config(dsn)
    return run_pass(shops, Connector(shops.warehouse), as_of)
