"""The config as written: one model per section, and the JSON Schema made from them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, create_model, model_validator

from warehouse_exporter.config import include
from warehouse_exporter.config.calendar import EventSpec
from warehouse_exporter.config.complaints import ONE_KIND
from warehouse_exporter.config.copies import QuarantineSpec, SamplesSpec, may_be_true
from warehouse_exporter.config.defaults import defaults_spec
from warehouse_exporter.config.document import CONNECTION_STRING
from warehouse_exporter.config.mail import MailSpec
from warehouse_exporter.config.routing import MaintenanceSpec, owner_spec, routing_spec
from warehouse_exporter.config.values import (
    Columns,
    Memory,
    Names,
    RelationName,
    Share,
    Span,
    Spec,
    TimeOfDay,
    WarehouseName,
    Zone,
)
from warehouse_exporter.core.plugins import ENGINES, label, points, refuse_twins
from warehouse_exporter.kinds import kinds_in
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.kinds.query import Query
from warehouse_exporter.kinds.shared.base import Duration, Name

FOLDER = Path(__file__).parents[1] / "engines"
"""Each folder in it is an engine. They are not imported here: that of the config is enough."""


class WarehouseSpec(Spec):
    """The warehouse database."""

    name: WarehouseName = Field(
        "warehouse",
        description="Value of the label `warehouse` of every series and alert. Configs under one"
        " Prometheus need different names.",
    )
    dsn: str | None = Field(None, description="Connection string, from the environment: ${NAME}.")
    dsn_file: str | None = Field(
        None, description="File with the connection string; re-read on every connect."
    )
    duckdb: str | None = Field(
        None,
        min_length=1,
        description="In the place of a DSN: a DuckDB file, or a folder with a Parquet file, or a"
        " folder of such files, for each table.",
    )
    timezone: Zone = Field(ZoneInfo("UTC"), description="Time zone of business days.")
    statement_timeout: Span = Field(
        60.0, json_schema_extra={"default": "60s"}, description="Time limit of one statement."
    )
    lock_timeout: Span = Field(
        5.0, json_schema_extra={"default": "5s"}, description="Longest wait for a lock."
    )
    pass_timeout: Span = Field(
        300.0, json_schema_extra={"default": "5m"}, description="Time limit of a whole pass."
    )
    connect_timeout: Span = Field(
        10.0, json_schema_extra={"default": "10s"}, description="Longest wait for a connection."
    )
    connections: int = Field(3, ge=1, le=50, description="Most connections at the same time.")
    connections_per_pass: int = Field(
        2, ge=1, le=50, description="Most connections of one pass, all on one snapshot."
    )
    work_mem: Memory | None = Field(
        None, description="Memory for each sort or hash, such as 64MB; default: the server's."
    )
    parallel_workers: int | None = Field(
        None, ge=0, le=64, description="Workers that may help a statement; default: the server's."
    )

    @model_validator(mode="after")
    def has_one_source(self) -> WarehouseSpec:
        """The DSN comes from one place."""
        places = ["dsn", "dsn_file", *engine_keys()]
        if sum(getattr(self, place) is not None for place in places) != 1:
            others = "".join(f" or `{key}: ...`" for key in engine_keys())
            raise ValueError(
                f"write either `dsn: ${{WAREHOUSE_DSN}}` or `dsn_file: /path/to/file`{others}"
            )
        if CONNECTION_STRING.search(self.dsn_file or ""):
            raise ValueError(
                "`dsn_file` is the path of a file: write the connection string into it"
            )
        return self


@cache
def engine_keys() -> tuple[str, ...]:
    """The keys of `warehouse:` that name an engine other than Postgres, ours first.

    Raises BrokenPlugin for an engine of another package that takes a key of ours.
    """
    others = points(ENGINES)
    for point in others:
        if point.name in WarehouseSpec.model_fields:
            refuse_twins(point.name, label(point), "this program")
    own = {found.parent.name for found in FOLDER.glob("*/connector.py")} - {"postgres"}
    return (*sorted(own), *(point.name for point in others))


@cache
def warehouse_spec() -> type[WarehouseSpec]:
    """The model of `warehouse:`, with a field for each engine that another package adds."""
    others = [key for key in engine_keys() if key not in WarehouseSpec.model_fields]
    fields: dict[str, Any] = {
        name: (Any, Field(None, description=f"Where the warehouse is, for the engine {name}."))
        for name in others
    }
    return create_model("WarehouseSpec", __base__=WarehouseSpec, **fields)


class AlertsSpec(Spec):
    """Links in alerts, and delays."""

    external_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="URL of the exporter's pages, such as https://warehouse.example:"
        " links to runbooks begin with it.",
    )
    runbook_url: str | None = Field(
        None,
        description="Runbook of an alert; {alert} is its name. Default: the exporter's own, at"
        " its `external_url`.",
    )
    grafana_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="URL of Grafana, such as https://grafana.example: alerts link to the dashboards"
        " that `warehouse-exporter dashboards` writes.",
    )
    dashboard_url: str | None = Field(
        None,
        description="Dashboard of your own; {dataset} is filled in. Default: ours, at"
        " `grafana_url`.",
    )
    unmeasured_for: Duration | None = Field(
        None,
        description="How long a check may be unmeasured before the alert fires; default: until its"
        " second pass, at most 10m.",
    )
    keep_firing_for: Duration | None = Field(
        None,
        description="How long an alert keeps firing after its last breach; 0s for Prometheus before"
        " 2.42; default: twice the time between passes, at most 30m.",
    )


class HistorySpec(Spec):
    """How many past days the pages show; `history: off` for none."""

    days: int = Field(30, ge=0, le=90, description="Past days that the pages show; 0 for none.")

    @model_validator(mode="before")
    @classmethod
    def may_be_off(cls, written: Any) -> Any:
        """`off` in the place of a mapping."""
        return {"days": 0} if written in ("off", False) else written


class CheckItemBase(Spec):
    """One check: its kind, and the kind's parameters."""

    @model_validator(mode="after")
    def is_one_kind(self) -> CheckItemBase:
        """Exactly one kind."""
        if (
            len(self.model_fields_set) != 1
            or getattr(self, next(iter(self.model_fields_set))) is None
        ):
            raise ValueError(ONE_KIND)
        return self


