"""One config, several exporters: which datasets each of them watches.

Datasets that are compared with each other stay together, as they must be read in one snapshot. So
do a dataset with an objective and those it is built from, as its report names what spent its days.
The division follows from the config alone, so every exporter comes to the same one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from warehouse_exporter.config import Config, Part
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.logs import event
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.server.lanes import compared, connected

log = logging.getLogger(__name__)
SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")


@dataclass(frozen=True)
class Shard:
    """The place of one exporter among several, both counted from 1."""

    number: int
    of: int


def shard_of(text: str) -> Shard:
    """The shard that `2/4` stands for. Raises UsageError."""
    found = SHARD.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--shard {text!r}: write which of how many, such as 2/4")
    number, of = int(found[1]), int(found[2])
    if number > of:
        raise UsageError(f"--shard {text!r}: of {of} shards the last is {of}/{of}")
    return Shard(number, of)


def groups(config: Config) -> list[frozenset[str]]:
    """The datasets of a config by what has to stay together, those with the most checks first."""
    found = connected((*config.datasets, QUERIES), tied(config))
    return sorted(found, key=lambda group: (-len(config.checks_of(group)), min(group)))


def tied(config: Config) -> Iterator[tuple[str, str]]:
    """Pairs of datasets of which one exporter needs both."""
    yield from compared(config)
    for name, dataset in config.datasets.items():
        if dataset.objective is not None:
            for above in config.upstream(name):
                yield name, above


def part_of(config: Config, shard: Shard | None) -> Config:
    """What an exporter watches of a config: all of it, or the datasets of its shard.

    The largest groups are dealt out first, each to the shard that has the fewest checks so far.
    All datasets stay described: a check may say what it depends on in another shard.
    """
    if shard is None:
        return config
    dealt: list[set[str]] = [set() for _ in range(shard.of)]
    load = [0] * shard.of
    for group in groups(config):
        least = load.index(min(load))
        dealt[least] |= group
        load[least] += max(1, len(config.checks_of(group)))
    mine = frozenset(dealt[shard.number - 1])
    part = Part(shard.number, shard.of, mine, len(config.checks))
    return replace(config, checks=config.checks_of(mine), part=part)


def note_part(config: Config) -> None:
    """Say what a shard has; one that has nothing is an exporter too many, and no fault."""
    part = config.part
    if part is not None:
        level = logging.INFO if config.checks else logging.WARNING
        shard, counts = f"{part.number}/{part.of}", (len(config.watched), len(config.checks))
        event(log, level, "shard", shard=shard, datasets=counts[0], checks=counts[1])
