"""The registry of kinds: every module here that defines one is found by itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds.shared.base import Kind


def subclasses(of: type[Kind]) -> Iterator[type[Kind]]:
    """Every class below `of` that is a kind of its own."""
    for below in of.__subclasses__():
        if "kind" in below.__dict__:
            yield below
        yield from subclasses(below)


@cache
def all_kinds() -> Mapping[str, type[Kind]]:
    """Every kind by its name, in alphabetical order."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found = {kind.kind: kind for kind in subclasses(Kind)}
    return MappingProxyType(dict(sorted(found.items())))


def kinds_in(section: str) -> Mapping[str, type[Kind]]:
    """The kinds that are written in one section of the config (`checks`, `metrics`, …)."""
    return {name: kind for name, kind in all_kinds().items() if kind.section == section}


def all_metrics() -> Mapping[str, Metric]:
    """Every gauge that a kind exports, by name."""
    metrics = (m for kind in all_kinds().values() for m in (kind.metric, *kind.more_metrics))
    return {metric.name: metric for metric in metrics}
