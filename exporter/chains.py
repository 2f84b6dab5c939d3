"""Chains of `depends_on`: which datasets are made from which."""

from __future__ import annotations

from exporter.model import Datasets


def incident(dataset: str, datasets: Datasets) -> str:
    """The root of a dataset's `depends_on`: the group by which people are told."""
    while dataset in datasets and datasets[dataset].depends_on:
        dataset = datasets[dataset].depends_on[0]
    return dataset


def depth(dataset: str, datasets: Datasets) -> int:
    """How many datasets stand before one in the longest chain of `depends_on`."""
    known = datasets.get(dataset)
    return max((1 + depth(one, datasets) for one in known.depends_on), default=0) if known else 0


def downstream(dataset: str, datasets: Datasets) -> list[str]:
    """The datasets made from one, directly or through others, in the order of the config."""
    found = {dataset}
    while more := {
        name
        for name, other in datasets.items()
        if name not in found and found.intersection(other.depends_on)
    }:
        found |= more
    return [name for name in datasets if name in found and name != dataset]
