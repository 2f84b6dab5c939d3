"""Which lanes are read again soon: those with a finding that somebody waits for to end.

A look is a whole new pass over the lane, in a snapshot of its own. Looks are extra passes: the
usual ones go on. All looks together take at most `recheck_budget` of the warehouse's work in any
hour. One that is costly comes back later, so that its lane alone cannot use up the budget; where
that is no sooner than the usual pass, there is none.

While the warehouse cannot be reached, one lane looks whether it is back; then all others follow.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from warehouse_exporter.core.model import Pass
from warehouse_exporter.core.pace import Pace
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.server.budgets import Turn
from warehouse_exporter.server.lanes import HOUR, Lane, work_of

Key = frozenset[str]


@dataclass
class Open:
    """A lane with a finding: when it is looked at, and the seconds that this will probably cost.

    While a look is under way, `due` is infinite. `down`: its last pass did not reach the warehouse.
    """

    lane: Lane
    due: float
    cost: float
    down: bool
    looking: bool = False


class Looks:
    """The lanes that are looked at again; one object for the life of the process."""

    def __init__(self, warehouse: Warehouse, clock: Callable[[], float] = time.monotonic) -> None:
        self.warehouse = warehouse
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[Key, Open] = {}
        self._spent: deque[tuple[float, float]] = deque()
        self.total = 0.0
        """Seconds of the warehouse's work for looks since the start of the process."""

    def reconfigure(self, warehouse: Warehouse) -> None:
        """Begin anew with another config; what was spent in the last hour stays spent."""
        with self._lock:
            self.warehouse = warehouse
            self._open.clear()

    def due(self, busy: Collection[Key] = ()) -> list[Lane]:
        """The lanes whose time has come, as far as the budget reaches; they count as begun.

        None of the `busy` ones, which are being read.
        """
        with self._lock:
            now, found = self._clock(), []
            room = self._room(now)
            for one in self._waiting():
                if one.lane.datasets in busy and not one.looking:
                    one.due = math.inf  # that pass says when to look again
                elif one.due <= now and one.cost <= room:
                    room -= one.cost
                    one.due, one.looking = math.inf, True
                    found.append(one.lane)
            return found

    def seconds_left(self, longest: float) -> float:
        """How long no look is due, at most `longest`."""
        with self._lock:
            now = self._clock()
            room = self._room(now)
            times = [one.due - now for one in self._waiting() if one.cost <= room]
            return max(0.0, min([longest, *times]))

    def learn(
        self, group: Iterable[Lane], done: Pass, waited: Collection[str], turns: Mapping[Key, Turn]
    ) -> dict[str, Pace]:
        """Note what a pass over some lanes took; the datasets in `waited` have such a finding.

        `turns` says how often each lane is read without one. Returns how often each of their
        datasets is read from now on.
        """
        with self._lock:
            now = self._clock()
            self._reached(done.up, now)
            paces: dict[str, Pace] = {}
            for lane in group:
                cost = work_of(lane, done)
                before = self._open.pop(lane.datasets, None)
                if before is not None and before.looking:
                    self._spent.append((now, cost))
                    self.total += cost
                turn = turns[lane.datasets]
                pace = Pace(turn.every, delay=turn.every - lane.every)
                if not lane.datasets.isdisjoint(waited):
                    pace = self._sooner(pace, cost, turn.least, now)
                if pace.again is not None:
                    self._open[lane.datasets] = Open(lane, now + pace.again, cost, not done.up)
                paces |= dict.fromkeys(lane.datasets, pace)
            return paces

    def _reached(self, up: bool, now: float) -> None:
        """All that wait for the warehouse: now, where it is back, else no sooner than usual."""
        for one in self._open.values():
            if one.down and not one.looking:
                one.due = now if up else max(one.due, now + (self.warehouse.recheck or 0.0))
                one.down = not up

    def _sooner(self, usual: Pace, cost: float, least: float, now: float) -> Pace:
        recheck, budget = self.warehouse.recheck, self.warehouse.recheck_budget
        if recheck is None or recheck >= usual.every:
            return usual
        again = max(recheck, cost * HOUR / budget, least)
        if again >= usual.every or cost > self._room(now):
            return replace(usual, paused=True)
        return replace(usual, again=again)

    def _waiting(self) -> list[Open]:
        """The lanes that may be looked at: of those that are down, one."""
        down = [one for one in self._open.values() if one.down]
        first = next((one for one in down if one.looking), None) or (down[0] if down else None)
        return [one for one in self._open.values() if not one.down or one is first]

    def _room(self, now: float) -> float:
        """The seconds of the budget that are left: not spent, and not about to be."""
        while self._spent and self._spent[0][0] <= now - HOUR:
            self._spent.popleft()
        begun = sum(one.cost for one in self._open.values() if one.looking)
        return self.warehouse.recheck_budget - begun - sum(cost for _, cost in self._spent)
