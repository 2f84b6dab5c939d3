"""Config -> Prometheus rules, one alert per check and severity, with the limits as literals.

All rules are in one group: they are evaluated one after the other, at one instant, and alerts are
sent in that order. An alert is judged after whatever may explain it: what is wrong in itself before
what is compared, datasets before those built from them, critical before warning.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator
from typing import Any

from warehouse_exporter.alerting.assets import rules_about_ourselves
from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.rules.files import blocks, written
from warehouse_exporter.alerting.rules.findings import finding_rule, unmeasured_rule
from warehouse_exporter.alerting.rules.memory import Rule, last, memory
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.lineage import depths
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.future_rows import FutureRows

GROUP = "warehouse"
INTERVAL = "15s"
"""Time between two scrapes, and between two evaluations of the rules."""
LOADED = "warehouse:rules_loaded"
"""The series by which Prometheus reports the rules it has loaded."""
RANK = {fault: rank for rank, fault in enumerate(Fault)}


def causes_first(config: Config) -> list[Check]:
    """The checks in the order of judgement."""
    names = dict.fromkeys(check.id.dataset for check in config.checks)
    depth = depths(config.datasets)
    place = {name: n for n, name in enumerate(sorted(names, key=lambda name: depth.get(name, 0)))}

    def order(check: Check) -> tuple[bool, int, int, bool, bool]:
        """Exact findings come before unlikely ones, which are judged against past days.

        Rows in the future come before the days out of which they have moved.
        """
        moved, dataset = isinstance(check.kind, FutureRows), place[check.id.dataset]
        fault = Fault.PRESENCE if moved else check.kind.fault
        compared = RANK[fault] >= RANK[Fault.MATCH]
        return compared, dataset, RANK[fault], not moved, not check.kind.in_the_past

    return sorted(config.checks, key=order)


def judging(config: Config) -> list[Rule]:
    """Every rule about the data, in the order of evaluation."""
    checks = causes_first(config)
    judged = {
        term.metric: None
        for check in checks
        for condition in check.kind.conditions().values()
        for term in condition.terms
    }
    findings = [
        finding_rule(check, place, severity, conditions[severity], config)
        for place, check in enumerate(checks)
        for conditions in (check.kind.conditions(),)
        for severity in Severity
        if severity in conditions
    ]
    unmeasured = [unmeasured_rule(check, place, config) for place, check in enumerate(checks)]
    return [
        *memory(config),
        *(last(metric, config) for metric in judged),
        last(names.FINDING.name, config),
        *findings,
        *unmeasured,
    ]


def checksum(config: Config) -> str:
    """A fingerprint of what Prometheus should have loaded; comments do not count."""
    return digest(judging(config))


def digest(rules: list[Rule]) -> str:
    """The fingerprint of rules, taken one by one: all at once would block every other thread."""
    found = hashlib.sha256(b"[")
    for place, rule in enumerate(rules):
        found.update((", " * bool(place) + json.dumps(rule)).encode())
    found.update(b"]")
    return found.hexdigest()[:16]


def groups(config: Config, job: str | None = None) -> Iterator[dict[str, Any]]:
    """The one group of rules about the data, and the one about the exporter itself."""
    rules = judging(config)
    shown = {names.WAREHOUSE: config.warehouse.name, "checksum": digest(rules)}
    loaded = {"record": LOADED, "expr": "vector(1)", "labels": shown}
    yield {"name": GROUP, "rules": [*rules, loaded]}
    ours = rules_about_ourselves(config.warehouse.name, job)
    yield {**ours, "rules": [adapted(rule, config) for rule in ours["rules"]]}


def adapted(rule: Rule, config: Config) -> Rule:
    """A rule about the exporter with the config's runbook link, and without keys that an older
    Prometheus does not know."""
    given, runbook = config.alerts.keep_firing_for, config.alerts.runbook(rule["alert"])
    dropped = {"keep_firing_for"} if given is not None and not int(given[:-1]) else set()
    kept = {key: value for key, value in rule.items() if key not in dropped}
    links = {"runbook_url": runbook} if runbook else {}
    if status := config.alerts.page(""):
        links["status_url"] = status
    if dashboard := places.of_exporter(config):
        links["dashboard_url"] = dashboard
    return {**kept, "annotations": {**rule["annotations"], **links}}


def render(config: Config, job: str | None = None) -> str:
    """The rules file; with a `job`, the exporter is looked for in that job of Prometheus alone."""
    options = "" if job is None else f" --job {shlex.quote(job)}"
    head = (
        f"# Generated by `warehouse-exporter rules --config.file {config.path}{options}`."
        " DO NOT EDIT.\n"
        "# A limit is written once, in that file.\n"
    )
    return head + written({"groups": blocks(list(groups(config, job)))})


def prometheus_config(config: Config, job: str, exporter: str, alertmanager: str) -> str:
    """A prometheus.yml that scrapes the exporter and sends alerts to an Alertmanager."""
    head = (
        f"# Generated by `warehouse-exporter assets --config.file {config.path}`.\n"
        "# rules/warehouse.yml and ../alertmanager/ are from the same config.\n"
    )

    def targets(*addresses: str) -> list[dict[str, list[str]]]:
        return [{"targets": list(addresses)}]

    return head + written(
        {
            "global": {"scrape_interval": INTERVAL, "evaluation_interval": INTERVAL},
            "rule_files": ["rules/*.yml"],
            "alerting": {"alertmanagers": [{"static_configs": targets(alertmanager)}]},
            "scrape_configs": [
                {"job_name": job, "static_configs": targets(exporter)},
                {"job_name": "alertmanager", "static_configs": targets(alertmanager)},
                {"job_name": "prometheus", "static_configs": targets("localhost:9090")},
            ],
        }
    )
