"""A Citus cluster says the same as one node: the sample shop, and the example of every kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.demo import shop
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.chain.demo.shops import FRIDAY, connected
from tests.database.citus.conftest import as_the_page_does, distribute
from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.database.kinds.test_distributed import DAMAGE
from tests.support import shop_warehouse
from tests.support.warehouses import NOON, Warehouse

SHOP_DAMAGE = (
    "UPDATE analytics.fct_orders SET revenue = -5 WHERE right(order_id, 1) = '3'",
    "DELETE FROM analytics.fct_order_items WHERE right(order_id, 1) = '5'",
    "DELETE FROM analytics.fct_sessions WHERE right(session_id, 1) = '3'",
    "DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-19 06:00Z'",
    "UPDATE analytics.raw_events SET client_id = NULL WHERE event_id % 5 = 0",
    "UPDATE analytics.daily_metrics SET orders = orders + 1 WHERE event_date >= '2026-03-18'",
    "INSERT INTO analytics.fct_orders SELECT * FROM analytics.fct_orders"
    " WHERE right(order_id, 1) = '7'",
)
ELSEWHERE = """
SELECT create_distributed_table('analytics.fct_orders', 'session_id');
SELECT create_distributed_table('analytics.fct_order_items', 'item_id');
SELECT create_distributed_table('analytics.fct_order_attribution', 'channel');
SELECT create_distributed_table('analytics.fct_sessions', 'user_id');
SELECT create_distributed_table('analytics.dim_users', 'user_id');
SELECT create_distributed_table('analytics.raw_events', 'event_name');
SELECT create_distributed_table('analytics.daily_metrics', 'event_date')
"""
"""Not by their keys: nothing that is compared lies together, and the log on one node."""
BY_KEY = """
SELECT create_distributed_table('orders', 'id');
SELECT create_distributed_table('items', 'order_id');
SELECT create_distributed_table('sessions', 'id')
"""
Said = dict[str, list[tuple[Any, ...]]]
MORE = 1.5
"""How many times as many statements a cluster may need."""


def said(done: Pass) -> Said:
    """Every word and number of a pass; a sum of floats depends on the order, in its last digits."""

    def numbers(values: dict[str, float]) -> dict[str, float]:
        return {name: float(f"{value:.9g}") for name, value in values.items()}

    return {
        str(check): [
            (one.outcome, one.reason, one.text, one.sentence)
            + ((one.sample.labels, numbers(dict(one.sample.values))) if one.sample else ())
            for one in result.verdicts
        ]
        for check, result in done.results.items()
    }


def compared(
    one: Warehouse, other: Warehouse, config: Callable[[str], Config], as_of: datetime
) -> dict[str, int]:
    """Holds passes over both against each other: whole ones, then steady ones.

    Returns how many checks came out in which way.
    """
    kept = {one.dsn: ClosedDaysCache(), other.dsn: ClosedDaysCache()}
    found: dict[str, int] = {}
    for at in (as_of, as_of + timedelta(minutes=30)):
        passes = []
        for warehouse in (one, other):
            loaded = config(warehouse.dsn)
            memory = kept[warehouse.dsn]
            passes.append(run_pass(loaded, Connector(loaded.warehouse), at, kept=memory))
        assert said(passes[1]) == said(passes[0])
        assert passes[1].statements <= MORE * passes[0].statements
        found = {}
        for result in passes[1].results.values():
            shown = result.worst.outcome.shown
            found[shown] = found.get(shown, 0) + 1
    return found


@pytest.mark.parametrize("by", ["keys", "other columns"])
def test_every_verdict_and_number_of_the_shop(citus: Warehouse, database: str, by: str) -> None:
    one = Warehouse(database)
    for warehouse in (one, citus):
        with connected(warehouse.dsn) as connection:
            shop.build(connection, as_of=FRIDAY, days=35, sessions_per_day=100)
    distribute(citus, as_the_page_does() if by == "keys" else ELSEWHERE)
    found = compared(one, citus, shop_warehouse.config, FRIDAY)
    assert "UNKNOWN" not in found, found
    for statement in SHOP_DAMAGE:
        one.sql(statement)
        citus.sql(statement)
    damaged = compared(one, citus, shop_warehouse.config, FRIDAY)
    assert damaged["FAIL"] > found["FAIL"], (found, damaged)


def test_every_kind(citus: Warehouse, database: str) -> None:
    text = config_with(list(EXAMPLES.values()))
    one = Warehouse(database)
    for warehouse in (one, citus):
        build(warehouse)
    distribute(citus, BY_KEY)

    def config(dsn: str) -> Config:
        return parse(text, "test.yml", {"WAREHOUSE_DSN": dsn})

    good = compared(one, citus, config, NOON)
    for warehouse in (one, citus):
        distribute(warehouse, DAMAGE)
    bad = compared(one, citus, config, NOON)
    assert bad["FAIL"] > good.get("FAIL", 0), (good, bad)
