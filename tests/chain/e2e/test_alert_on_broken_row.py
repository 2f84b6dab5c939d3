"""A row breaks in the sample shop, and a real Prometheus says so; it is repaired, and is silent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warehouse_exporter.core.names import ALERT_UNMEASURED
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.e2e.servers import PrometheusServer
from tests.conftest import execute
from tests.support import shop_warehouse
from tests.support.programs import needs
from tests.support.serving import Serving, wait_for
from tests.unit.test_cli import ask

pytestmark = needs("prometheus")
ROLE = "shop_monitor"
DATABASE = "watched_shop"
GRANTS = f"""
CREATE ROLE {ROLE} LOGIN;
GRANT USAGE ON SCHEMA analytics TO {ROLE};
GRANT SELECT ON ALL TABLES IN SCHEMA analytics TO {ROLE};
"""
YESTERDAYS = (
    "FROM analytics.fct_orders WHERE order_ts >= (now() AT TIME ZONE 'UTC')::date - 1"
    " AND order_ts < (now() AT TIME ZONE 'UTC')::date"
)
"""Orders of a day that is open: closed ones are read again once a day only."""
ONE = f"order_id = (SELECT min(order_id) {YESTERDAYS})"
OTHER = f"order_id = (SELECT max(order_id) {YESTERDAYS})"
WRONG = f"UPDATE analytics.fct_orders SET revenue = revenue + 10 WHERE {ONE}"
RIGHT = f"UPDATE analytics.fct_orders SET revenue = revenue - 10 WHERE {ONE}"
TWICE = f"INSERT INTO analytics.fct_orders SELECT * FROM analytics.fct_orders WHERE {OTHER}"
ONCE = f"""
DELETE FROM analytics.fct_orders
WHERE {OTHER} AND ctid > (SELECT min(ctid) FROM analytics.fct_orders WHERE {OTHER})
"""
SCRAPED = "3s"
"""A scrape may take as long: on a busy machine one second is not enough."""
MISMATCH = ("WarehouseRevenueMismatch", "orders", "reconciliation")
DUPLICATES = ("WarehouseDuplicateKeys", "orders", "duplicates")
UNSEEN = (ALERT_UNMEASURED, "orders", "reconciliation")
Received = tuple[str, str, str]


@dataclass(frozen=True)
class Watch:
    """The shop's database, the config on it, and the Prometheus that watches it."""

    owner: str
    config: Path
    exporter: Serving
    prometheus: PrometheusServer

    def firing(self) -> dict[Received, list[dict[str, Any]]]:
        """The alerts that fire, by alert name, dataset and check."""
        found: dict[Received, list[dict[str, Any]]] = {}
        for alert in self.prometheus.alerts_on_data():
            labels = alert["labels"]
            told = (labels["alertname"], labels["dataset"], labels["check"])
            if alert["state"] == "firing":
                found.setdefault(told, []).append(alert)
        return found

    def wait_firing(self, told: Received, *described: str) -> dict[str, Any]:
        """The one alert of that name, as soon as it fires, described in one of these ways if any.

        After a scrape that failed, what is held is described without the numbers beside it.
        """

        def found() -> list[dict[str, Any]]:
            alerts = self.firing().get(told, [])
            return [
                a for a in alerts if not described or a["annotations"]["description"] in described
            ]

        (alert,) = wait_for(found)
        return alert

    def wait_silent(self, *told: Received) -> None:
        """Until none of them fires."""
        wait_for(lambda: not set(told) & set(self.firing()))

    def loudest(self) -> dict[tuple[str, str], str]:
        """The worst severity that fires for each check, findings only."""
        found: dict[tuple[str, str], set[str]] = {}
        for (name, dataset, check), alerts in self.firing().items():
            if name != ALERT_UNMEASURED:
                heard = {alert["labels"]["severity"] for alert in alerts}
                found.setdefault((dataset, check), set()).update(heard)
        return {
            check: next(s for s in ("critical", "warning", "info") if s in heard)
            for check, heard in found.items()
        }

    def gate(self) -> dict[tuple[str, str], str]:
        """What the gate says of each check that has a finding."""
        asked = ask("check", f"--config.file={self.config}", "--format=json")
        found = json.loads(asked.stdout)["checks"]
        return {(c["dataset"], c["check"]): c["severity"] for c in found if c["severity"]}


