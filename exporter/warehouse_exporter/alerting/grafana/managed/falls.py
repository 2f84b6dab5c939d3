"""The expression of falls in several datasets on one day, for Grafana, which has no `ALERTS`.

What the rule for Prometheus asks of alerts is asked of the gauges here, a few checks of a dataset
at a time. A gauge that is not measured now counts with its last value, as it does there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehouse_exporter.alerting import rules
from warehouse_exporter.alerting.accepted import statement
from warehouse_exporter.alerting.annotations import quoted
from warehouse_exporter.alerting.grafana.managed.causes import Cause, Causes
from warehouse_exporter.alerting.grafana.managed.expressions import HELD, WAREHOUSE, excluded
from warehouse_exporter.alerting.routes.matchers import one_of
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition, Side
from warehouse_exporter.core.model import Severity
from warehouse_exporter.passes.paging import falling, notifying

OURS = "warehouse, job, dataset"
Group = tuple[str, Condition, tuple[Cause, ...], object]
"""What checks have in common that one expression judges; what is accepted is judged alone."""


def expression(config: Config, known: Causes) -> str | None:
    """The falls that page together, each with its day as the value; None where none can."""
    least, checks = config.paging.falls_together, falling(config)
    if least is None or len({check.id.dataset for check in checks}) < least:
        return None
    days = rules.in_warehouse(names.EXPECTED_DAY.name, config)
    falls = (
        f"(count without() (\n{untold(checks, config, known)}\n)"
        f"\n* on({OURS}) group_left() max by({OURS}) (last_over_time({days}[{HELD}])))"
    )
    by_day = f'count_values by({OURS}) ("day", {falls})'
    return (
        f"{falls}\nand on({OURS}) (\n{by_day}\nand on({WAREHOUSE}, day)"
        f" (count by({WAREHOUSE}, day) ({by_day}) >= {least})\n)"
    )


def untold(checks: Sequence[Check], config: Config, known: Causes) -> str:
    """The falls that are warnings, unless a critical fall or a critical cause of theirs fires."""
    mild = grouped(checks, Severity.WARNING, config, known)
    hard = grouped(checks, Severity.CRITICAL, config, {})
    found = "\nor\n".join(
        f"({fell(group, some, config)}{excluded(group[2], config)})" for group, some in mild.items()
    )
    critical = "\nor\n".join(fell(group, some, config) for group, some in hard.items())
    return f"({found})" + (f"\nunless on({WAREHOUSE}) (\n{critical}\n)" if critical else "")


def grouped(
    checks: Sequence[Check], severity: Severity, config: Config, known: Causes
) -> Mapping[Group, list[Check]]:
    """The checks that can fall with a severity, those together that one expression judges."""
    found: dict[Group, list[Check]] = {}
    for check in checks:
        told = notifying(check, config).get(severity)
        fall = told and told.on(Side.FALL)
        if fall:
            causes = tuple(critical(known.get((check.id, severity), ())))
            alone = check.id if check.accepted else None
            found.setdefault((check.id.dataset, fall, causes, alone), []).append(check)
    return found


def critical(causes: Sequence[Cause]) -> Iterator[Cause]:
    """The causes that page."""
    return (cause for cause in causes if cause.severity is Severity.CRITICAL)


def fell(group: Group, checks: Sequence[Check], config: Config) -> str:
    """The series of checks that have fallen, by their last values; none that has no value now."""
    dataset, condition, _, _ = group
    labels = f"{names.WAREHOUSE}={quoted(config.warehouse.name)},dataset={quoted(dataset)}"
    chosen = f"{{{labels},{one_of('check', [check.id.name for check in checks])}}}"
    gauges = dict.fromkeys(term.metric for term in condition.terms)
    said = statement(condition, checks[0], lambda gauge: f"last_over_time({gauge}{chosen}[{HELD}])")
    valued = "".join(f" unless on({rules.CHECK}) {gauge}{chosen}" for gauge in gauges)
    return (
        f"max without() (\n{said}\n)"
        f"\nunless on({rules.CHECK}) ({names.MEASURED.name}{chosen} == 1{valued})"
    )
