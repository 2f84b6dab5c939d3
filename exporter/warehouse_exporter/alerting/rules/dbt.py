"""The alerts about dbt's last run: what failed, that it is old, that nobody can read its results.

A finding stays while the results cannot be read: the last values are looked at for some hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warehouse_exporter.alerting.annotations import literal, quoted
from warehouse_exporter.alerting.rules.memory import HELD, Rule
from warehouse_exporter.config import Config
from warehouse_exporter.config.dbt_runs import DbtRuns
from warehouse_exporter.core import names
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import duration

PARTIAL = "5m"
"""A file that is being written is no whole one for a moment."""
FAILED_MODELS, FAILED_TESTS = "error|unknown", "error|fail|unknown"
NUMBER = '{{ printf "%.0f" $value }}'


def about_dbt(config: Config) -> Iterator[Rule]:
    """The rules; none where the config names no results of dbt."""
    if config.dbt is not None:
        yield from about(config, config.dbt)


def about(config: Config, dbt: DbtRuns) -> Iterator[Rule]:
    """The rules for one file with results."""
    last = f"last_over_time({series(names.DBT_RUN_TIME, config)}[{int(max(HELD, dbt.max_age))}s])"
    unread = f"{series(names.DBT_MEASURED, config)} == 0"
    longest = duration(dbt.max_age)
    yield rule(
        names.ALERT_DBT_MODELS, Severity.CRITICAL, dbt, config,
        expr=failed(names.DBT_MODELS, FAILED_MODELS, config),
        summary=f"dbt: {NUMBER} of the models of the last run failed",
        description="Their tables are those of an earlier run, or half built; what depends on them"
        f" was skipped. {names.DBT_FAILED.name} names them.",
    )  # fmt: skip
    yield rule(
        names.ALERT_DBT_OLD, Severity.CRITICAL, dbt, config,
        expr=f"time() - {last} > {dbt.max_age!r}\nor\n{unread} unless on(warehouse, job) {last}",
        wait=PARTIAL,
        summary=f"dbt: no run has ended for more than {longest}",
        description="What dbt builds is older than that, or nobody knows how old it is.",
    )  # fmt: skip
    yield rule(
        names.ALERT_DBT_TESTS, Severity.WARNING, dbt, config,
        expr=failed(names.DBT_TESTS, FAILED_TESTS, config),
        summary=f"dbt: {NUMBER} tests of the last run failed",
        description=f"{names.DBT_FAILED.name} names them.",
    )  # fmt: skip
    yield rule(
        names.ALERT_DBT_UNREADABLE, Severity.WARNING, dbt, config,
        expr=unread,
        wait=PARTIAL,
        summary="dbt: the results of the last run cannot be read",
        description="So nobody knows what failed in it. The exporter's log has the error, and"
        f" {names.DBT_REASON.name} the reason.",
    )  # fmt: skip


def failed(metric: Metric, statuses: str, config: Config) -> str:
    """How many nodes ended in one of some ways, if any did."""
    last = f"last_over_time({series(metric, config, statuses)}[{HELD}s])"
    return f"sum without(status) ({last}) > 0"


def series(metric: Metric, config: Config, statuses: str = "") -> str:
    """The series of a metric in the config's warehouse."""
    chosen = f",status=~{quoted(statuses)}" if statuses else ""
    return f"{metric.name}{{{names.WAREHOUSE}={quoted(config.warehouse.name)}{chosen}}}"


def rule(
    alert: str, severity: Severity, dbt: DbtRuns, config: Config, *, expr: str, summary: str,
    description: str, wait: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A rule with the labels by which it is routed."""
    return {
        "alert": alert,
        "expr": expr,
        **({"for": wait} if wait else {}),
        "labels": {
            names.WAREHOUSE: config.warehouse.name,
            "severity": severity.value,
            "layer": "infrastructure",
            "owner": literal(dbt.owner or names.UNOWNED),
            "incident": "dbt",
        },
        "annotations": {"summary": summary, "description": description},
    }