def quick(text: str) -> str:
    """The shop's config with a pass every two seconds, and values that are soon too old."""
    hurried = re.sub(r"every: \d+m", "every: 2s", text)
    hurried = hurried.replace(
        "statement_timeout: 60s", "statement_timeout: 30s\n  pass_timeout: 30s"
    )
    return f"{hurried}\nalerts: {{unmeasured_for: 1s}}\n"


@pytest.fixture(scope="module")
def watch(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """A shop of today that is well, watched with the rights of somebody who can only read.

    Both tests leave it as it was: a Prometheus needs some five seconds to look at its targets.
    """
    owner = postgres.create_database(DATABASE)
    shop_warehouse.build(owner, datetime.now(UTC))
    execute(owner, GRANTS)
    monitor = owner.replace("postgres@", f"{ROLE}@", 1)
    folder = tmp_path_factory.mktemp("watch")
    config, rules = folder / "shop.yml", folder / "rules.yml"
    config.write_text(quick(shop_warehouse.CONFIG.read_text()).replace("${WAREHOUSE_DSN}", monitor))
    assert ask("rules", f"--config.file={config}", f"--output={rules}").exit_code == 0
    with (
        Serving(config) as exporter,
        PrometheusServer([exporter.address], [rules], scrape_interval=SCRAPED) as prometheus,
    ):
        found = Watch(owner, config, exporter, prometheus)
        wait_for(lambda: prometheus.query("min(warehouse_check_measured) == 1"))
        yield found
    execute(postgres.dsn, f"DROP DATABASE {DATABASE} WITH (FORCE)")
    execute(postgres.dsn, f"DROP ROLE {ROLE}")


def test_a_broken_row_is_told_and_a_repaired_one_is_not(watch: Watch) -> None:
    watch.wait_silent(MISMATCH, DUPLICATES, UNSEEN)
    execute(watch.owner, WRONG)
    execute(watch.owner, TWICE)
    [(keys,)] = execute(watch.owner, f"SELECT count(DISTINCT order_id) {YESTERDAYS}")
    limit = "(limit > 0 and more than usual)"
    # the order that is there twice is worth twice its items
    described = (f"value={n} {limit}, {n} of {keys} orders." for n in (1, 2))
    mismatch = watch.wait_firing(MISMATCH, *described)
    assert re.match(
        rf"orders: [12] of {keys} orders differ from order_items by ",
        mismatch["annotations"]["summary"],
    )
    watch.wait_firing(DUPLICATES, f"value=1 {limit}, 1 of {keys} keys.")
    labels = {name: mismatch["labels"][name] for name in ("severity", "owner", "incident")}
    assert labels == {
        "severity": "critical",
        "owner": "finance-data",
        "incident": "orders/match/reconciliation",
    }
    wait_for(lambda: watch.loudest() == watch.gate())
    execute(watch.owner, RIGHT)
    execute(watch.owner, ONCE)
    watch.wait_silent(MISMATCH, DUPLICATES)
    wait_for(lambda: watch.loudest() == watch.gate())


def test_a_finding_stays_when_its_check_can_no_longer_be_measured(watch: Watch) -> None:
    execute(watch.owner, WRONG)
    watch.wait_firing(MISMATCH)
    execute(watch.owner, f"REVOKE SELECT ON analytics.fct_orders FROM {ROLE}")
    unseen = watch.wait_firing(UNSEEN)
    assert unseen["labels"]["severity"] == "critical"
    reason = "warehouse_check_unmeasured_reason"
    assert watch.exporter.metric(reason, check="reconciliation", reason="permission") == 1
    value = "warehouse_revenue_mismatch_ratio"
    wait_for(lambda: watch.exporter.metric(value, check="reconciliation") is None)
    wait_for(lambda: not watch.prometheus.query(value))
    assert MISMATCH in watch.firing()
    execute(watch.owner, f"GRANT SELECT ON analytics.fct_orders TO {ROLE}")
    execute(watch.owner, RIGHT)
    watch.wait_silent(MISMATCH, UNSEEN)
