"""Config -> Prometheus rules, one alert per check and severity, with the limits as literals.

A finding must not look repaired because its check is no longer measured. So alerts judge the last
measured value: a recording rule for each judged gauge holds the value for hours while the check is
not measured, and drops it once the check is measured and has no value.

All rules are in one group: they are evaluated one after the other, at one instant, and alerts are
sent in that order. Different groups are evaluated up to an interval apart, and a symptom that
outlives its root cause by that much would page. So root causes come before their symptoms: datasets
before those built from them, root-cause kinds before others, critical before warning.
"""

from __future__ import annotations

import hashlib
import json
import math
import shlex
from collections.abc import Iterator
from typing import Any

import yaml

from warehouse_exporter.alerting.annotations import (
    LAST,
    description_template,
    literal,
    numbers_template,
    quoted,
    reason_template,
    selector,
    sentence_template,
    texts,
)
from warehouse_exporter.alerting.assets import rules_about_ourselves
from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.values import parse_duration
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.core.lineage import depths, downstream, incident
from warehouse_exporter.core.model import Severity

GROUP = "warehouse"
HELD = 6 * 3600
"""Seconds that a finding survives unmeasured; then only the unmeasured alert is left."""
KEPT, LONGEST = 2, 30 * 60
"""How many intervals an alert keeps firing after its last breach, so that a value in breach in
every second pass notifies once; and the most seconds, so that a resolve does not take hours."""
CAUSE = 1.2
"""How much longer a root cause keeps firing than its symptoms: they must resolve while they are
still inhibited, or they would notify after everything is over."""
INTERVAL = "15s"
"""Time between two scrapes, and between two evaluations of the rules."""
CHECK = "warehouse, job, dataset, check"
MEASURED_AT, BLIND = "warehouse:check_measured_at", "warehouse:check_blind"
LOADED = "warehouse:rules_loaded"
"""The series by which Prometheus reports the rules it has loaded."""
Rule = dict[str, Any]


def in_warehouse(metric: str, config: Config) -> str:
    """All series of a metric in the config's warehouse: Prometheus may have others."""
    return f"{metric}{{{names.WAREHOUSE}={quoted(config.warehouse.name)}}}"


def series(metric: str, check: Check, config: Config, **labels: str) -> str:
    """The series of one check."""
    return selector(metric, check, **{names.WAREHOUSE: config.warehouse.name}, **labels)


def expression(condition: Condition, check: Check, config: Config) -> str:
    """The condition on the last measured value: from now, or from before measuring failed."""
    return condition.promql(
        lambda metric: series(LAST.format(metric), check, config, **check.kind.judged)
    )


def memory(config: Config) -> list[Rule]:
    """When each check was last measured, and which are blind: measured recently, but not now."""
    now = f"{in_warehouse(names.MEASURED.name, config)} == 1"
    measured_at = in_warehouse(MEASURED_AT, config)
    return [
        {
            "record": MEASURED_AT,
            "expr": f"timestamp({now})\nor\n({measured_at} > time() - {HELD})",
        },
        {"record": BLIND, "expr": f"{measured_at}\nunless on({CHECK}) ({now})"},
    ]


def last(metric: str, config: Config) -> Rule:
    """The last measured value of a gauge; dropped by the first measurement without a value."""
    name = LAST.format(metric)
    now, before, blind = (in_warehouse(each, config) for each in (metric, name, BLIND))
    return {"record": name, "expr": f"{now}\nor\n({before} and on({CHECK}) {blind})"}


def labels(check: Check, severity: Severity, config: Config, role: str | None) -> dict[str, str]:
    """The labels by which an alert is routed."""
    return {
        names.WAREHOUSE: config.warehouse.name,
        "severity": severity.value,
        "dataset": check.id.dataset,
        "check": literal(check.id.name),
        "owner": literal(check.owner or names.UNOWNED),
        "layer": check.kind.layer,
        "incident": incident(check.id.dataset, config.datasets),
        **({"role": role} if role else {}),
    }


def role_of(check: Check) -> str | None:
    """What a finding of the check is to others; None where the rows are wrong in themselves."""
    if check.kind.root_cause:
        return names.ROOT_CAUSE
    return names.SYMPTOM if check.kind.symptom else None