@cache
def check_item() -> type[CheckItemBase]:
    """The model of an item of `checks`: one optional field per kind."""
    fields: dict[str, Any] = {
        name: (kind | None, Field(None, description=(kind.__doc__ or "").splitlines()[0]))
        for name, kind in kinds_in("checks").items()
    }
    return create_model("Check", __base__=CheckItemBase, **fields)


class DatasetSpec(Spec):
    """A relation to monitor."""

    relation: RelationName = Field(description="schema.table, by its exact name.")
    time: str | None = Field(None, description="Column of the event time; needed to judge by day.")
    time_zone: Zone | None = Field(
        None, description="Time zone of timestamps without one; default: the warehouse's."
    )
    unparsable: Share = Field(
        0.0,
        json_schema_extra={"default": "0%"},
        description="Share of rows, such as 1%, whose time may be infinite, or invalid"
        " text; with more, checks by day are unmeasured; default: none.",
    )
    loaded: str | None = Field(
        None,
        description="Column of the arrival time; with an index on it, closed days with late rows"
        " are judged again.",
    )
    key: Names = Field((), description="Column, or columns, that identify a row.")
    columns: Columns = Field({}, description="Expected columns and their types, for schema checks.")
    owner: str | None = Field(None, description="Who owns it: a name from `owners`.")
    depends_on: Names = Field((), description="Datasets it is built from.")
    expect_by: TimeOfDay = Field(
        dt.time(6),
        json_schema_extra={"default": "06:00"},
        description="Time of day by which yesterday is complete, such as 06:30 or"
        " 06:30 Europe/Berlin; default: by the clocks of the warehouse's zone.",
    )
    expect_day: Literal["yesterday", "today"] = Field(
        "yesterday", description="Newest expected day: yesterday, or today for a log of runs."
    )
    noun: str | None = Field(
        None,
        pattern=r"^[^\W\d_][^\d_/]*(/[^\W\d_][^\d_/]*)?$",
        max_length=60,
        description="What a row is called in alerts, such as order, or person/people;"
        " default: from the dataset's name.",
    )
    run: str | None = Field(
        None,
        description="Of a log of runs: the column that tells them apart, such as run_id, or the"
        " time column. `pipeline_run` and `quarantine_rate` then judge the newest run of the day,"
        " and not all runs together.",
    )
    every: Span = Field(
        300.0, json_schema_extra={"default": "5m"}, description="Time between passes."
    )
    checks: tuple[Any, ...] = Field((), description="The checks on this dataset.")


@cache
def config_spec() -> type[Spec]:
    """The model of a whole config, with all kinds that are installed."""
    item: Any = check_item()
    owner: Any = owner_spec()
    routing: Any = routing_spec()
    anomaly: Any = Anomaly.as_written()
    dataset: Any = create_model(
        "Dataset",
        __base__=DatasetSpec,
        checks=(tuple[item, ...], Field((), description="Its checks.")),
    )
    return create_model(
        "Config",
        __base__=Spec,
        warehouse=(warehouse_spec(), Field(description="The warehouse database.")),
        include=(Names, Field((), description=include.ABOUT)),
        datasets=(
            dict[Name, dataset],
            Field(min_length=1, description="The relations to monitor."),
        ),
        defaults=(
            defaults_spec(DatasetSpec) | None,
            Field(None, description="What all datasets share; one with a key of its own keeps it."),
        ),
        metrics=(dict[Name, Metric], Field({}, description="Daily business metrics.")),
        queries=(tuple[Query, ...], Field((), description="Custom SQL checks.")),
        anomalies=(tuple[anomaly, ...], Field((), description="Metrics compared with their past.")),
        calendar=(dict[str, EventSpec], Field({}, description="Known events and holidays.")),
        owners=(dict[str, owner], Field({}, description="Who is notified.")),
        alerts=(
            AlertsSpec,
            Field(AlertsSpec(), description="Links in alerts, and delays."),
        ),
        history=(
            HistorySpec,
            Field(HistorySpec(), description="Past days on the pages; `off` for none."),
        ),
        quarantine_on_error=(
            QuarantineSpec | None,
            Field(
                None,
                description="Copies of the datasets on a critical finding; `true` for the"
                " defaults.",
                json_schema_extra=may_be_true,
            ),
        ),
        samples=(
            SamplesSpec | None,
            Field(None, description="Samples of the rows or keys that fail, in a file."),
        ),
        routing=(
            routing | None,
            Field(None, description="Where Alertmanager sends notifications."),
        ),
        mail=(
            MailSpec | None,
            Field(None, description="The e-mail of `check --email`."),
        ),
        maintenance=(
            dict[str, MaintenanceSpec],
            Field({}, description="Maintenance windows: when to mute which datasets."),
        ),
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a config, for editors that complete it."""
    schema = config_spec().model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
