"""The alerts about objectives: the budget of bad days burns, it is spent, or nobody knows.

The exporter counts the days; the rules have the numbers that are too many as literals. A finding
stays while an exporter that was restarted reads the past again: the last values are looked at for
some hours.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.alerting.annotations import literal, quoted
from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.rules.memory import HELD, Rule, in_warehouse
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.core.model import Dataset, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.objective import Objective
from warehouse_exporter.core.wording import counted

UNREAD = "2h"
"""How long after a start the past days may not have been read: passes come first."""
NUMBER = '{{ printf "%.0f" $value }}'
SPENDERS = "`warehouse-exporter objectives` says which checks spent the budget, and whose they are."


def about_objectives(config: Config) -> Iterator[Rule]:
    """The rules; none where no dataset has an objective."""
    with_one = [one for one in config.datasets.values() if one.objective is not None]
    for dataset in with_one:
        assert dataset.objective is not None
        yield from about(dataset, dataset.objective, config)
    if with_one:
        yield unknown(config)


def about(dataset: Dataset, objective: Objective, config: Config) -> Iterator[Rule]:
    """The rules of one dataset: a fast and a slow burn, and a budget that is spent."""
    urgent = Severity.CRITICAL if objective.page else Severity.WARNING
    name, must = dataset.name, f"{objective.text} must be right"
    burns = (
        ("fast", urgent, names.OBJECTIVE_IN_A_ROW, objective.fast, "bad days in a row"),
        ("slow", Severity.WARNING, names.OBJECTIVE_LATELY, objective.slow,
         f"bad days in the last {objective.lately}"),
    )  # fmt: skip
    for burn, severity, metric, least, what in burns:
        if least > objective.budget or (burn == "slow" and least == objective.budget):
            continue  # it is spent before
        yield {
            "alert": names.ALERT_OBJECTIVE_BURNS,
            "expr": f"{last(metric, name, config)} >= {least}",
            "labels": {**labels(dataset, severity, config), "burn": burn},
            "annotations": {
                "summary": f"{name}: {NUMBER} {what}, {must}",
                "description": f"At this rate the budget of {counted(objective.budget, 'bad day')}"
                f" is soon spent. {SPENDERS}",
                **links(dataset, config),
            },
        }
    yield {
        "alert": names.ALERT_OBJECTIVE_SPENT,
        "expr": f"{last(names.OBJECTIVE_BAD, name, config)} >= {objective.budget}",
        "labels": labels(dataset, urgent, config),
        "annotations": {
            "summary": f"{name}: {NUMBER} bad days in the last {objective.of}, {must}",
            "description": f"The budget of {counted(objective.budget, 'bad day')} is spent."
            f" {SPENDERS}",
            **links(dataset, config),
        },
    }


def unknown(config: Config) -> Rule:
    """The rule for days that nobody could read: what is not judged is not right."""
    known = f"last_over_time({in_warehouse(names.OBJECTIVE_BAD.name, config)}[{HELD}s])"
    return {
        "alert": names.ALERT_OBJECTIVES_UNKNOWN,
        "expr": f"{in_warehouse(names.UP.name, config)} == 1\nunless on(warehouse) {known}",
        "for": UNREAD,
        "labels": {
            names.WAREHOUSE: config.warehouse.name,
            "severity": Severity.WARNING.value,
            "layer": "infrastructure",
            "owner": "platform",
            "incident": "objectives",
        },
        "annotations": {
            "summary": "the past days could not be read, so no objective is judged",
            "description": "Nobody knows how much of the budgets is left. The exporter's log says"
            " why: `history not read`.",
        },
    }


def last(metric: Metric, dataset: str, config: Config) -> str:
    """The last value of a gauge of a dataset."""
    selector = in_warehouse(metric.name, config).removesuffix("}")
    return f"last_over_time({selector},dataset={quoted(dataset)}}}[{HELD}s])"


def labels(dataset: Dataset, severity: Severity, config: Config) -> dict[str, str]:
    """The labels by which an alert is routed; all alerts of an objective are one message."""
    return {
        names.WAREHOUSE: config.warehouse.name,
        "severity": severity.value,
        "dataset": dataset.name,
        "owner": literal(dataset.owner or names.UNOWNED),
        "layer": "business",
        "incident": f"{dataset.name}/objective",
    }


def links(dataset: Dataset, config: Config) -> dict[str, str]:
    """The pages of the dataset."""
    found = {}
    if status := config.alerts.page("datasets", dataset.name):
        found["status_url"] = status
    if dashboard := places.of_dataset(config, dataset.name):
        found["dashboard_url"] = dashboard
    return found
