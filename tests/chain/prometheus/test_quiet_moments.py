"""Moments at which a good shop looks odd, and the shipped rules tell nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families_of
from warehouse_exporter.config import load
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import CONFIG
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.chain.demo.shops import connected, copied, forget_the_future
from tests.chain.prometheus.test_shipped_rules import RULES
from tests.conftest import execute
from tests.support.programs import needs

pytestmark = needs("promtool")
MOMENTS = {
    "midnight, before the load": datetime(2026, 3, 20, 0, 30, tzinfo=UTC),
    "a Saturday at noon": datetime(2026, 3, 21, 12, tzinfo=UTC),
    "a Monday morning": datetime(2026, 3, 23, 8, tzinfo=UTC),
}
"""Name -> an instant in the life of one shop, which has five weeks before it."""
FIRST_DEPLOY = datetime(2026, 3, 20, 12, tzinfo=UTC)
"""The instant for a shop that has two days before it."""
MINUTES = 14
"""Longer than any alert waits, and shorter than three intervals: the values stay as they are, so
that by then no pass is late."""


def scraped(dsn: str, at: datetime) -> str:
    """The text of /metrics after a pass."""
    config = load(CONFIG, {"WAREHOUSE_DSN": dsn})
    store = SnapshotStore(config, at)
    store.publish(run_pass(config, Connector(config.warehouse), at))
    return Scrape(store, lambda: at).body("", zipped=False).content.decode()


def series(text: str, at: datetime) -> Iterator[dict[str, str]]:
    """The series for promtool, whose clock begins at 0: times are told as of then."""
    yield {"series": 'up{job="warehouse"}', "values": f"1x{MINUTES}"}
    for family in families_of(text):
        for sample in family.samples:
            early = at.timestamp() if sample.name.endswith("_timestamp_seconds") else 0
            labels = {"job": "warehouse", **sample.labels}
            shown = ",".join(f'{name}="{value}"' for name, value in labels.items())
            yield {
                "series": f"{sample.name}{{{shown}}}",
                "values": f"{sample.value - early!r}x{MINUTES}",
            }


def told(given: list[dict[str, str]], folder: Path) -> str:
    """What promtool says when anybody is told of more than that all is alive; else nothing."""
    case: dict[str, Any] = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": given,
                "promql_expr_test": [
                    {
                        "expr": 'ALERTS{alertname!="WarehouseHeartbeat",alertstate="firing"}',
                        "eval_time": f"{MINUTES}m",
                        "exp_samples": [],
                    }
                ],
            }
        ],
    }
    file = folder / "test.yml"
    file.write_text(yaml.safe_dump(case, width=1000))
    command = ["promtool", "test", "rules", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stdout + run.stderr


@pytest.fixture(scope="module")
def shop_of_weeks(postgres: Postgres) -> Iterator[str]:
    """The name of a database with the shop at the last of the moments."""
    last = max(MOMENTS.values())
    with connected(postgres.create_database("quiet")) as connection:
        shop.build(connection, as_of=last, days=38)
    yield "quiet"
    execute(postgres.dsn, "DROP DATABASE quiet WITH (FORCE)")


@pytest.mark.parametrize("name", MOMENTS)
def test_nobody_is_told(postgres: Postgres, shop_of_weeks: str, name: str, tmp_path: Path) -> None:
    with copied(postgres, shop_of_weeks) as connection:
        forget_the_future(connection, MOMENTS[name])
        given = list(series(scraped(connection.dsn, MOMENTS[name]), MOMENTS[name]))
    assert told(given, tmp_path) == ""


def test_nobody_is_told_of_a_first_deploy_but_of_a_broken_row(
    database: str, tmp_path: Path
) -> None:
    """On a shop of two days."""
    with connected(database) as connection:
        shop.build(connection, as_of=FIRST_DEPLOY, days=2)
    assert told(list(series(scraped(database, FIRST_DEPLOY), FIRST_DEPLOY)), tmp_path) == ""
    execute(database, "UPDATE analytics.fct_orders SET revenue = -1 WHERE order_ts > '2026-03-19'")
    broken = list(series(scraped(database, FIRST_DEPLOY), FIRST_DEPLOY))
    assert "WarehouseNegativeRevenue" in told(broken, tmp_path)
