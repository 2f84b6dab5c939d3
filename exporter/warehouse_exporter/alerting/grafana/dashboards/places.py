"""Where the dashboards are in Grafana: their uids never change, so that links to them hold."""

from __future__ import annotations

from urllib.parse import quote

from warehouse_exporter.config import Config

OVERVIEW, DATASET = "warehouse-overview", "warehouse-dataset"
REVENUE, EXPORTER = "warehouse-revenue", "warehouse-exporter"
TITLES = {
    OVERVIEW: "Warehouse: overview",
    DATASET: "Warehouse: dataset",
    REVENUE: "Warehouse: revenue and attribution",
    EXPORTER: "Warehouse: exporter",
}
SAME = "${datasource:queryparam}&${job:queryparam}&${warehouse:queryparam}"
"""The part of a link by which another dashboard shows the same warehouse."""


def within(uid: str, dataset: str | None = None) -> str:
    """The link from one dashboard to another, or to what it shows of a dataset.

    `dataset` may be one of Grafana's expressions.
    """
    chosen = f"&var-dataset={dataset}" if dataset else ""
    return f"/d/{uid}?{SAME}{chosen}"


def of_dataset(config: Config, dataset: str, quoted: str | None = None) -> str | None:
    """The link from an alert to the dashboard of its dataset; None where none is configured.

    `quoted` is the dataset as it stands in a link of ours, where it is a template.
    """
    if config.alerts.dashboard_url is not None:
        return config.alerts.dashboard_url.replace("{dataset}", dataset)
    found = in_grafana(config, DATASET)
    return found and f"{found}&var-dataset={quoted or quote(dataset, safe='')}"


def of_exporter(config: Config) -> str | None:
    """The link from an alert about the exporter; None where no Grafana is configured."""
    return in_grafana(config, EXPORTER)


def in_grafana(config: Config, uid: str) -> str | None:
    """The address of a dashboard for this warehouse; None where nobody said where Grafana is."""
    grafana, warehouse = config.alerts.grafana_url, quote(config.warehouse.name, safe="")
    return None if grafana is None else f"{grafana.rstrip('/')}/d/{uid}?var-warehouse={warehouse}"
