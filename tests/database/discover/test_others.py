"""Databases that are not the sample shop: what is proposed is measured, and finds what breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.passes.explain import lacking

from tests.conftest import execute
from tests.database.kinds import test_closed_weekdays as closed_shop
from tests.support import other_shops
from tests.support.discovered import Discovered, discover

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

FEWER = "DELETE FROM web_events WHERE event_name = 'page_viewed' AND hashtext(page_url) % 4 <> 0"
"""A fourth of the page views says the same in less time."""


def unmeasured(found: Discovered) -> list[str]:
    """The checks of a proposal that say nothing."""
    lines, _ = lacking(found.config, found.as_of)
    return lines + [name for name, word in found.outcomes().items() if word == "UNKNOWN"]


@pytest.mark.parametrize("typed", [False, pytest.param(True, marks=pytest.mark.campaign)])
def test_the_recorded_events(
    database: str, web_events: Path, tmp_path: Path, *, typed: bool
) -> None:
    """What was published about them is found without help, whatever their types."""
    other_shops.events(database, web_events, typed=typed)
    execute(database, FEWER)
    found = discover(database, other_shops.EVENTS_AT, tmp_path, "--max-days", "14")
    assert unmeasured(found) == []
    assert {name for name, word in found.outcomes().items() if word in ("FAIL", "WARN")} >= {
        "web_events.no_client_id", "web_events.absent_day_client_id",
        "web_events.absent_day_referrer", "web_events.web_events_repeated_transaction_id",
        "web_events.web_events_revenue_differs_from_items",
        "web_events.web_events_revenue_not_comparable",
    }  # fmt: skip
    assert "client_id seems to have been renamed to clientId" in found.text.replace(
        "\n      # ", " "
    )
    assert "FOUND: 4 occur more" in found.text.replace("\n  # ", " ")


@pytest.fixture(scope="module")
def trading(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Discovered]:
    """A config proposed for the trading shop, to a role that may not read everything."""
    dsn = postgres.create_database("discovered_trading")
    other_shops.trading(dsn, NOW)
    reader = dsn.replace("postgres@", f"{other_shops.READER}@")
    found = discover(reader, NOW, tmp_path_factory.mktemp("trading"))
    yield found
    execute(postgres.dsn, "DROP DATABASE discovered_trading WITH (FORCE)")


def test_another_shop_is_measured_and_passes(trading: Discovered) -> None:
    assert unmeasured(trading) == []
    assert set(trading.outcomes().values()) <= {"PASS", "SKIP"}


def test_what_tables_have_to_do_with_each_other(trading: Discovered) -> None:
    datasets = trading.config.datasets
    assert datasets["orders"].depends_on == ("customers",)
    assert datasets["order_details"].key == ("order_id", "line_no")
    checks = set(trading.outcomes())
    assert checks >= {
        "orders.reconciliation", "order_details.orphans_order_id",
        "order_details.line_revenue_line_total",
        "payment.orphans_order_id", "shipments.orphans_order_id",
        "shipments.parsable_timestamps_shipped_at", "orders.accepted_values_status",
    }  # fmt: skip


def test_nothing_personal_is_written(trading: Discovered) -> None:
    rows = execute(
        trading.dsn, "SELECT first_name, last_name, email, phone, address FROM customers"
    )
    assert [value for row in rows for value in row if value in trading.text] == []


def test_what_is_left_out_is_named(trading: Discovered) -> None:
    assert "No permission to read public.payroll." in trading.text
    assert "it has no rows yet" in trading.text
    assert "payment_old" not in trading.text


def test_a_fault_of_another_shop_is_found(trading: Discovered) -> None:
    owner = trading.dsn.replace(f"{other_shops.READER}@", "postgres@")
    execute(
        owner,
        """
        UPDATE orders SET total_amount = total_amount + 1 WHERE ordered_at >= '2026-03-09';
        UPDATE orders SET status = 'lost' WHERE ordered_at >= '2026-03-09';
        DELETE FROM payment WHERE paid_at >= '2026-03-09';
        """,
    )
    broken = {name for name, word in trading.outcomes().items() if word == "FAIL"}
    assert broken >= {"orders.reconciliation", "orders.accepted_values_status", "payment.volume"}


def test_of_many_tables_the_most_interesting_ones(database: str, tmp_path: Path) -> None:
    other_shops.wide(database, NOW)
    found = discover(database, NOW, tmp_path, "--max-tables", "3", "--max-days", "7")
    assert "orders" in found.config.datasets
    assert len(found.config.datasets) == 3
    assert "297 tables of less interest" in " ".join(found.text.replace("#", "").split())
    assert unmeasured(found) == []
    execute(database, "UPDATE orders SET created_at = created_at - interval '3 days'")
    assert found.outcomes()["orders.freshness"] in ("WARN", "FAIL")


def test_a_shop_that_is_closed_on_sundays(database: str, tmp_path: Path) -> None:
    """Its Sundays make no check uncertain, and the Monday after one is quiet; a lost day is not."""
    execute(database, closed_shop.SHOP)
    found = discover(database, closed_shop.at(2, 12), tmp_path)
    assert "closed: learned" in found.text
    assert "Sundays: no rows on any of the last 3 Sundays" in found.text.replace("\n    # ", " ")
    assert found.outcomes().keys() >= {"orders.freshness", "orders.missing_days", "orders.volume"}
    assert set(found.outcomes().values()) <= {"PASS", "SKIP"}
    execute(database, "DELETE FROM orders WHERE ts >= '2026-10-31'")
    assert found.outcomes()["orders.missing_days"] == "FAIL"
