"""What is broken in the good shop turns its own check, and those that truly depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from psycopg2.extensions import connection as Connection

from exporter.config import load
from exporter.demo import shop
from exporter.demo.postgres import Postgres
from exporter.demo.stage import CONFIG
from exporter.model import Outcome
from exporter.passes import run_pass
from exporter.warehouse import Connector
from tests.conftest import execute
from tests.demo.shops import FRIDAY, connected, copied

EARLY = datetime(2026, 3, 20, 6, 30, tzinfo=UTC)
"""Half an hour after yesterday was due."""
QUIET = (Outcome.PASS, Outcome.SKIPPED)
DAY = "event_date = '2026-03-19'"
THREE = (
    "(SELECT order_id FROM analytics.fct_orders WHERE order_ts >= '2026-03-19Z' AND"
    " order_ts < '2026-03-20Z' ORDER BY order_id LIMIT 3)"
)
WITHOUT_PRICES = (
    "jsonb_build_object('items', (SELECT jsonb_agg(item - 'item_price')"
    " FROM jsonb_array_elements(event_data -> 'items') item))"
)


@dataclass(frozen=True)
class Break:
    """A table of the shop, what is done to it, and the checks that turn: these and no other."""

    table: str
    sql: str
    turns: set[str]
    as_of: datetime = FRIDAY


BREAKS = {
    "A2": Break(
        "fct_order_items",
        "UPDATE analytics.fct_order_items SET quantity = -quantity, price = -price"
        f" WHERE order_id IN {THREE}",
        {"order_items.range_quantity", "order_items.range_price"},
    ),
    "C3": Break(
        "daily_metrics",
        f"UPDATE analytics.daily_metrics SET users = NULL WHERE {DAY}",
        {"daily_metrics.daily_aggregates"},
    ),
    "C5": Break(
        "raw_events",
        f"UPDATE analytics.raw_events SET event_data = {WITHOUT_PRICES}"
        f" WHERE transaction_id IN {THREE}",
        {"events.json_completeness_event_data_items_item_price"},
    ),
    "F4": Break(
        "daily_metrics",
        f"DELETE FROM analytics.daily_metrics WHERE {DAY}",
        # Without the row nobody can say whether it agrees.
        {
            "daily_metrics.volume",
            "daily_metrics.agreement_orders",
            "daily_metrics.agreement_revenue",
        },
    ),
    "F6": Break(
        "raw_events",
        "DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-19 22:40Z'",
        {"events.deadline", "events.silence"},
        EARLY,
    ),
    "F7": Break(
        "raw_events",
        "DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-20 11:30Z'",
        {"events.silence"},
    ),
    "R3": Break(
        "raw_events",
        f"UPDATE analytics.raw_events SET revenue = NULL WHERE transaction_id IN {THREE}",
        {"events.missing_revenue"},
    ),
    "R5": Break(
        "fct_order_items",
        "UPDATE analytics.fct_order_items SET line_revenue = line_revenue - 1"
        f" WHERE order_id IN {THREE}",
        {"order_items.line_revenue"},
    ),
    "R6": Break(
        "raw_events",
        f"UPDATE analytics.raw_events SET revenue = revenue + 1 WHERE transaction_id IN {THREE}",
        {"orders.reconciliation_raw", "orders.reconciliation_total_raw"},
    ),
    "N3": Break(
        "raw_events",
        "DELETE FROM analytics.raw_events WHERE event_name = 'checkout_started' AND client_id IN"
        f" (SELECT client_id FROM analytics.fct_orders WHERE order_id IN {THREE})",
        {"events.impossible_sequence_checkout"},
    ),
    "T2": Break(
        "fct_order_attribution",
        "UPDATE analytics.fct_order_attribution SET attributed_revenue = attributed_revenue + 1"
        f" WHERE model = 'last_click' AND order_id IN {THREE}",
        {"orders.over_attribution_last_click"},
    ),
    "T2 of the day": Break(
        "daily_metrics",
        "UPDATE analytics.daily_metrics SET attributed_revenue_first_click = revenue + 1"
        f" WHERE {DAY}",
        {"daily_metrics.over_attribution_attributed_revenue_first_click"},
    ),
    "T3": Break(
        "fct_order_attribution",
        "DELETE FROM analytics.fct_order_attribution WHERE model = 'first_click'"
        " AND order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z'",
        {"orders.attribution_coverage_first_click"},
    ),
    "T3 of the day": Break(
        "daily_metrics",
        f"UPDATE analytics.daily_metrics SET attributed_orders_last_click = 0 WHERE {DAY}",
        {"daily_metrics.attribution_coverage_attributed_orders_last_click"},
    ),
    "T4": Break(
        "fct_order_attribution",
        "UPDATE analytics.fct_order_attribution SET channel = 'direct' WHERE channel ="
        " 'paid_search' AND order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z'",
        {"attribution.channel_mix"},
    ),
    "X1": Break(
        "daily_metrics",
        f"UPDATE analytics.daily_metrics SET orders = orders + 1 WHERE {DAY}",
        {"daily_metrics.agreement_orders"},
    ),
    "X2": Break(
        "daily_metrics",
        f"UPDATE analytics.daily_metrics SET revenue = revenue + 10 WHERE {DAY}",
        {"daily_metrics.agreement_revenue"},
    ),
    "V8": Break(
        "fct_sessions",
        "DELETE FROM analytics.fct_sessions WHERE session_start >= '2026-03-20Z'"
        " AND demo.u(hashtext(session_id), 'x') < .7"
        " AND session_id NOT IN (SELECT session_id FROM analytics.fct_orders)",
        {"sessions.so_far_today"},
    ),
}


@pytest.fixture(scope="module")
def good(postgres: Postgres) -> Iterator[str]:
    """The name of a database with a good shop."""
    with connected(postgres.create_database("turns")) as connection:
        shop.build(connection, as_of=FRIDAY, days=16, sessions_per_day=300)
    yield "turns"
    execute(postgres.dsn, "DROP DATABASE turns WITH (FORCE)")


def loud(connection: Connection, as_of: datetime) -> set[str]:
    """The checks of the shop that are not fine."""
    config = load(CONFIG, {"WAREHOUSE_DSN": connection.dsn})
    done = run_pass(config, Connector(config.warehouse), as_of)
    return {str(c) for c, result in done.results.items() if result.worst.outcome not in QUIET}


def run(connection: Connection, sql: str) -> None:
    """Run statements, committed."""
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("broken", BREAKS.values(), ids=list(BREAKS))
def test_exactly_these_turn_and_turn_back(postgres: Postgres, good: str, broken: Break) -> None:
    table = f"analytics.{broken.table}"
    with copied(postgres, good) as connection:
        run(connection, f"DELETE FROM analytics.raw_events WHERE loaded_at > '{broken.as_of}'")
        run(connection, f"CREATE TABLE demo.before AS TABLE {table}")
        assert loud(connection, broken.as_of) == set()
        run(connection, broken.sql)
        assert loud(connection, broken.as_of) == broken.turns
        run(connection, f"TRUNCATE {table}; INSERT INTO {table} TABLE demo.before")
        assert loud(connection, broken.as_of) == set()
