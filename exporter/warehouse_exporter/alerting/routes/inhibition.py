"""Inhibition: which alerts are muted while another one fires.

Which alerts follow from another one is found when they begin, by their rules: they have the label
`explained_by`. It says `nothing` or something, so no alert is on both sides of the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warehouse_exporter.alerting.routes.matchers import equal, none_of, one_of
from warehouse_exporter.baselines.base import SCORE
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Side
from warehouse_exporter.core.model import Severity

Rule = Mapping[str, Any]
ABOUT_OURSELVES = (
    names.ALERT_DOWN,
    names.ALERT_EXPORTER_DOWN,
    names.ALERT_RELOAD_FAILED,
    names.ALERT_CHECKS_LOST,
    names.ALERT_CHECKS_MISSING,
    names.ALERT_RULES_OUT_OF_DATE,
    names.ALERT_NOTIFICATIONS_FAILING,
    names.ALERT_RULES_FAILING,
    names.ALERT_SCRAPE_FAILING,
    names.ALERT_HEARTBEAT,
)
"""Alerts that are not symptoms of a warehouse or an exporter that is down."""
OURS = 'alertname=~"Warehouse.+"'
"""Our alerts: the same Alertmanager may have others."""
ROOT, SYMPTOM = (f'{names.EXPLAINED}{how}"|{names.NOTHING}"' for how in ("=~", "!~"))


def rules(config: Config) -> list[Rule]:
    """Every inhibition rule, the widest first."""
    return [
        *of_what_is_down(),
        of_a_stale_pass(),
        of_the_same_check(config),
        of_falls_together(),
        of_causes(),
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
    """Critical inhibits the warning for the same series of the same check.

    Columns of queries are labels that nobody knows before: they are together in `series`.
    """
    given = {"warehouse", "job", "alertname", "dataset", "check", names.SERIES}
    own = {name for check in config.checks for name in check.kind.metric.labels} - given
    critical = [OURS, equal("severity", Severity.CRITICAL)]
    milder = [none_of("severity", [Severity.CRITICAL])]
    same = ("warehouse", "job", "alertname", "dataset", "check", names.SERIES, *sorted(own))
    return rule(critical, milder, *same)


def of_falls_together() -> Rule:
    """Falls that page together inhibit the warnings that they are, and no others."""
    source = [equal("alertname", names.ALERT_FALLS_TOGETHER), ROOT]
    target = [OURS, equal("severity", Severity.WARNING), equal(names.DEPARTURE, Side.FALL)]
    return rule(source, target, "warehouse", "job", "dataset", "check", *SCORE.labels)


def of_causes() -> Rule:
    """What follows from another alert is inhibited, and shown so, while there are causes.

    Its route notifies nobody, so it does not notify when its cause resolves before it.
    """
    return rule([OURS, ROOT], [OURS, SYMPTOM], names.WAREHOUSE)
