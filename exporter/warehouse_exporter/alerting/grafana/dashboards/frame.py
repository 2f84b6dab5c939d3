"""A dashboard around its rows: variables, links, annotations, and the JSON that Grafana reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from warehouse_exporter.alerting.grafana.dashboards import places
from warehouse_exporter.alerting.grafana.dashboards.panels import SOURCE, Panel
from warehouse_exporter.alerting.grafana.dashboards.promql import DATASET, JOB, WAREHOUSE
from warehouse_exporter.core import names

TAG = "warehouse-exporter"
EVERY = 24
"""Columns of Grafana's grid."""
FAILED = f'ALERTS{{alertstate="firing",severity="critical",{DATASET}}}'
"""O11: the days that failed, marked in every chart."""
ANNOTATION = {
    "step": "5m",
    "titleFormat": "{{alertname}}",
    "textFormat": "{{dataset}}.{{check}}",
    "tagKeys": "severity",
    "useValueForTime": False,
}
"""What the library has no words for, but Grafana reads in an annotation of Prometheus."""


@dataclass(frozen=True)
class Row:
    """Panels under one title; `folded` rows are opened by a click."""

    title: str
    panels: Sequence[Panel]
    folded: bool = False


@dataclass(frozen=True)
class Board:
    """A dashboard; `since` is where its time begins, `single` whether it shows one dataset."""

    uid: str
    about: str
    rows: Sequence[Row]
    since: str = "now-30d"
    single: bool = False
    more: Sequence[Any] = field(default=())

    def built(self) -> models.Dashboard:
        """As the library has it. Rows without panels are left out."""
        made = builders.Dashboard(places.TITLES[self.uid]).uid(self.uid).description(self.about)
        made = made.tags([TAG]).time(self.since, "now").refresh("1m").timezone("browser")
        made = made.tooltip(models.DashboardCursorSync.CROSSHAIR).readonly()
        made = made.variables([*variables(self.single), *self.more])
        made = made.annotations([annotation()]).links(list(links(self.uid)))
        for row in self.rows:
            if row.panels:
                made = with_row(made, row)
        return made.build()


def with_row(made: Any, row: Row) -> Any:
    """A dashboard with one row more."""
    head = builders.Row(row.title).collapsed(row.folded)
    if not row.folded:
        made = made.with_row(head)
        for panel in row.panels:
            made = made.with_panel(panel)
        return made
    for panel in row.panels:
        head = head.with_panel(panel)
    return made.with_row(head)


def variables(single: bool) -> Iterator[Any]:
    """Data source, job, warehouse, owner and dataset, each among those that the ones before leave.

    With `single`, one dataset is chosen, else any number.
    """
    outcome = names.OUTCOME.name
    yield builders.DatasourceVariable("datasource").label("Data source").type("prometheus")
    yield every("job", "Job", f"label_values({outcome}, job)")
    yield every("warehouse", "Warehouse", f"label_values({outcome}{{{JOB}}}, warehouse)")
    info = names.CHECK_INFO.name
    yield every("owner", "Owner", f"label_values({info}{{{WAREHOUSE}}}, owner)")
    of_owner = f'label_values({info}{{{WAREHOUSE},owner=~"$owner"}}, dataset)'
    if single:
        yield asked("dataset", "Dataset", of_owner)
    else:
        yield every("dataset", "Dataset", of_owner)


def asked(name: str, label: str, query: str) -> Any:
    """A variable with the values that Prometheus has."""
    made = builders.QueryVariable(name).label(label).datasource(SOURCE).query(query)
    return made.refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(
        models.VariableSort.ALPHABETICAL_ASC
    )


def every(name: str, label: str, query: str) -> Any:
    """A variable of which any number is chosen, at first all."""
    chosen = models.VariableOption(selected=True, text=["All"], value=["$__all"])
    return asked(name, label, query).multi(True).include_all(True).current(chosen)


def annotation() -> Any:
    """The marks of the days that failed."""
    made = builders.AnnotationQuery().name("Failed").datasource(SOURCE).enable(True)
    return made.icon_color("red").expr(FAILED)


def links(uid: str) -> Iterator[Any]:
    """The way to the other dashboards, for the same warehouse and time."""
    for other, title in places.TITLES.items():
        if other != uid:
            shown = title.partition(": ")[2].capitalize()
            made = builders.DashboardLink(shown).type(models.DashboardLinkType.LINK)
            yield made.url(places.within(other)).keep_time(True)


def text_of(board: Board) -> str:
    """The dashboard as Grafana reads it from a file."""
    data = json.loads(json.dumps(board.built(), cls=JSONEncoder))
    for one in data["annotations"]["list"]:
        one.update(ANNOTATION)
    for number, panel in enumerate(panels_in(data["panels"]), 1):
        panel["id"] = number
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def panels_in(panels: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every panel and row, also those in folded rows."""
    for panel in panels:
        yield panel
        yield from panels_in(panel.get("panels", ()))
