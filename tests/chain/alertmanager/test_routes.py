"""Who is told of what: every route of the shipped file, asked of amtool."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from warehouse_exporter.alerting.rules import render as rules

from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.shipped import alert
from tests.chain.alertmanager.test_generated import with_bot
from tests.support.programs import needs

pytestmark = needs("amtool")
STALE = "WarehouseDataStale"
ROUTES: Mapping[str, tuple[Mapping[str, str], list[str]]] = {
    "a critical alert pages, whoever owns it": (
        alert(STALE, "events.freshness", owner="growth-data"), ["critical"]
    ),
    "a critical alert pages also where nobody owns it": (
        alert(STALE, "events.freshness", owner="unowned"), ["critical"]
    ),
    "a warning goes to all and to its owner's channel": (
        alert(STALE, "events.freshness", "warning", owner="growth-data"),
        ["warning", "owner growth-data"],
    ),
    "a warning goes to all and to its owner's mail": (
        alert("WarehouseZeroRevenue", "orders.zero_revenue", "warning", owner="finance-data"),
        ["warning", "owner finance-data"],
    ),
    "a warning of an owner nobody knows goes to all": (
        alert(STALE, "events.freshness", "warning", owner="somebody"), ["warning"]
    ),
    "a warning of nobody's goes to all": (
        alert(STALE, "events.freshness", "warning", owner="unowned"), ["warning"]
    ),
    "info goes to the channel of those who watch": (
        alert("WarehouseColumnsAppeared", "orders.new_columns", "info", owner="growth-data"),
        ["info"],
    ),
    "a severity that nobody knows reaches somebody": (
        alert(STALE, "events.freshness", "catastrophe", owner="growth-data"), ["unrouted"]
    ),
    "an alert without labels of ours reaches somebody": ({"alertname": "Other"}, ["unrouted"]),
    "the heartbeat goes to the dead man's switch alone": (
        alert("WarehouseHeartbeat", severity="info", owner="platform"), ["dead-mans-switch"]
    ),
    "a check that is not measured is routed as what it could have been": (
        alert("WarehouseCheckUnmeasured", "events.silence", "warning", owner="platform"),
        ["warning", "owner platform"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ROUTES.values(), ids=ROUTES.keys())
def test_an_alert_reaches(case: tuple[Mapping[str, str], list[str]]) -> None:
    labels, told = case
    assert shipped.receivers(shipped.SHIPPED / "alertmanager.yml", labels) == told


def test_every_rule_reaches_those_of_its_severity_and_its_owner() -> None:
    groups = yaml.safe_load(rules(shipped.config()))["groups"]
    written = [rule["labels"] for group in groups for rule in group["rules"] if "alert" in rule]
    ways = {(labels["severity"], labels["owner"]) for labels in written}
    assert {severity for severity, _ in ways} == {"critical", "warning", "info"}
    for severity, owner in ways:
        told = [severity, f"owner {owner}"] if severity == "warning" else [severity]
        labels = {"alertname": STALE, "severity": severity, "owner": owner}
        assert shipped.receivers(shipped.SHIPPED / "alertmanager.yml", labels) == told


def test_an_owner_with_an_odd_name_is_told(tmp_path: Path) -> None:
    file = shipped.file_with(with_bot(), tmp_path)
    odd = 'it\'s \\"odd\\" \\\\'
    labels = {"alertname": STALE, "severity": "warning", "owner": f'"{odd}"'}
    told = shipped.receivers(file, labels)
    assert told == ["warning", 'owner it\'s "odd" \\']


def test_an_owner_whom_no_way_reaches_is_told_through_all(tmp_path: Path) -> None:
    file = shipped.file_with(with_bot(), tmp_path)
    labels = {"alertname": STALE, "severity": "warning", "owner": "nobody"}
    assert shipped.receivers(file, labels) == ["warning"]


def test_a_window_of_a_dataset_changes_nobody_who_is_told(tmp_path: Path) -> None:
    more = 'maintenance: {rebuild: {datasets: [orders, events], times: "02:00 to 03:00"}}\n'
    file = shipped.file_with(shipped.of(shipped.config(more)), tmp_path)
    for labels, told in ROUTES.values():
        assert shipped.receivers(file, labels) == told
