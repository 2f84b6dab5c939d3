"""What is sent again: after hours what is unchanged, and nothing because a number has changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config.load import parse

from tests.chain.alertmanager import breaches, shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.alertmanager.shipped import alert, fire
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.support.programs import needs
from tests.support.serving import wait_for

REPEATED = {"critical": "4h", "warning": "1d", "info": "1d", "dead-mans-switch": "1m"}
CONFIG = """
warehouse: {dsn: x}
alerts: {keep_firing_for: 0s}
datasets:
  orders: {relation: orders, time: ts, checks: [volume: {critical: "< 5"}]}
  events: {relation: events, time: ts, checks: [volume: {warning: "< 5"}]}
"""


def test_what_is_unchanged_is_repeated_by_severity() -> None:
    root = yaml.safe_load(shipped.shipped_text())["route"]
    routes = [one for one in root["routes"] if "repeat_interval" in one]
    found = [(one["receiver"], one["repeat_interval"]) for one in routes]
    assert {name: repeated for name, repeated in found if not name.startswith("owner")} == REPEATED
    assert {repeated for name, repeated in found if name.startswith("owner")} == {"1d"}
    assert root["repeat_interval"] == "4h"


class Prompt(PrometheusServer):
    """A Prometheus that sends an alert again at once."""

    def prepare(self) -> list[str]:
        """Write prometheus.yml."""
        return [*super().prepare(), "--rules.alert.resend-delay=1s"]


def page(rows: int) -> str:
    """Both datasets with so many rows."""
    shown = [
        f'{name}{{warehouse="warehouse",dataset="{dataset}",check="volume"}} {value}\n'
        for dataset in ("orders", "events")
        for name, value in (("warehouse_rows", rows), ("warehouse_check_measured", 1))
    ]
    return "".join(shown)


def numbers(server: AlertmanagerServer) -> set[str]:
    """What Alertmanager knows of the numbers."""
    held = [one for one in server.alerts() if one["labels"].get("check") == "volume"]
    return {one["annotations"]["description"] for one in held}


def sent_of(sent: Recorder, dataset: str) -> list[Mapping[str, Any]]:
    """Everything that was sent to people about a dataset."""
    told = [*sent.at("/pagerduty"), *sent.at("/slack")]
    return [body for body in told if f"{dataset}: " in str(body)]


@needs("prometheus")
@needs("prometheus-alertmanager")
def test_a_number_that_changed_sends_nothing(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(render(parse(CONFIG, "warehouse.yml", {})))
    pages = {"": page(3)}
    with (
        Recorder() as sent,
        AlertmanagerServer(shipped.served(shipped.shipped_text(), tmp_path, sent)) as server,
        breaches.served(lambda: pages[""]) as target,
        Prompt([target], [rules], server.url),
    ):
        wait_for(lambda: len(sent_of(sent, "orders")) == 2 and len(sent_of(sent, "events")) == 1)
        before = [dict(one) for name in ("orders", "events") for one in sent_of(sent, name)]
        pages[""] = page(2)
        wait_for(lambda: numbers(server) == {"value=2 (limit < 5)."})
        # Groups are looked at once in each interval: when what began now is over, so were all.
        other = alert("WarehouseDuplicateKeys", "users.duplicates")
        fire(server, other)
        wait_for(lambda: [e for e in sent.at("/pagerduty") if "users" in str(e)])
        fire(server, other, ended=True)
        wait_for(lambda: [e for e in sent.at("/pagerduty") if e["event_action"] == "resolve"])
        after = [dict(one) for name in ("orders", "events") for one in sent_of(sent, name)]
    assert after == before
