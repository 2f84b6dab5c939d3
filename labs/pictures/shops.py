"""The sample shop with no, one and many faults, as an exporter sees it."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg2
from warehouse_exporter.demo import faults, shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines import connect
from warehouse_exporter.history.mornings import wanted_days
from warehouse_exporter.history.read import read_days
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support import shop_warehouse
from tests.support.pages import AT, Shown

DAYS = 62
"""Days of the shop: thirty to show, and what their baselines look back on."""
STATES: dict[str, Sequence[str]] = {
    "none": (),
    "one": ("half-load",),
    "many": ("late-data", "duplicate-orders", "rename-column", "unknown-event-name"),
}
"""The faults of each picture."""


def built(server: Postgres, state: str) -> str:
    """The DSN of a shop that has the faults of a state."""
    dsn = server.create_database(state)
    connection = psycopg2.connect(dsn)
    try:
        shop.build(connection, as_of=AT, days=DAYS)
        for name in STATES[state]:
            faults.find(name).break_(connection, AT)
    finally:
        connection.close()
    return dsn


def seen(dsn: str) -> Shown:
    """What the exporter has seen of it after a pass, and after it has read the last days."""
    config = shop_warehouse.config(dsn)
    engine = connect(config.warehouse)
    store = SnapshotStore(config, AT)
    store.publish(run_pass(config, engine, AT))
    days = wanted_days(AT, config, config.history_days)
    return Shown(store, read_days(config, engine, days))
