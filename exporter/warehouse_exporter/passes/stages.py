"""Which findings may be judged together: none of them can explain another one.

`causes_first` is an order of all checks. A stage is what may stand at one place of such an order:
checks of datasets that have nothing to do with each other, or findings of one dataset that do not
lead to each other. So there are as many stages as a chain of datasets is long and sorts of faults
are many, and not as many as there are checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from warehouse_exporter.config import Config
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.lineage import depths
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.passes.causes import causes_first, sort_of
from warehouse_exporter.passes.reader import read_by


class Stage(NamedTuple):
    """Whether it is compared with others, the dataset's level, its sort, its turn among peers.

    `part` is 0 for rows that have moved, 1 for the hours, and 2 for all that may follow from these.
    """

    compared: bool
    level: int
    rank: int
    part: int
    now: bool
    turn: int = 0


AMONG_PEERS = (Fault.PRESENCE, Fault.MATCH, Fault.TOTALS, Fault.STATISTICS)
"""Sorts of which a finding may explain another one on the same dataset: these take turns."""


@dataclass(frozen=True)
class Stages:
    """The stage of each check when it is judged, and when it is asked whether it is measured."""

    judged: Mapping[CheckId, Stage]
    unmeasured: Mapping[CheckId, Stage]

    @cached_property
    def places(self) -> Mapping[Stage, int]:
        """The place of each stage among all of them."""
        known = sorted({*self.judged.values(), *self.unmeasured.values()})
        return {stage: place for place, stage in enumerate(known)}


def stages(config: Config) -> Stages:
    """The stages of all checks; sorted, they are an order in which causes come first."""
    found: Stages | None = config.derived.get(stages)
    if found is None:
        found = config.derived[stages] = in_stages(config)
    return found


def in_stages(config: Config) -> Stages:
    """The same, worked out anew."""
    level, turns = levels(config), Counter[tuple[str, Stage]]()
    judged, unmeasured = {}, {}
    for check in causes_first(config):
        compared, rank, part, now = sort_of(check)
        first = Stage(compared, level[check.id.dataset], rank, part, now)
        turn = turns[check.id.dataset, first]
        turns[check.id.dataset, first] += 1
        unmeasured[check.id] = first._replace(turn=turn)
        among_peers = check.kind.fault in AMONG_PEERS or check.kind.part_of_a_load
        judged[check.id] = unmeasured[check.id] if among_peers else first
    return Stages(judged, unmeasured)


def levels(config: Config) -> Mapping[str, int]:
    """How many datasets, one related to the next, come before each dataset.

    Two are related if one is built from the other, or if a check of one reads the other.
    """
    with_checks = dict.fromkeys(check.id.dataset for check in config.checks)
    depth = depths(config.datasets)
    every = dict.fromkeys((*with_checks, *config.datasets))
    related: dict[str, set[str]] = {name: set() for name in every}
    for name, dataset in config.datasets.items():
        related[name].update(dataset.depends_on)
    for check in config.checks:
        related[check.id.dataset].update(read_by(check, config))
    for name, others in list(related.items()):
        for other in others - {name}:
            related.setdefault(other, set()).add(name)
    found: dict[str, int] = {}
    for name in sorted(every, key=lambda name: depth.get(name, 0)):
        before = (found[other] for other in related[name] if other in found)
        found[name] = max((1 + one for one in before), default=0)
    return found
