"""Config -> PromQL that needs no recording rule: what fires, what is held, what causes exclude.

Prometheus' own rules hold a finding in recording rules while its check is not measured. Grafana's
rules ask the past instead: `last_over_time`, up to the last measurement. And where Alertmanager
inhibits a symptom, the symptom's expression excludes it while a cause fires.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warehouse_exporter.alerting import rules
from warehouse_exporter.alerting.accepted import statement
from warehouse_exporter.alerting.annotations import quoted
from warehouse_exporter.alerting.grafana.managed.causes import Cause, Causes
from warehouse_exporter.alerting.routes.matchers import one_of
from warehouse_exporter.baselines.base import SCORE
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.core.model import NUMBERS, Outcome, Severity
from warehouse_exporter.passes.paging import notifying, rises_softly

HELD = f"{rules.HELD // 3600}h"
STEP, SHORT_STEP = "1m", "30s"
"""How closely the past is looked at: for what is held, and for what has just ended."""
WHOLE = (names.WAREHOUSE, "job")
WAREHOUSE = ", ".join(WHOLE)
"""The labels by which an exporter's series are known as those of one warehouse."""
SEVERE = {Severity.CRITICAL: Outcome.CRITICAL, Severity.WARNING: Outcome.WARNING}


def now(metric: str, check: Check, config: Config) -> str:
    """The measured series of a check."""
    return rules.series(metric, check, config, **check.kind.judged)


def measured(check: Check, config: Config) -> str:
    """That a check is measured."""
    return f"{rules.series(names.MEASURED.name, check, config)} == 1"


def held(metric: str, check: Check, config: Config) -> str:
    """The last measured value while the check is not measured; nothing while it is.

    A series that was not there at the last measurement, such as that of a country without rows, is
    not held: then the newest value is older than the newest measurement.
    """
    series, seen = now(metric, check, config), measured(check, config)
    return (
        f"(last_over_time({series}[{HELD}])"
        f" and max_over_time(timestamp({series} + 0)[{HELD}:{STEP}])"
        f" >= on({rules.CHECK}) group_left()"
        f" max by({rules.CHECK}) (max_over_time(timestamp({seen})[{HELD}:{STEP}]))"
        f" unless on({rules.CHECK}) ({seen}))"
    )


def breach(condition: Condition, check: Check, config: Config) -> str:
    """The condition on what is measured now, or on what is held."""
    measured_now = statement(condition, check, lambda metric: now(metric, check, config))
    before = statement(condition, check, lambda metric: held(metric, check, config))
    return f"({measured_now})\nor\n({before})"


def finding(condition: Condition, check: Check, config: Config) -> str:
    """The series of a check that are in breach, or were a moment ago, without the gauge's name.

    A finding goes on for a while: Grafana cannot ask whether an alert has fired before.
    """
    lasting = ""
    if keep := rules.lingering(check, config):
        measured_now = statement(condition, check, lambda metric: now(metric, check, config))
        lasting = f"\nor\nlast_over_time(({measured_now})[{keep}:{SHORT_STEP}])"
    return f"max without() (\n{breach(condition, check, config)}{lasting}\n)"


def notified(severity: Severity, check: Check, config: Config, known: Causes) -> str:
    """The finding of a severity without what is explained: by a worse one, or by a cause."""
    conditions = notifying(check, config)
    found = finding(conditions[severity], check, config)
    if severity is not Severity.CRITICAL and Severity.CRITICAL in conditions:
        worse = breach(conditions[Severity.CRITICAL], check, config)
        found += f"\nunless\nmax without() (\n{worse}\n)"
    return found + excluded(known.get((check.id, severity), ()), config)


def unmeasured(check: Check, config: Config) -> str:
    """That a check is not measured, unless there is no connection to the warehouse."""
    series = rules.series(names.MEASURED.name, check, config)
    up = rules.in_warehouse(names.UP.name, config)
    return f"max without() ({series} == 0)\nunless on({WAREHOUSE}) ({up} == 0)"


def excluded(causes: Sequence[Cause], config: Config) -> str:
    """The end of an expression: not while one of its causes fires."""
    grouped: dict[tuple[tuple[str, ...], str, Severity], list[str]] = {}
    for cause in causes:
        key = (cause.joined_by, cause.check.dataset, cause.severity)
        grouped.setdefault(key, []).append(cause.check.name)
    firing: dict[str, list[str]] = {}
    for (joined, dataset, severity), checks in grouped.items():
        if severity in SEVERE:  # a finding of severity info has no outcome of its own
            labels = ", ".join(dict.fromkeys((names.WAREHOUSE, *joined)) if joined else WHOLE)
            found = lately(dataset, checks, severity, config)
            firing.setdefault(labels, []).extend(found)
    return "".join(
        f"\nunless on({labels}) (\n" + "\nor\n".join(parts) + "\n)"
        for labels, parts in firing.items()
    )


def lately(
    dataset: str, checks: Sequence[str], severity: Severity, config: Config
) -> Iterator[str]:
    """That causes fire: now, a moment ago, or by their last outcome while they are not measured.

    A cause ends later than what it explains, which would otherwise notify after everything is over.
    """
    number, unseen = NUMBERS[SEVERE[severity]], NUMBERS[Outcome.UNMEASURED]
    found = config.checks_of(frozenset([dataset]))
    first = next(check for check in found if check.id.name == checks[0])
    labels = {names.WAREHOUSE: config.warehouse.name, "dataset": dataset}
    equal = ",".join(f"{name}={quoted(text)}" for name, text in labels.items())
    chosen = f"{{{equal},{one_of('check', checks)}}}"
    outcomes = f"{names.OUTCOME.name}{chosen}"
    if any(check.accepted and check.id.name in checks for check in found):
        outcomes = f"({outcomes} unless on({rules.CHECK}) ({names.ACCEPTED.name}{chosen} == 1))"
    rising = [c.id.name for c in found if c.id.name in checks and rises_softly(c, config)]
    if rising and severity is Severity.CRITICAL:  # it is told as a warning
        rose = f"{SCORE.name}{{{equal},{one_of('check', rising)}}} > 0"
        outcomes = f"({outcomes} unless on({rules.CHECK}) ({rose}))"
    yield f"{outcomes} == {number}"
    if keep := rules.lingering(first, config):
        yield f"last_over_time(({outcomes} == {number})[{keep}:{SHORT_STEP}])"
    yield (
        f"(last_over_time(({outcomes} != {unseen})[{HELD}:{STEP}]) == {number}"
        f" and ({outcomes} == {unseen}))"
    )
