"""Inhibition: which alerts are muted while another one fires.

A root cause inhibits only alerts of its own severity or below, so nothing that would page is ever
hidden behind something that does not. Inhibited alerts are in the group of their root cause anyway,
except where the warehouse or the exporter is down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warehouse_exporter.alerting.routes.matchers import equal, none_of, one_of
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.lineage import downstream
from warehouse_exporter.core.model import Severity

Rule = Mapping[str, Any]
ABOUT_OURSELVES = (
    names.ALERT_DOWN,
    names.ALERT_EXPORTER_DOWN,
    names.ALERT_RELOAD_FAILED,
    names.ALERT_CHECKS_LOST,
    names.ALERT_RULES_OUT_OF_DATE,
    names.ALERT_HEARTBEAT,
)
"""Alerts that are not symptoms of a warehouse or an exporter that is down."""
OURS = 'alertname=~"Warehouse.+"'
"""Our alerts: the same Alertmanager may have others."""
MILDER = {Severity.CRITICAL: [], Severity.WARNING: [none_of("severity", [Severity.CRITICAL])]}
"""Severity of a root cause -> matchers for the severities it may inhibit."""


def rules(config: Config) -> list[Rule]:
    """Every inhibition rule, the widest first."""
    return [
        *of_what_is_down(),
        of_a_stale_pass(),
        of_the_same_check(config),
        *of_root_causes(config),
    ]


def rule(source: list[str], target: list[str], *same: str) -> Rule:
    """Target alerts are inhibited while a source alert fires with the same labels."""
    return {"source_matchers": source, "target_matchers": target, "equal": list(same)}


def of_what_is_down() -> Iterator[Rule]:
    """A warehouse or an exporter that is down inhibits every other alert of this exporter.

    Another exporter on the same warehouse still notifies. Where no exporter is known at all, the
    alert has no `instance`, and stands for the whole job.
    """
    ours = [OURS, none_of("alertname", ABOUT_OURSELVES)]
    down = one_of("alertname", (names.ALERT_DOWN, names.ALERT_EXPORTER_DOWN))
    yield rule([down], ours, "warehouse", "job", "instance")
    gone = [equal("alertname", names.ALERT_EXPORTER_DOWN), equal("instance", "")]
    yield rule(gone, ours, "warehouse", "job")


def of_a_stale_pass() -> Rule:
    """A dataset that no pass reaches inhibits the unmeasured alerts of its checks."""
    source = [equal("alertname", names.ALERT_PASS_STALE)]
    target = [equal("alertname", names.ALERT_UNMEASURED)]
    return rule(source, target, "warehouse", "job", "instance", "dataset")


def of_the_same_check(config: Config) -> Rule:
    """Critical inhibits the warning for the same series of the same check."""
    given = {"warehouse", "job", "alertname", "dataset", "check"}
    series = {name for check in config.checks for name in check.kind.metric.labels} - given
    source, milder = [OURS, equal("severity", Severity.CRITICAL)], MILDER[Severity.WARNING]
    same = ("warehouse", "job", "alertname", "dataset", "check", *sorted(series))
    return rule(source, milder, *same)


def of_root_causes(config: Config) -> Iterator[Rule]:
    """A load that did not arrive, or changed columns, inhibits its symptoms downstream."""
    for dataset in config.datasets:
        affected = [dataset, *downstream(dataset, config.datasets)]
        target = [one_of("dataset", affected), *symptoms()]
        for severity, milder in MILDER.items():
            if any(
                check.kind.root_cause and severity in check.kind.conditions()
                for check in config.checks_of(frozenset([dataset]))
            ):
                loud = [equal("dataset", dataset), equal("severity", severity)]
                source = [OURS, *loud, equal("role", names.ROOT_CAUSE)]
                yield rule(source, [*target, *milder], "warehouse", "job")


def symptoms() -> list[str]:
    """All alerts about data, except those for rows that are wrong in themselves.

    A root cause may itself be the symptom of another one upstream. Alerts are distinguished by a
    label from their rules, so these routes name no kind of check.
    """
    return [OURS, one_of("role", (names.ROOT_CAUSE, names.SYMPTOM))]
