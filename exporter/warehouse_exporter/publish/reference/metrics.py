"""The reference of the metrics: those of every kind, of every check, and about the exporter."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from warehouse_exporter.core import names
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds import all_kinds

TEMPLATE = (resources.files(__package__) / "metrics.tmpl").read_text(encoding="utf-8")
COUNTERS = (names.PASSES, names.STATEMENTS, names.FAILURES)
WITH_THE_KINDS = (
    names.ROWS_FAILED,
    names.ROWS_CHECKED,
    names.ROWS_BEYOND_USUAL,
    names.ROWS_LEFT_UNREPAIRED,
    names.LAG,
)
"""Metrics that also have the labels of the kind's own metric."""


def page() -> str:
    """The whole page."""
    shared = [value for value in vars(names).values() if isinstance(value, Metric)]
    of_gate = [metric for metric in shared if names.GATE in metric.labels]
    others = [metric for metric in shared if metric not in of_gate]
    of_checks = [metric for metric in others if "check" in metric.labels]
    of_exporter = [metric for metric in others if "check" not in metric.labels]
    return TEMPLATE.format(
        kinds="\n".join(of_kinds()),
        checks=table(of_checks),
        exporter=table(of_exporter),
        gate=table(of_gate),
    )


def of_kinds() -> Iterable[str]:
    """A row for each metric of each kind."""
    yield "| metric | labels | kind | meaning |\n|---|---|---|---|"
    for kind in all_kinds().values():
        for metric in (kind.metric, *kind.more_metrics):
            labels = ", ".join(f"`{label}`" for label in metric.labels)
            page = f"[`{kind.kind}`](kinds/{kind.kind}.md)"
            yield f"| `{metric.name}` | {labels} | {page} | {metric.help} |"


def table(metrics: Iterable[Metric]) -> str:
    """A row for each metric."""
    rows = ["| metric | labels | meaning |", "|---|---|---|"]
    for metric in metrics:
        name = f"{metric.name}_total" if metric in COUNTERS else metric.name
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        more = ", those of the kind" if metric in WITH_THE_KINDS else ""
        rows.append(f"| `{name}` | {labels}{more} | {metric.help} |")
    return "\n".join(rows)
