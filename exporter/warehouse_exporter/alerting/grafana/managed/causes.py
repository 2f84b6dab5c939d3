"""Which findings exclude which, where no Alertmanager inhibits and no rule can ask for `ALERTS`.

A late load and changed columns exclude their symptoms here and downstream. Labels that every series
of an alert has, such as its dataset, are compared here; those that only a series has, such as
`job`, are left to PromQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse_exporter.alerting import rules
from warehouse_exporter.alerting.routes import inhibition
from warehouse_exporter.alerting.routes.matchers import equal, none_of, one_of, parsed
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.lineage import downstream
from warehouse_exporter.core.model import CheckId, Severity

ROOT_CAUSE, SYMPTOM = "root_cause", "symptom"
ASKED = (names.EXPLAINED, names.SERIES)
Labels = Mapping[str, str]
Condition = tuple[str, str, re.Pattern[str]]


@dataclass(frozen=True)
class Alert:
    """A finding of one severity, with the labels that all its series have.

    Without a severity, it says that the check is not measured.
    """

    check: CheckId
    severity: Severity | None
    labels: Labels


@dataclass(frozen=True)
class Cause:
    """A finding that inhibits another, and the labels by which their series belong together."""

    check: CheckId
    severity: Severity
    joined_by: tuple[str, ...]


Told = tuple[CheckId, Severity | None]
Causes = Mapping[Told, tuple[Cause, ...]]


def causes(config: Config) -> Causes:
    """The causes of each alert, but for a worse finding of the same check."""
    alerts = list(alerts_about_data(config))
    found: dict[Told, dict[Cause, None]] = {}
    for rule in (*inhibition.rules(config)[:-1], *of_root_causes(config)):
        sources = selected(alerts, rule["source_matchers"])
        targets = selected(alerts, rule["target_matchers"])
        both = {id(one) for one in sources} & {id(one) for one in targets}
        for target in targets:
            for source in sources:
                mutual = id(source) in both and id(target) in both
                if mutual or source.severity is None or source.check == target.check:
                    continue
                joined = joined_by(source.labels, target.labels, rule["equal"])
                if joined is not None:
                    known = found.setdefault((target.check, target.severity), {})
                    known[Cause(source.check, source.severity, joined)] = None
    return {target: tuple(sources) for target, sources in found.items()}


def alerts_about_data(config: Config) -> Iterator[Alert]:
    """Every finding there can be, and that each check is not measured."""
    for check in config.checks:
        for severity in check.kind.conditions():
            role = role_of(check)
            yield Alert(check.id, severity, static(check, check.kind.alert, severity, role, config))
        worst = next(iter(check.kind.conditions()), Severity.INFO)
        labels = static(check, names.ALERT_UNMEASURED, worst, SYMPTOM, config)
        yield Alert(check.id, None, labels)


def static(
    check: Check, alert: str, severity: Severity, role: str | None, config: Config
) -> Labels:
    """The labels of all series of an alert."""
    fault = Fault.UNMEASURED if alert == names.ALERT_UNMEASURED else check.kind.fault
    return {**labels(check, fault, severity, config), "role": role or "", "alertname": alert}


def labels(check: Check, fault: Fault, severity: Severity, config: Config) -> dict[str, str]:
    """The labels of the same alert in Prometheus, but for those that are found by a query."""
    found = rules.labels(check, fault, severity, config)
    return {name: text for name, text in found.items() if name not in ASKED}


def role_of(check: Check) -> str | None:
    """What a finding of the check is to others; None where the rows are wrong in themselves."""
    if check.kind.root_cause:
        return ROOT_CAUSE
    return SYMPTOM if check.kind.symptom else None


def of_root_causes(config: Config) -> Iterator[Mapping[str, Any]]:
    """A load that did not arrive, or changed columns, excludes its symptoms downstream."""
    milder = {Severity.CRITICAL: [], Severity.WARNING: [none_of("severity", ["critical"])]}
    for dataset in config.datasets:
        affected = one_of("dataset", [dataset, *downstream(dataset, config.datasets)])
        target = [affected, one_of("role", (ROOT_CAUSE, SYMPTOM))]
        for severity, others in milder.items():
            loud = [equal("dataset", dataset), equal("severity", severity)]
            yield {
                "source_matchers": [*loud, equal("role", ROOT_CAUSE)],
                "target_matchers": [*target, *others],
                "equal": ["warehouse", "job"],
            }


def selected(alerts: Sequence[Alert], conditions: Sequence[str]) -> list[Alert]:
    """The alerts that meet all conditions."""
    wanted = [compiled(one) for one in conditions]
    return [one for one in alerts if all(met(one.labels, condition) for condition in wanted)]


def compiled(condition: str) -> Condition:
    """A condition with its value as a regular expression, which it may be already."""
    name, how, text = parsed(condition)
    return name, how, re.compile(text if "~" in how else re.escape(text))


def met(labels: Labels, condition: Condition) -> bool:
    """Whether labels meet a condition; a label that is not there is empty."""
    name, how, pattern = condition
    return bool(pattern.fullmatch(labels.get(name, ""))) is not how.startswith("!")


def joined_by(source: Labels, target: Labels, equal: Sequence[str]) -> tuple[str, ...] | None:
    """The labels that only their series have; None where their own labels differ."""
    known = source.keys() | target.keys()
    if any(source.get(name, "") != target.get(name, "") for name in equal if name in known):
        return None
    return tuple(name for name in equal if name not in known)