def kept(check: Check, config: Config) -> str | None:
    """How long the alerts of a check keep firing after a breach; None: not at all.

    What a root cause inhibits must resolve first. A dataset with another interval sees the repair
    later, by as much as its own interval.
    """
    dataset = check.id.dataset
    every = config.interval(dataset)
    wait = keep_firing_seconds(every, config)
    if check.kind.root_cause:
        others = {config.interval(one) for one in downstream(dataset, config.datasets)} - {every}
        wait = CAUSE * max(
            [wait, *(keep_firing_seconds(other, config) + other for other in others)]
        )
    return f"{math.ceil(wait)}s" if keep_firing_seconds(every, config) else None


def keep_firing_seconds(every: float, config: Config) -> float:
    """Seconds that a finding keeps firing: long enough for a flapping value to return."""
    given = config.alerts.keep_firing_for
    if given is None:
        return min(KEPT * every, LONGEST)
    return parse_duration(given) if int(given[:-1]) else 0


def finding_rule(
    check: Check, place: int, severity: Severity, condition: Condition, config: Config
) -> Rule:
    """The rule of one severity of one check; `place` is its position, root causes first."""
    alert, keep = check.kind.alert, kept(check, config)
    return {
        "alert": alert,
        "expr": expression(condition, check, config),
        **({"for": check.kind.hold} if check.kind.hold else {}),
        **({"keep_firing_for": keep} if keep else {}),
        "labels": labels(check, severity, config, role_of(check)),
        "annotations": texts(
            check,
            place,
            alert,
            sentence_template(severity.value, numbers_template(check, condition)),
            description_template(check, condition),
            config,
        ),
    }


def unmeasured_rule(check: Check, place: int, config: Config) -> Rule:
    """The rule for a check that cannot be measured, at the worst severity the check can have.

    It has no `keep_firing_for`: when a database is back it must resolve before `WarehouseDown`,
    which inhibits it.
    """
    severity = next((s for s in Severity if s in check.kind.conditions()), Severity.INFO)
    description = (
        f"Not measured{reason_template(check)}, so nobody knows whether it is fine. "
        f"The reason is on the status page and in {names.UNMEASURED_REASON.name}."
    )
    return {
        "alert": names.ALERT_UNMEASURED,
        "expr": f"{series(names.MEASURED.name, check, config)} == 0",
        "for": config.alerts.unmeasured_for,
        "labels": labels(check, severity, config, names.SYMPTOM),
        "annotations": texts(
            check,
            place,
            names.ALERT_UNMEASURED,
            sentence_template(
                names.UNMEASURED, literal(f"{check.id.dataset}: {check.id.name} is not measured")
            ),
            description,
            config,
        ),
    }


def causes_first(config: Config) -> list[Check]:
    """The checks, grouped by dataset, with root causes before their symptoms."""
    names = dict.fromkeys(check.id.dataset for check in config.checks)
    depth = depths(config.datasets)
    in_order = sorted(names, key=lambda name: depth.get(name, 0))
    place = {name: number for number, name in enumerate(in_order)}

    def order(check: Check) -> tuple[int, bool, bool]:
        """Exact findings come before unlikely ones, which are judged against past days."""
        return place[check.id.dataset], not check.kind.root_cause, not check.kind.in_the_past

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


class Block(str):
    """Text that YAML writes as a block, so that people can read an expression of two lines."""


class Dumper(yaml.SafeDumper):
    """Writes expressions as blocks."""


class FastDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """The same five times as fast, where PyYAML was built with libyaml."""


def as_block(dumper: yaml.SafeDumper, text: Block) -> yaml.ScalarNode:
    """The node of a block."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


Dumper.add_representer(Block, as_block)
FastDumper.add_representer(Block, as_block)
ESCAPED = "\\U"
"""The beginning of what libyaml makes of an emoji; other texts it leaves as readable as we do."""


def blocks(data: Any) -> Any:
    """The data with its multi-line texts as blocks."""
    if isinstance(data, dict):
        return {key: blocks(value) for key, value in data.items()}
    if isinstance(data, list):
        return [blocks(item) for item in data]
    return Block(data) if isinstance(data, str) and "\n" in data else data


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


def written(data: Any) -> str:
    """The data as YAML, in the order made."""
    text = dumped(data, FastDumper)
    return dumped(data, Dumper) if ESCAPED in text else text


def dumped(data: Any, dumper: type[yaml.SafeDumper]) -> str:
    """The data as one of the two writes it."""
    text: str = yaml.dump(data, Dumper=dumper, sort_keys=False, width=1000, allow_unicode=True)
    return text
