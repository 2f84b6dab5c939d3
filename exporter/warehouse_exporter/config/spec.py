"""The config as written: one model per section, and the JSON Schema made from them."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import Field, create_model, model_validator

from warehouse_exporter.config import include
from warehouse_exporter.config.calendar import EventSpec, may_be_a_country
from warehouse_exporter.config.copies import QuarantineSpec, SamplesSpec, may_be_true
from warehouse_exporter.config.dataset import DatasetSpec, check_item
from warehouse_exporter.config.dbt_runs import DbtSpec
from warehouse_exporter.config.defaults import defaults_spec
from warehouse_exporter.config.mail import MailSpec
from warehouse_exporter.config.paging import PagingSpec
from warehouse_exporter.config.routing import MaintenanceSpec, owner_spec, routing_spec
from warehouse_exporter.config.values import Names, Spec
from warehouse_exporter.config.warehouse import warehouse_spec
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import Metric
from warehouse_exporter.kinds.query import Query
from warehouse_exporter.kinds.shared.base import Duration, Name


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
        " 2.42; default: 30s.",
    )
    returns_within: Duration | None = Field(
        None,
        description="An alert that comes back so soon after its end notifies only if it still fires"
        " when the time is over; 0s: at once; default: twice the time between passes, at least 10m"
        " and at most 30m.",
    )


class HistorySpec(Spec):
    """How many past days the pages show; `history: off` for none."""

    days: int = Field(30, ge=0, le=90, description="Past days that the pages show; 0 for none.")

    @model_validator(mode="before")
    @classmethod
    def may_be_off(cls, written: Any) -> Any:
        """`off` in the place of a mapping."""
        return {"days": 0} if written in ("off", False) else written


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
        calendar=(
            dict[str, EventSpec],
            Field(
                {},
                description="Known events and holidays; `DE` is short for `{country: DE}`.",
                json_schema_extra=may_be_a_country,
            ),
        ),
        owners=(dict[str, owner], Field({}, description="Who is notified.")),
        alerts=(
            AlertsSpec,
            Field(AlertsSpec(), description="Links in alerts, and delays."),
        ),
        paging=(
            PagingSpec,
            Field(PagingSpec(), description="What pages and what is a ticket."),
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
        dbt=(
            DbtSpec | None,
            Field(None, description="The last run of dbt, as gauges and alerts."),
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
