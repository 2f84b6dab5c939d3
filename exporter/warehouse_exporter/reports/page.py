"""The report as one HTML file: the status page, with its style in it and nothing to load."""

from __future__ import annotations

from dataclasses import replace

from warehouse_exporter.reports.advice import advice
from warehouse_exporter.reports.made import Report
from warehouse_exporter.server.web.filters import Filter
from warehouse_exporter.server.web.page.frame import rendered
from warehouse_exporter.server.web.page.front import contents
from warehouse_exporter.server.web.page.templating import style_sheet


def as_html(report: Report) -> str:
    """The page; its links lead to the exporter where the config says where that is."""
    from markupsafe import Markup

    said = contents(report.view, Filter())
    # The past of some checks is no past of a dataset: a strip would show days as too good.
    said["rows"] = [replace(row, strip="") for row in said["rows"] if row.state is not None]
    url = report.config.alerts.external_url
    return rendered(
        "report.html",
        report.view,
        f"{url.rstrip('/')}/" if url else None,
        "report",
        advice=advice,
        style=Markup(style_sheet()),
        exit_code=report.exit_code,
        only=report.only,
        sha256=report.config.sha256,
        **said,
    )
