"""Chains of `depends_on`: which datasets are built from which."""

from __future__ import annotations

from graphlib import TopologicalSorter

from warehouse_exporter.core.model import Datasets


def upstream(dataset: str, datasets: Datasets) -> set[str]:
    """The datasets that one is built from, directly or through others."""
    found: set[str] = set()
    more = {dataset}
    while (
        more := {
            parent for name in more if name in datasets for parent in datasets[name].depends_on
        }
        - found
    ):
        found |= more
    return found - {dataset}


def depths(datasets: Datasets) -> dict[str, int]:
    """How many datasets come before each one in its longest chain of `depends_on`."""
    parents = {name: dataset.depends_on for name, dataset in datasets.items()}
    found: dict[str, int] = {}
    for name in TopologicalSorter(
        parents
    ).static_order():  # each once, however many ways lead there
        found[name] = max((1 + found[parent] for parent in parents[name]), default=0)
    return found


def downstream(dataset: str, datasets: Datasets) -> list[str]:
    """The datasets built from one, directly or through others, in the order of the config."""
    found = {dataset}
    while more := {
        name
        for name, other in datasets.items()
        if name not in found and found.intersection(other.depends_on)
    }:
        found |= more
    return [name for name in datasets if name in found and name != dataset]
