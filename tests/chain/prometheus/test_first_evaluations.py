"""A Prometheus that starts on a shop that is broken already: one fault is one page there, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from warehouse_exporter.alerting.rules import LOADED, render
from warehouse_exporter.config.load import parse

from tests.chain.alertmanager import breaches
from tests.chain.e2e.servers import PrometheusServer
from tests.support.programs import needs

pytestmark = [needs("prometheus"), pytest.mark.campaign]
CONFIG = """
warehouse: {dsn: x}
datasets:
  orders: {relation: orders, time: ts}
  days:
    relation: days
    time: day
    depends_on: [orders]
    checks:
      - agreement: {sum: orders, against: {dataset: orders, count: "*"}, critical: "> 0"}
      - agreement: {sum: revenue, against: {dataset: orders, sum: revenue}, critical: "> 0"}
"""
INTERVAL = "6s"
"""Prometheus looks for targets after five seconds: the first scrape is before two evaluations."""


def test_what_is_broken_when_prometheus_starts_is_one_page(tmp_path: Path) -> None:
    config, rules = parse(CONFIG, "warehouse.yml", {}), tmp_path / "rules.yml"
    rules.write_text(render(config))
    lines = [breaches.in_warehouse(x, config) for c in config.checks for x in breaches.found(c)]
    page = "".join(f"{line}\n" for line in lines)
    seen: set[tuple[str, str]] = set()
    with (
        breaches.served(page) as target,
        PrometheusServer([target], [rules], scrape_interval=INTERVAL) as prometheus,
    ):

        def settled() -> bool:
            """Whether enough was evaluated; what fires meanwhile is kept."""
            for alert in prometheus.alerts_on_data():
                seen.add((alert["labels"]["check"], alert["labels"]["explained_by"]))
            return bool(prometheus.query(f"count_over_time({LOADED}[1m]) > 3"))

        prometheus.wait_for(settled)
    assert sorted(seen) == [
        ("agreement_orders", "nothing"),
        ("agreement_revenue", "days/totals/agreement_orders"),
    ]
