"""The sample shop: everything proposed is measured, passes, and finds what then breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.passes.explain import lacking

from tests.conftest import execute
from tests.support import shop_warehouse
from tests.support.discovered import Discovered, discover

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DATABASE = "discovered_shop"


@pytest.fixture(scope="module")
def found(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Discovered]:
    """A config proposed for the sample shop."""
    dsn = postgres.create_database(DATABASE)
    shop_warehouse.build(dsn, NOW)
    yield discover(dsn, NOW, tmp_path_factory.mktemp("shop"), "--schema", "analytics")
    execute(postgres.dsn, f"DROP DATABASE {DATABASE} WITH (FORCE)")


def test_everything_is_measured_and_passes(found: Discovered) -> None:
    lines, _ = lacking(found.config, NOW)
    assert lines == []
    assert {word for word in found.outcomes().values()} <= {"PASS", "SKIP"}


def test_time_key_and_arrival_are_found(found: Discovered) -> None:
    orders = found.config.datasets["fct_orders"]
    assert (orders.time, orders.key, orders.loaded) == ("order_ts", ("order_id",), "loaded_at")
    assert found.config.datasets["fct_order_items"].key == ("order_id", "item_id")


def test_the_connection_string_is_not_in_the_file(found: Discovered) -> None:
    assert found.dsn not in found.text
    assert "dsn: ${WAREHOUSE_DSN}" in found.text


def test_what_breaks_then_is_found(found: Discovered) -> None:
    execute(
        found.dsn,
        """
        DELETE FROM analytics.fct_sessions WHERE session_start >= '2026-03-09';
        UPDATE analytics.fct_orders SET client_id = NULL WHERE order_ts >= '2026-03-09';
        INSERT INTO analytics.fct_orders SELECT * FROM analytics.fct_orders
          WHERE order_ts >= '2026-03-09' LIMIT 1;
        """,
    )
    broken = {name for name, word in found.outcomes().items() if word == "FAIL"}
    assert broken >= {
        "fct_sessions.volume", "fct_orders.completeness_client_id", "fct_orders.duplicates",
    }  # fmt: skip
