"""How many of its turns a lane leaves out, so that its datasets stay within their `budget`.

What a pass costs is the median of the last three: the first pass over a dataset, and one a day,
read days that are closed as well, and say nothing about the usual one.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median_low

from warehouse_exporter.config import Config
from warehouse_exporter.core.model import Pass
from warehouse_exporter.server.lanes import HOUR, Lane

LAST = 3
"""Passes from which is concluded what the next one costs; one alone says nothing."""
LONGEST = 24 * HOUR
"""The most seconds between two passes, however small a budget is: a day is judged once."""


@dataclass(frozen=True)
class Turn:
    """How often a lane is read.

    `every` is the seconds between two passes in turn: its interval, or a multiple of it. At `least`
    so many must be between any two passes to stay within the budgets.
    """

    every: float
    least: float


class Budgets:
    """The turns of lanes with a dataset that has a budget; all others take every turn."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._budgets = {
            name: dataset.budget
            for name, dataset in config.datasets.items()
            if dataset.budget is not None
        }
        self._clock = clock
        self._lock = threading.Lock()
        self._costs: dict[str, deque[float]] = {}
        self._begun: dict[frozenset[str], float] = {}

    def due(self, lanes: Iterable[Lane]) -> list[Lane]:
        """Those of some lanes, whose turn it is, that do not leave it out."""
        with self._lock:
            now = self._clock()
            return [lane for lane in lanes if self._is_due(lane, now)]

    def _is_due(self, lane: Lane, now: float) -> bool:
        """Half an interval early or late is in time: turns are not taken to the second."""
        begun = self._begun.get(lane.datasets)
        wait = self._seconds(lane)
        return begun is None or wait <= lane.every or now - begun > wait - lane.every / 2

    def begin(self, lanes: Iterable[Lane]) -> None:
        """Note that passes over some lanes begin now, in turn or not."""
        with self._lock:
            self._begun |= dict.fromkeys((lane.datasets for lane in lanes), self._clock())

    def hurry(self) -> None:
        """Let no lane leave out its next turn."""
        with self._lock:
            self._begun.clear()

    def learn(self, group: Iterable[Lane], done: Pass) -> dict[frozenset[str], Turn]:
        """Note what a pass took; what that means for each of its lanes."""
        with self._lock:
            found = {}
            for lane in group:
                for name in lane.datasets & self._budgets.keys():
                    known = self._costs.setdefault(name, deque(maxlen=LAST))
                    known.append(done.work.get(name, 0.0))
                found[lane.datasets] = Turn(self._seconds(lane), self._least(lane))
            return found

    def _seconds(self, lane: Lane) -> float:
        """Its interval as often as it takes for the dataset that has the least of its budget."""
        turns = max(1, math.ceil(min(self._least(lane), LONGEST) / lane.every))
        return turns * lane.every

    def _least(self, lane: Lane) -> float:
        """The seconds between two passes that keep each dataset within its budget."""
        known = {name: self._costs.get(name, ()) for name in lane.datasets & self._budgets.keys()}
        costs = {name: median_low(last) for name, last in known.items() if len(last) > 1}
        return max((cost * HOUR / self._budgets[name] for name, cost in costs.items()), default=0.0)
