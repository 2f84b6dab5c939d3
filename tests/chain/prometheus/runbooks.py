"""The runbooks as tests read them: their pages, their commands, and what stands for the labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from warehouse_exporter.alerting.assets import RUNBOOKS, rules_about_ourselves
from warehouse_exporter.alerting.rules import about_dbt, about_objectives
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.dbt_runs import DbtRuns
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.names import ALERT_FALLS_TOGETHER, ALERT_UNMEASURED
from warehouse_exporter.kinds import all_kinds

from tests.database.turns.whole import config_on

COMMON = RUNBOOKS / "README.md"
PAGES = {page.stem: page for page in sorted(RUNBOOKS.glob("*.md")) if page != COMMON}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(
    r"(?<![:\w]):(?:\"(?P<name>\w+)\"|'(?P<text>\w+)'|(?P<raw>[a-z]\w*))|'(?:[^']|'')*'"
)
"""A variable of psql; or a string, in which there are none."""
CHOSEN = {
    "WarehouseColumnsAppeared": "orders.new_columns",
    "WarehouseColumnTypeChanged": "orders.column_types",
    "WarehouseDataStale": "events.freshness",
    "WarehouseDuplicateKeys": "orders.duplicates",
    "WarehouseSchemaDrift": "orders.required_columns",
    "WarehouseValuesOutOfRange": "order_items.range_quantity",
    "WarehouseVolumeOutOfBounds": "orders.volume",
}
"""Alert -> the check it is taken to be of, where it matters which; else the first of its kind."""
COLUMNS = {"WarehouseColumnTypeChanged": "revenue"}
"""Alert -> the column asked about, where the alert has none as a label."""


def meta_alerts() -> list[str]:
    """The alerts about the exporter itself."""
    return [rule["alert"] for rule in rules_about_ourselves("shop")["rules"] if "alert" in rule]


def dbt_alerts() -> list[str]:
    """The alerts about the last run of dbt, of a config that names its results."""
    with_dbt = replace(shop(), dbt=DbtRuns(Path("run_results.json")))
    return [rule["alert"] for rule in about_dbt(with_dbt)]


def objective_alerts() -> set[str]:
    """The alerts about the budgets of bad days, which are of no check."""
    return {rule["alert"] for rule in about_objectives(shop())}


def alerts() -> set[str]:
    """Every alert name there is."""
    others = {ALERT_UNMEASURED, ALERT_FALLS_TOGETHER}
    of_data = {kind.alert for kind in all_kinds().values()} | others
    return {*of_data, *meta_alerts(), *dbt_alerts(), *objective_alerts()}


def commands(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in a language: `sql` or `sh`."""
    return [text for name, text in FENCE.findall(page.read_text()) if name == language]


@cache
def shop() -> Config:
    """The config of the sample shop, with the checks that it does without."""
    return config_on("dbname=nowhere")


def check_of(alert: str) -> Check:
    """A check of the shop that an alert may be of; an alert that is of none gets any."""
    if alert in CHOSEN:
        return shop().check(CheckId(*CHOSEN[alert].split(".")))
    return next((c for c in shop().checks if c.kind.alert == alert), shop().checks[0])


@dataclass(frozen=True)
class Place:
    """Where an alert fires, in the words of the runbooks' variables."""

    dataset: str
    check: str
    variables: Mapping[str, str]

    def filled(self, statement: str) -> str:
        """A statement with its variables filled in, as psql does it."""

        def value(match: re.Match[str]) -> str:
            name = match["name"] or match["text"] or match["raw"]
            if name is None:
                return match[0]
            if name not in self.variables:
                raise AssertionError(f"the runbooks have no variable {name!r}")
            found = self.variables[name]
            return f'"{found}"' if match["name"] else f"'{found}'" if match["text"] else found

        return VARIABLE.sub(value, statement)


def place_of(alert: str, day: str) -> Place:
    """A place in the sample shop where an alert may fire."""
    check = check_of(alert)
    dataset = shop().datasets[check.id.dataset]
    column = COLUMNS.get(alert) or getattr(check.kind, "column", None) or "client_id"
    variables = {
        "day": day,
        "relation": ".".join(dataset.relation),
        "time": dataset.time or "",
        "column": column,
        "failing": getattr(check.kind, "failing", "false"),
    }
    return Place(check.id.dataset, check.id.name, variables)
