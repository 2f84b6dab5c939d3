"""Config -> Prometheus rules, with the limits as literals; checks with the same limit share one.

All rules are in one group: they are evaluated one after the other, at one instant, and alerts are
sent in that order. An alert is judged after whatever may explain it: critical before warning, then
what is wrong in itself before what is compared, then datasets before those built from them. Checks
share a rule only if none of them can explain another (`passes/stages.py`).
"""

from __future__ import annotations

import hashlib
import json
import math
import shlex
from collections.abc import Iterator
from typing import Any

from warehouse_exporter.alerting.assets import rules_about_ourselves
from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.rules.choice import Draft, merged
from warehouse_exporter.alerting.rules.dbt import about_dbt
from warehouse_exporter.alerting.rules.falls import about_falls
from warehouse_exporter.alerting.rules.files import blocks, written
from warehouse_exporter.alerting.rules.findings import (
    SEEN,
    finding_rule,
    seconds,
    unmeasured_for,
    unmeasured_rule,
)
from warehouse_exporter.alerting.rules.memory import Rule, last, lineage, memory
from warehouse_exporter.alerting.rules.objectives import about_objectives
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.model import Severity
from warehouse_exporter.passes.causes import causes_first
from warehouse_exporter.passes.paging import notifying
from warehouse_exporter.passes.stages import Stage, stages

GROUP = "warehouse"
INTERVAL = "15s"
"""Time between two scrapes, and between two evaluations of the rules."""
LOADED = "warehouse:rules_loaded"
"""The series by which Prometheus reports the rules it has loaded."""


def judging(config: Config) -> list[Rule]:
    """Every rule about the data, in the order of evaluation."""
    checks = causes_first(config)
    judged = {
        term.metric: None
        for check in checks
        for condition in check.kind.conditions().values()
        for term in condition.terms
    }
    return [
        *memory(config),
        *(last(metric, config) for metric in judged),
        last(names.FINDING.name, config),
        *lineage(config),
        *merged(findings(config)),
        *about_falls(config, len(checks)),
        *merged(unmeasured(config)),
        *(adapted(rule, config) for rule in (*about_dbt(config), *about_objectives(config))),
    ]


def findings(config: Config) -> Iterator[Draft]:
    """The rules of each limit of each check: worst first, then stage by stage."""
    order = stages(config)
    judged = sorted(config.checks, key=lambda one: order.judged[one.id])
    limited = [(check, order.judged[check.id], notifying(check, config)) for check in judged]
    for severity in Severity:
        for check, stage, conditions in limited:
            if condition := conditions.get(severity):
                rule = finding_rule(check, order.places[stage], severity, condition, config)
                yield Draft(check.id, rule, f"{condition.text}, {turn(stage)}")


def unmeasured(config: Config) -> Iterator[Draft]:
    """The rules of checks that are not measured, stage by stage."""
    order = stages(config)
    for check in sorted(config.checks, key=lambda one: order.unmeasured[one.id]):
        stage = order.unmeasured[check.id]
        rule = unmeasured_rule(check, order.places[stage], config)
        yield Draft(check.id, rule, f"{check.kind.fault} {turn(stage)}")


def turn(stage: Stage) -> str:
    """What tells the stage from others of its sort: the level, and the turn among peers."""
    return f"{stage.level}.{stage.turn}" if stage.turn else f"{stage.level}"


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
    dropped = {"keep_firing_for"} if given is not None and not seconds(given) else set()
    kept = {key: value for key, value in rule.items() if key not in dropped}
    if rule["alert"] == names.ALERT_DOWN:
        kept["for"] = down_for(rule["for"], config)
    links = {"runbook_url": runbook} if runbook else {}
    if status := config.alerts.page(""):
        links["status_url"] = status
    if dashboard := places.of_exporter(config):
        links["dashboard_url"] = dashboard
    given = rule["annotations"]
    return {**kept, "annotations": {**given, **{k: v for k, v in links.items() if k not in given}}}


def down_for(most: str, config: Config) -> str:
    """How long the warehouse may be out of reach: less than a check may be unmeasured."""
    waits = (seconds(unmeasured_for(check, config)) for check in config.checks)
    soonest = max(min(waits, default=math.inf) - SEEN, 0)
    return most if soonest >= seconds(most) else f"{math.floor(soonest)}s"


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
