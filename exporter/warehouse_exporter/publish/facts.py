"""Datasets, checks and limits of the config as series, for joins and for lines in charts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.calendar import day_start, expected_day
from warehouse_exporter.core.limits import Reading, Term

Labels = dict[str, str]
OPPOSITE = {">": "<", ">=": "<="}
"""The other side of a limit on a magnitude: `abs(x) >= 3` is drawn at 3 and at -3."""


def of_dataset(config: Config, name: str) -> Iterator[tuple[Labels, float]]:
    """The owner and the relation of a dataset; nothing of what is none, as queries are."""
    dataset = config.datasets.get(name)
    if dataset is not None:
        owner = dataset.owner or names.UNOWNED
        yield {"dataset": name, "owner": owner, "relation": dataset.shown}, 1.0


def expected_day_of(
    config: Config, name: str, at: datetime | None
) -> Iterator[tuple[Labels, float]]:
    """The first instant of the day that a dataset's last pass was about."""
    zone, dataset = config.warehouse.timezone, config.datasets.get(name)
    if dataset is not None and at is not None:
        day = expected_day(at, zone, dataset.expect_by, dataset.expect_day)
        yield {"dataset": name}, day_start(day, zone).timestamp()


def of_check(check: Check) -> Labels:
    """The kind, layer and owner of a check."""
    return {
        "dataset": check.id.dataset,
        "check": check.id.name,
        "kind": check.kind.kind,
        "layer": check.kind.layer,
        "owner": check.owner or names.UNOWNED,
    }


def limits_of(check: Check) -> Iterator[tuple[Labels, float]]:
    """The bounds of a check's limits: for each severity, gauge and direction the one met first."""
    for severity, condition in check.kind.conditions().items():
        found: dict[tuple[str, str], float] = {}
        for term in condition.terms:
            for op, bound in sides(term):
                known = found.get((term.metric, op), bound)
                found[term.metric, op] = min(known, bound) if op[0] == ">" else max(known, bound)
        for (gauge, op), bound in found.items():
            labels = {"dataset": check.id.dataset, "check": check.id.name}
            yield {**labels, "severity": severity.value, "gauge": gauge, "op": op}, bound


def sides(term: Term) -> Iterator[tuple[str, float]]:
    """A limit as it is compared with its gauge; one on a magnitude has two sides."""
    op, bound = term.limit.op, term.limit.bound
    yield op, bound
    if term.reading is Reading.MAGNITUDE and op in OPPOSITE:
        yield OPPOSITE[op], -bound
