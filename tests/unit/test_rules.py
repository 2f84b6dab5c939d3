"""Alert rules: what is written, and what Prometheus makes of it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_exporter.alerting.assets import rules_about_ourselves
from warehouse_exporter.alerting.rules import (
    Dumper,
    blocks,
    checksum,
    dumped,
    groups,
    render,
    written,
)
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.names import ALERT_DOWN, ALERT_UNMEASURED

from tests.support import shop_warehouse
from tests.support.programs import needs
from tests.support.rules import all_rules, checks_of, rules_of

GOLDEN = Path(__file__).parents[1] / "golden"
SMALL = GOLDEN / "rules.config.yml"
RULES = GOLDEN / "rules.yml"
AGAIN = "REGENERATE_GOLDEN"
"""Set this variable to write the golden file anew; then read its diff."""
ODD = 'it\'s "odd" `\\ {{ $value }} |'


@given(st.text(st.sampled_from("ab0 '\"#:-{}[]\n\t\r\\%|>&*!,?`@=~é中\x07\xa0\u2028\ufeff🛒UN")))
@settings(max_examples=300, deadline=None)
def test_a_file_is_the_same_whoever_writes_it(text: str) -> None:
    data = blocks({"alert": f"{text}.", "expr": f"({text})", "labels": {"check": f"{text}/"}})
    file = written(data)
    assert file == dumped(data, Dumper)
    assert yaml.safe_load(file) == data


def small() -> Config:
    """The config whose rules are in the golden file."""
    return parse(SMALL.read_text(), SMALL.name, {"WAREHOUSE_DSN": ""})


def promtool(command: str, file: Path) -> str:
    """What promtool says; nothing is wrong."""
    asked = subprocess.run(
        ["promtool", *command.split(), str(file)], capture_output=True, text=True, check=False
    )
    said = asked.stdout + asked.stderr
    assert asked.returncode == 0, said
    return said


def test_the_rules_of_a_small_config_are_those_of_the_golden_file() -> None:
    text = render(small())
    if AGAIN in os.environ:
        RULES.write_text(text)
    assert text == RULES.read_text(), f"{AGAIN}=1 pytest {__file__} writes it anew"


@needs("promtool")
def test_promtool_takes_the_rules_of_every_kind(tmp_path: Path) -> None:
    loaded = shop_warehouse.config("dbname=nowhere")
    file = tmp_path / "rules.yml"
    file.write_text(render(loaded))
    expected = len(all_rules(loaded)) + len(rules_about_ourselves("shop")["rules"])
    assert f"{expected} rules found" in promtool("check rules", file)


def test_every_severity_of_every_check_has_a_rule_and_every_check_one_for_unmeasured() -> None:
    loaded = shop_warehouse.config("dbname=nowhere")
    labels = [(rule["alert"], rule["labels"]) for rule in rules_of(loaded)]
    unmeasured = [(x["dataset"], x["check"]) for name, x in labels if name == ALERT_UNMEASURED]
    assert sorted(unmeasured) == sorted((c.id.dataset, c.id.name) for c in loaded.checks)
    findings = {
        (x["dataset"], x["check"], x["severity"]) for name, x in labels if name != ALERT_UNMEASURED
    }
    assert findings == {
        (check.id.dataset, check.id.name, severity.value)
        for check in loaded.checks
        for severity in check.kind.conditions()
    }


def test_an_unmeasured_check_is_as_loud_as_it_could_have_been() -> None:
    loud = {
        rule["labels"]["check"]: rule["labels"]["severity"]
        for rule in rules_of(small())
        if rule["alert"] == ALERT_UNMEASURED
    }
    assert loud == {
        "freshness": "critical",
        "completeness_client_id": "critical",
        "completeness_referrer": "critical",
        "volume": "critical",
        "metric_revenue": "info",
        "metric_events": "info",
        "seasonal_revenue": "critical",
        "seasonal_events": "critical",
        "zscore_revenue": "warning",
        "stuck_refunds": "info",
    }


def test_an_incident_says_of_what_dataset_and_sort_a_fault_is() -> None:
    found = [rule["labels"] for rule in rules_of(small())]
    assert {one["incident"] for one in found if one["dataset"] == "orders"} == {
        "orders/presence/volume", "orders/unmeasured/volume",
        "orders/unmeasured/metric_revenue",
        "orders/statistics/zscore_revenue", "orders/unmeasured/zscore_revenue",
        "orders/statistics/seasonal_revenue", "orders/unmeasured/seasonal_revenue",
    }  # fmt: skip
    assert {one["owner"] for one in found if one["dataset"] == "orders"} == {"unowned"}


@pytest.mark.parametrize("shown", ["severity", "owner", "layer", "incident", "fault"])
def test_every_rule_has_the_labels_by_which_it_is_routed(shown: str) -> None:
    assert all(rule["labels"][shown] for rule in rules_of(small()))


ORDERS = """
warehouse: {dsn: x}
%s
datasets:
  orders:
    relation: orders
    time: ts
    every: 20m
    depends_on: [sessions]
    checks: [{volume: {critical: "< %d", warning: "< 9"}}]
  sessions: {relation: sessions, time: ts, depends_on: [events], every: 10s}
  events:
    relation: events
    time: ts
    every: 5m
    checks: [{volume: {critical: "< 1"}}, {freshness: {warning: "> 1h", critical: "> 2h"}}]
