"""What is shipped beside the code: rules about the exporter, message templates, and runbooks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
TEMPLATES, RUNBOOKS, OURSELVES = FOLDER / "templates", FOLDER / "runbooks", FOLDER / "ourselves.yml"
NAME = "WAREHOUSE"
"""What stands for the name of the warehouse in the rules about ourselves."""
GRAFANA = FOLDER / "grafana"
INDEX = "README"
"""The runbook to begin with, whatever the alert."""
Group = dict[str, Any]


@cache
def templates() -> Mapping[str, str]:
    """The templates of Alertmanager's messages, by file name: `slack.tmpl` is that of `slack`."""
    from warehouse_exporter.receivers import all_receivers  # runbooks need none

    theirs = {f"{name}.tmpl": one.template for name, one in all_receivers().items() if one.template}
    return {**theirs, **texts_in(TEMPLATES, "*.tmpl")}


@cache
def grafana_templates() -> Mapping[str, str]:
    """The templates of the messages that Grafana sends itself, by file name."""
    return texts_in(GRAFANA, "*.tmpl")


@cache
def runbooks() -> Mapping[str, str]:
    """The runbooks as Markdown: by the name of their alert, and the one to begin with."""
    from warehouse_exporter.kinds import all_kinds  # templates and rules need none

    ours = {name.removesuffix(".md"): text for name, text in texts_in(RUNBOOKS, "*.md").items()}
    theirs = {kind.alert: kind.runbook for kind in all_kinds().values() if kind.runbook}
    return {**theirs, **ours}


def texts_in(folder: Path, pattern: str) -> dict[str, str]:
    """The files of a folder by name."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob(pattern))}


def rules_about_ourselves(warehouse: str, job: str | None = None) -> Group:
    """The group of rules about the exporter of a warehouse, for Prometheus.

    With a `job`, an exporter that is down is looked for in that job alone; without one, in all
    jobs that have ever answered as an exporter.
    """
    import yaml  # where only a runbook is asked for, nobody needs these

    from warehouse_exporter.alerting.annotations import quoted

    text = OURSELVES.read_text(encoding="utf-8").replace(NAME, warehouse)
    (group,) = yaml.safe_load(text)["groups"]
    for rule in group["rules"]:
        if job is not None and rule.get("alert") == "WarehouseExporterDown":
            up = f"up{{job={quoted(job)}}}"
            rule["expr"] = f"{up} == 0\nor\nabsent({up})"
    return dict(group)
