"""The last measured value of every judged gauge, held while its check is not measured.

A finding must not look repaired because its check is no longer measured. So alerts judge the last
measured value: a recording rule for each judged gauge holds the value for hours while the check is
not measured, and drops it once the check is measured and has no value.

While the alert fires that the warehouse or the exporter is down, nothing counts as measured: it
silences all others, also their end, of which people would never be told. So they end after it.

Nothing is carried on in the first two evaluations: in them Prometheus sends alerts, but does not
write them into its series `ALERTS`, so no alert would know what it follows from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warehouse_exporter.alerting.annotations import LAST, quoted, selector
from warehouse_exporter.alerting.related import UPSTREAM, upstream
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names

HELD = 6 * 3600
"""Seconds that a finding survives unmeasured; then only the unmeasured alert is left."""
CHECK = "warehouse, job, dataset, check"
EXPORTER = "warehouse, job, instance"
MEASURED_AT, BLIND = "warehouse:check_measured_at", "warehouse:check_blind"
EVALUATIONS, UNWRITTEN = "warehouse:evaluations", 2
"""How often the rules were evaluated since Prometheus began, counted to one more than there are
without `ALERTS`. It begins again after five minutes without an evaluation, as `ALERTS` does."""
Rule = dict[str, Any]


def in_warehouse(metric: str, config: Config) -> str:
    """All series of a metric in the config's warehouse: Prometheus may have others."""
    return f"{metric}{{{names.WAREHOUSE}={quoted(config.warehouse.name)}}}"


def series(metric: str, check: Check, config: Config, **labels: str) -> str:
    """The series of one check."""
    return selector(metric, check, **{names.WAREHOUSE: config.warehouse.name}, **labels)


def memory(config: Config) -> list[Rule]:
    """How often it was evaluated; when each check was last measured, and which are blind now."""
    before, most = in_warehouse(EVALUATIONS, config), UNWRITTEN + 1
    now = f"{in_warehouse(names.MEASURED.name, config)} == 1\nunless on({EXPORTER}) {down(config)}"
    measured_at = in_warehouse(MEASURED_AT, config)
    return [
        {
            "record": EVALUATIONS,
            "expr": f"clamp_max({before} + 1, {most})\nor on() vector(1)",
            "labels": {names.WAREHOUSE: config.warehouse.name},
        },
        {
            "record": MEASURED_AT,
            "expr": f"timestamp({now})\nor\n({measured_at} > time() - {HELD})",
        },
        {"record": BLIND, "expr": f"{measured_at}\nunless on({CHECK}) ({now})"},
    ]


def down(config: Config) -> str:
    """The alerts that the warehouse or the exporter is down, while they fire."""
    alerts = f"{names.ALERT_DOWN}|{names.ALERT_EXPORTER_DOWN}"
    fires = f'alertname=~{quoted(alerts)},alertstate="firing",instance!=""'
    return in_warehouse("ALERTS", config).removesuffix("}") + f",{fires}}}"


def last(metric: str, config: Config) -> Rule:
    """The last measured value of a gauge; dropped by the first measurement without a value."""
    name = LAST.format(metric)
    now, before, blind = (in_warehouse(each, config) for each in (metric, name, BLIND))
    writes = f"{in_warehouse(EVALUATIONS, config)} > {UNWRITTEN}"
    held = f"(({before} and on({CHECK}) {blind})\nor\n{now})"
    return {"record": name, "expr": f"{held}\nand on({names.WAREHOUSE}) ({writes})"}


def lineage(config: Config) -> Iterator[Rule]:
    """What is upstream of each dataset: rules for many datasets ask for it."""
    for dataset in config.faults:
        if config.upstream(dataset):
            yield {
                "record": UPSTREAM,
                "expr": "vector(1)",
                "labels": {
                    names.WAREHOUSE: config.warehouse.name,
                    "dataset": dataset,
                    "upstream": upstream(dataset, config),
                },
            }