queries:
  - {name: of_a_dataset, dataset: sessions, sql: "select 1", info: "> 0"}
  - {name: of_none, sql: "select 1", info: "> 0"}
"""


def orders(alerts: str = "", critical: int = 5, path: str = "warehouse.yml") -> Config:
    """A chain of datasets, written from its end."""
    return parse(ORDERS % (alerts, critical), path, {})


def test_a_cause_is_judged_before_what_follows_from_it() -> None:
    order = [
        (rule["labels"]["dataset"], rule["labels"]["check"], rule["labels"]["severity"])
        for rule in rules_of(orders())
        if rule["alert"] != ALERT_UNMEASURED
    ]
    assert order == [
        ("events", "freshness", "critical"), ("events", "volume", "critical"),
        ("orders", "volume", "critical"),
        ("events", "freshness", "warning"), ("orders", "volume", "warning"),
        ("queries", "of_none", "info"), ("sessions", "of_a_dataset", "info"),
    ]  # fmt: skip
    named = [rule["alert"] for rule in rules_of(orders())]
    assert named[len(order) :] == [ALERT_UNMEASURED] * 5, "the last to begin, the last to page"


@pytest.mark.parametrize(
    ("unmeasured_for", "wait"),
    [("", "10s"), ("0s", "0s"), ("5s", "0s"), ("1m", "30s"), ("10m", "5m")],
)
def test_a_database_that_is_down_pages_before_the_checks_that_are_not_measured(
    unmeasured_for: str, wait: str
) -> None:
    """Whoever was paged of the checks first would be paged once for each dataset."""
    alerts = f"alerts: {{unmeasured_for: {unmeasured_for}}}" if unmeasured_for else ""
    rules = [rule for group in groups(orders(alerts)) for rule in group["rules"]]
    assert [rule["for"] for rule in rules if rule.get("alert") == ALERT_DOWN] == [wait]


def test_a_check_costs_prometheus_one_series_for_each_of_its_limits() -> None:
    loaded = shop_warehouse.config("dbname=nowhere")
    for rule in all_rules(loaded):
        if checks_of(rule):
            bounds = len(re.findall(r"[<>=!]=?(?= -?[0-9])", rule["expr"]))
            chosen = rule["expr"].count("{")
            assert chosen == bounds, "the time of an evaluation is that of its series"
    ranges = [rule["expr"] for rule in all_rules(loaded) if "[" in rule["expr"]]
    assert [expr for expr in ranges if "warehouse_objective_" not in expr] == [], "a few a dataset"


def test_no_gauge_is_carried_on_twice() -> None:
    recorded = [rule["record"] for rule in all_rules(orders()) if "record" in rule]
    assert recorded == [
        "warehouse:evaluations", "warehouse:check_measured_at", "warehouse:check_blind",
        "warehouse_newest_row_timestamp_seconds:last", "warehouse_rows:last",
        "warehouse_query_value:last", "warehouse_finding_info:last",
        "warehouse:upstream", "warehouse:upstream", "warehouse:rules_loaded",
    ]  # fmt: skip


def kept(loaded: Config) -> dict[str, set[str | None]]:
    """How long alerts go on after their last breach, by dataset; of what is not measured, too."""
    found: dict[str, set[str | None]] = {}
    for rule in rules_of(loaded):
        unmeasured = rule["alert"] == ALERT_UNMEASURED
        key = "unmeasured" if unmeasured else rule["labels"]["dataset"]
        found.setdefault(key, set()).add(rule.get("keep_firing_for"))
    return found


def test_a_page_is_soon_over_and_a_ticket_goes_on_until_it_would_be_another() -> None:
    assert kept(orders()) == {
        "events": {"30s"}, "sessions": {"600s"}, "orders": {"30s"},
        "queries": {"600s"}, "unmeasured": {None},
    }  # fmt: skip
    assert kept(orders("alerts: {returns_within: 15m}"))["sessions"] == {"900s"}


@pytest.mark.parametrize(("written", "shown"), [("90s", {"90s"}), ("0s", {None})])
def test_the_config_may_say_how_long_findings_are_kept(
    written: str, shown: set[str | None]
) -> None:
    found = kept(orders(f"alerts: {{keep_firing_for: {written}}}"))
    assert found.pop("unmeasured") == {None}
    assert set().union(*found.values()) == shown


def test_the_fingerprint_of_the_rules_is_that_of_what_they_say() -> None:
    loaded = all_rules(orders())[-1]
    assert loaded == {
        "record": "warehouse:rules_loaded",
        "expr": "vector(1)",
        "labels": {"warehouse": "warehouse", "checksum": checksum(orders())},
    }
    assert re.fullmatch("[0-9a-f]{16}", checksum(orders()))
    assert checksum(orders(path="elsewhere.yml", alerts="# a comment")) == checksum(orders())
    assert checksum(orders(critical=6)) != checksum(orders())
    assert checksum(orders("alerts: {unmeasured_for: 5m}")) != checksum(orders())
