"""Which alerts go without saying while another one fires: consequences of a cause that is told.

A cause is at least as loud as what it silences, so nothing that would wake people is ever hidden
behind something that does not. What is silenced here is in the group of its cause anyway, where it
fired first, but for the warehouse or the exporter being down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warehouse_exporter.alerting.routes.matchers import equal, none_of, one_of
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.lineage import downstream
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds import all_kinds

Rule = Mapping[str, Any]
ABOUT_OURSELVES = (
    names.ALERT_DOWN,
    names.ALERT_EXPORTER_DOWN,
    names.ALERT_RELOAD_FAILED,
    names.ALERT_CHECKS_LOST,
    names.ALERT_RULES_OUT_OF_DATE,
    names.ALERT_HEARTBEAT,
)
"""What does not follow from a warehouse or an exporter that is down."""
OURS = 'alertname=~"Warehouse.+"'
"""Other alerts may be in the same Alertmanager."""
MILDER = {Severity.CRITICAL: [], Severity.WARNING: [none_of("severity", [Severity.CRITICAL])]}
"""Severity of a cause -> what a consequence must be in order to be silenced by it."""


def rules(config: Config) -> list[Rule]:
    """Every inhibition, the widest first."""
    return [*of_what_is_down(), of_a_stale_pass(), of_the_same_check(), *of_causes(config)]


def rule(source: list[str], target: list[str], *same: str) -> Rule:
    """Alerts of the target are silent while one of the source fires with the same labels."""
    return {"source_matchers": source, "target_matchers": target, "equal": list(same)}


def of_what_is_down() -> Iterator[Rule]:
    """A warehouse or an exporter that is down over all that this exporter says.

    Another exporter on the same warehouse goes on speaking. Where no exporter is known at all, the
    alert has no `instance`, and speaks for the whole job.
    """
    ours = [OURS, none_of("alertname", ABOUT_OURSELVES)]
    down = one_of("alertname", (names.ALERT_DOWN, names.ALERT_EXPORTER_DOWN))
    yield rule([down], ours, "job", "instance")
    gone = [equal("alertname", names.ALERT_EXPORTER_DOWN), equal("instance", "")]
    yield rule(gone, ours, "job")


def of_a_stale_pass() -> Rule:
    """A dataset that no pass reaches over each of its checks that is not measured any more."""
    source = [equal("alertname", names.ALERT_PASS_STALE)]
    target = [equal("alertname", names.ALERT_UNMEASURED)]
    return rule(source, target, "job", "instance", "dataset")


def of_the_same_check() -> Rule:
    """Critical over the milder words of the same series of the same check."""
    given = {"job", "alertname", "dataset", "check"}
    series = {name for kind in all_kinds().values() for name in kind.metric.labels} - given
    source, milder = [OURS, equal("severity", Severity.CRITICAL)], MILDER[Severity.WARNING]
    same = ("job", "alertname", "dataset", "check", *sorted(series))
    return rule(source, milder, *same)


def of_causes(config: Config) -> Iterator[Rule]:
    """A load that did not arrive, or columns that changed, over what follows from it downstream."""
    for dataset in config.datasets:
        affected = [dataset, *downstream(dataset, config.datasets)]
        target = [one_of("dataset", affected), *consequences()]
        for severity, milder in MILDER.items():
            causes = {
                check.kind.alert
                for check in config.checks_of(frozenset([dataset]))
                if check.kind.explains and severity in check.kind.conditions()
            }
            if causes:
                loud = [equal("dataset", dataset), equal("severity", severity)]
                source = [*loud, one_of("alertname", sorted(causes))]
                yield rule(source, [*target, *milder], "job")


def consequences() -> list[str]:
    """All that is said of data, but for rows that are wrong by themselves."""
    apart = {kind.alert for kind in all_kinds().values() if not kind.explained}
    ours = {names.ALERT_PASS_STALE, names.ALERT_SERIES_DROPPED}
    return [OURS, none_of("alertname", sorted(apart | ours))]
