"""Which findings exclude which, where no Alertmanager inhibits and no rule can ask for `ALERTS`.

What follows from what is as for Prometheus (passes/causes.py), as far as an expression can say it.
An expression does not know when a finding began, nor whether another one explains it. So a cause
excludes for as long as it fires, and of the causes that must not be explained themselves only late
loads and changed columns exclude, which nothing but their like upstream explains.

Labels that every series of an alert has, such as its dataset, are compared here; those that only a
series has, such as `job`, are left to PromQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from warehouse_exporter.alerting import rules
from warehouse_exporter.alerting.routes import inhibition
from warehouse_exporter.alerting.routes.matchers import parsed
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.passes import causes as relation
from warehouse_exporter.passes.paging import notifying

UPSTREAM_ONLY = (Fault.LOAD, Fault.COLUMNS)
"""Sorts of faults that are explained by nothing but the same sort upstream."""
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
    for target, cause in following(alerts, config):
        found.setdefault((target.check, target.severity), {})[cause] = None
    for rule in inhibition.rules(config)[:-1]:
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
        for severity in notifying(check, config):
            yield Alert(check.id, severity, static(check, check.kind.alert, severity, config))
        worst = next(iter(check.kind.conditions()), Severity.INFO)
        labels = static(check, names.ALERT_UNMEASURED, worst, config)
        yield Alert(check.id, None, labels)


def static(check: Check, alert: str, severity: Severity, config: Config) -> Labels:
    """The labels of all series of an alert."""
    fault = Fault.UNMEASURED if alert == names.ALERT_UNMEASURED else check.kind.fault
    return {**rules.labels(check, fault, severity, config), "alertname": alert}


def following(alerts: Sequence[Alert], config: Config) -> Iterator[tuple[Alert, Cause]]:
    """Each alert with the findings that it follows from, as far as an expression can say it."""
    sources: dict[tuple[str, Fault], list[Alert]] = {}
    for alert in alerts:
        if alert.severity is not None:
            fault = config.check(alert.check).kind.fault
            sources.setdefault((alert.check.dataset, fault), []).append(alert)
    for target in alerts:
        check = config.check(target.check)
        fault = Fault.UNMEASURED if target.severity is None else check.kind.fault
        loud = relation.NO_LESS_SEVERE[Severity(target.labels["severity"])]
        for cause in expressible(relation.reasons(check, fault, config)):
            for place in product(sorted(cause.datasets), cause.faults):
                for source in sources.get(place, ()):
                    able = source.severity in loud and source.check != target.check
                    if able and cause.covers(config.check(source.check), place[1]):
                        yield target, Cause(source.check, source.severity or loud[0], ("job",))


def expressible(reasons: relation.Reasons) -> Iterator[relation.Cause]:
    """The causes that exclude without a look at what explains them."""
    yield from (*reasons.lasting, *reasons.new)
    for cause in reasons.roots:
        if faults := tuple(fault for fault in cause.faults if fault in UPSTREAM_ONLY):
            yield replace(cause, faults=faults)


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
