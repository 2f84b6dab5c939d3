"""Which datasets are read together: those that are compared, and those that cost next to nothing.

Datasets that are compared with each other share a lane, and are always read in one snapshot. Lanes
begin together in trips, which are spread over the interval. Of a trip, the lanes that were quick
last time share one snapshot, as a connection, a look at the catalogue and a transaction cost more
than a small table. Every other lane is a pass of its own, so that it delays no one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Pass
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.passes.reader import read_by

TOGETHER = 16
"""Lanes of one trip, at most: a fault that hits their pass costs no more than these."""
HOUR = 3600.0
QUICK = 0.1
"""Seconds of the warehouse's work up to which a lane shares its pass with others."""
TROUBLE = (
    Reason.TIMEOUT, Reason.LOCK, Reason.CANCELED, Reason.CONNECTION, Reason.REWRITTEN,
)  # fmt: skip
"""Reasons by which a lane may have delayed others, or may have been delayed."""


@dataclass(frozen=True)
class Lane:
    """Datasets that are read in one snapshot, and how often."""

    datasets: frozenset[str]
    every: float


def lanes(config: Config) -> list[Lane]:
    """The datasets of a config, each with those of its interval that it is compared with.

    A dataset with another interval is read along in the snapshot, but judged in its own lane.
    """
    alike = (
        (one, other)
        for one, other in compared(config)
        if config.datasets[one].every == config.datasets[other].every
    )
    groups = connected(config.watched, alike)
    found = [Lane(group, config.interval(min(group))) for group in groups]
    if any(check.id.dataset == QUERIES for check in config.checks):
        found.append(Lane(frozenset({QUERIES}), config.interval(QUERIES)))
    return sorted(found, key=lambda lane: (lane.every, min(lane.datasets)))


def connected(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """The names in groups: of each pair both are in the same one."""
    groups = {name: {name} for name in names}
    for one, other in pairs:
        if groups[one] is not groups[other]:
            together = groups[one] | groups[other]
            groups |= dict.fromkeys(together, together)
    return [frozenset(group) for group in {min(group): group for group in groups.values()}.values()]


def compared(config: Config) -> Iterator[tuple[str, str]]:
    """Pairs of datasets that some check compares."""
    for check in config.checks:
        for other in read_by(check, config) - {check.id.dataset}:
            yield check.id.dataset, other


@dataclass(frozen=True)
class Trip:
    """Lanes that begin at one time, and which part of the interval passes before they do."""

    lanes: tuple[Lane, ...]
    share: float

    @property
    def every(self) -> float:
        """Seconds from one beginning to the next."""
        return self.lanes[0].every


def trips(config: Config) -> list[Trip]:
    """The lanes of a config in trips; those of one interval are spread evenly over it."""
    by_interval: dict[float, list[Lane]] = {}
    for lane in lanes(config):
        by_interval.setdefault(lane.every, []).append(lane)
    found = []
    for alike in by_interval.values():
        parts = [alike[at : at + TOGETHER] for at in range(0, len(alike), TOGETHER)]
        found += [
            Trip(tuple(part), place / len(parts)) for place, part in enumerate(parts, start=1)
        ]
    return found


def work_of(lane: Lane, done: Pass) -> float:
    """Seconds of the warehouse's work that a lane took in a pass."""
    return sum(done.work.get(name, 0.0) for name in lane.datasets)


class Quick:
    """Which lanes were quick when they were last read."""

    def __init__(self) -> None:
        self._known: set[frozenset[str]] = set()

    def groups(self, some: Iterable[Lane]) -> list[list[Lane]]:
        """The lanes as they share passes: those that were quick together, the others alone."""
        together, groups = [], []
        for lane in some:
            if lane.datasets in self._known:
                together.append(lane)
            else:
                groups.append([lane])
        return [*([together] if together else []), *groups]

    def learn(self, some: Iterable[Lane], done: Pass) -> None:
        """Note which of the lanes of a pass were quick; none was, where something was in its way.

        Then each is read alone next time, so that nobody suffers twice from another one's fault.
        """
        smooth = done.up and not any(reason in TROUBLE for reason in done.failures)
        for lane in some:
            if smooth and work_of(lane, done) <= QUICK:
                self._known.add(lane.datasets)
            else:
                self._known.discard(lane.datasets)
