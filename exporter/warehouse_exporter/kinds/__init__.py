"""The registry of kinds: one is found in a module here, or by an entry point of another package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.plugins import classes, refuse_twins
from warehouse_exporter.kinds.shared.base import Kind

NEEDED = ("kind", "metric", "alert", "summary")
A_KIND = "a class of a kind: one below Kind, with its public names"


@cache
def all_kinds() -> Mapping[str, type[Kind]]:
    """Every kind by its name, in alphabetical order. Raises BrokenPlugin for one that is not."""
    found: dict[str, type[Kind]] = {}
    taken: dict[str, str] = {}
    for whose, kind in classes(__name__, __path__, Kind, NEEDED, A_KIND):
        for word in (kind.kind, kind.alert, kind.metric.name, *(m.name for m in kind.more_metrics)):
            if word in taken:
                refuse_twins(word, whose, taken[word])
            taken[word] = whose
        found[kind.kind] = kind
    return MappingProxyType(dict(sorted(found.items())))


def kinds_in(section: str) -> Mapping[str, type[Kind]]:
    """The kinds that are written in one section of the config (`checks`, `metrics`, …)."""
    return {name: kind for name, kind in all_kinds().items() if kind.section == section}


def all_metrics() -> Mapping[str, Metric]:
    """Every gauge that a kind exports, by name."""
    metrics = (m for kind in all_kinds().values() for m in (kind.metric, *kind.more_metrics))
    return {metric.name: metric for metric in metrics}
