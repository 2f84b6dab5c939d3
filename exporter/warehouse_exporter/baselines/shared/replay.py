"""Which days of the past may teach: those that were found to be wrong are left out, by replay.

No state is kept. Whether a past day was flagged is found out again from the days before it, so that
every process, old or new, comes to the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, Generic, NamedTuple, TypeVar

from warehouse_exporter.baselines.shared.student import two_sided

ENOUGH_DAYS = 7
"""With fewer days of history nothing is judged."""
OUTAGE = 3
"""Falls in a row after which two ordinary days must follow before the level has returned: in a
noisy shop, one day of half of everything may look like an ordinary one."""
MOVED_AFTER = 5
"""Flags in a row, all on one side, after which it is the series that has moved."""
FALL, RISE, CHANGE = 0.01, 0.0025, 0.15
"""What makes a day one that does not teach, whatever limits its owner has set."""
LOW = 0.75
"""A level below this share of the lowest that is known is an outage until its owner says else."""
ALIKE = 0.1
"""How much of the uncertainty of two days in a row is the same: that of their common level."""
STAYS = 1 / 3
"""After days that fell, a day that lies this much of the way down is one more of them: that an
outage goes on is more likely than that it ends today."""
SUREST = -8.0
"""What a single day counts for at most, together with others."""
WEEK = 7

Item = TypeVar("Item")


class Seen(NamedTuple):
    """What is said of a day alone: its change, and its z, 0 where the change is too small."""

    change: float
    z: float


@dataclass(frozen=True)
class Method(Generic[Item]):
    """How a day is judged by others, what their level is, and a day as it would be at another."""

    seen: Callable[[tuple[Item, ...], Item], Seen]
    level: Callable[[Sequence[Item]], float]
    scaled: Callable[[Item, float], Item]


@dataclass(frozen=True)
class Run:
    """Days in a row that were flagged on the same `side`: -1, 1, or 0 for none.

    An outage goes on after one ordinary day, if there was `one_off` since its last day.
    """

    days: tuple[int, ...] = ()
    seen: tuple[Seen, ...] = ()
    side: int = 0
    one_off: bool = False

    @property
    def factor(self) -> float:
        """What the level is in the run, as a share of what was expected."""
        return median([1 + one.change for one in self.seen])

    def and_(self, day: int, seen: Seen, side: int) -> Run:
        """The run with one more day, or another run that it begins."""
        if side and side == self.side:
            return Run((*self.days, day), (*self.seen, seen), side)
        if not side and self.side < 0 and len(self.days) >= OUTAGE and not self.one_off:
            return replace(self, one_off=True)
        return Run((day,), (seen,), side) if side else Run()

    @property
    def usual(self) -> float:
        """The mean z of its days."""
        return sum(self.counted) / len(self.days)

    @property
    def counted(self) -> list[float]:
        """What each of its days counts for."""
        return [max(one.z, SUREST) for one in self.seen]

    @property
    def spread(self) -> float:
        """The standard deviation of the sum of its days and one more, if nothing is wrong."""
        count = len(self.days) + 1
        return math.sqrt(count * (1 + (count - 1) * ALIKE))

    def needed(self, limit: float) -> float:
        """Below which z a next day fires at a limit, together with the days of the run."""
        return min(-limit * self.spread - sum(self.counted), STAYS * self.usual)

    def score(self, seen: Seen) -> float:
        """The z of a day, together with those of a run of falls if it belongs to it (Stouffer).

        In an outage no single day need be sure: all of them together are.
        """
        if self.side >= 0 or seen.change > -CHANGE or seen.z > STAYS * self.usual:
            return seen.z
        return min(seen.z, (sum(self.counted) + max(seen.z, SUREST)) / self.spread)

    def side_with(self, seen: Seen) -> int:
        """On which side a day is flagged, if on any."""
        if seen.change <= -CHANGE and self.score(seen) <= -two_sided(FALL):
            return -1
        return 1 if seen.change >= CHANGE and seen.z >= two_sided(RISE) else 0


@dataclass(frozen=True)
class Lesson(Generic[Item]):
    """What the replay leaves for today.

    `training` are the days that teach, at the level of today. `fallen` are the numbers of the days
    that were flagged as falls, `run` those of them, or of rises, up to yesterday, and `lowest` is
    the lowest level that the series had for a whole window, as a share of that of today.
    """

    training: tuple[Item, ...]
    fallen: frozenset[int] = frozenset()
    run: Run = field(default_factory=Run)
    lowest: float = 1.0

    def moved_with(self, seen: Seen) -> Run | None:
        """The run with which the series has moved, if it has with one more such day."""
        run = self.run.and_(-1, seen, self.run.side_with(seen))
        return run if moved(run, self.lowest) else None


def moved(run: Run, lowest: float) -> bool:
    """Whether a run makes a new level: rises do, and falls to a level that is known as normal."""
    if len(run.days) < MOVED_AFTER:
        return False
    return run.side > 0 or run.factor >= LOW * lowest


def replay(
    days: Sequence[Item | None], absent: Collection[int], window: int, method: Method[Item]
) -> Lesson[Item]:
    """Step 8: go through the days before today, starting with none flagged.

    Days are numbered from 0, the last is yesterday; None is a day that cannot teach (missing,
    empty, in the calendar): it is not judged, and ends no run. Each day is judged from a window of
    days before it, as today is. Days that fell, and those that are `absent` though they should be
    there, do not count in it: in an outage it stands still. After a run that moves the level,
    earlier days are taken at the new one.
    """
    past = Past(list(days), set(absent), window)
    run = Run()
    for step in walked(past, method):
        run = step.after
    return Lesson(
        past.training(len(days)), frozenset(past.fallen), run, low_of(run, days, past, method)
    )


class Step(NamedTuple):
    """A day of a replay: the days that taught on it, and the run before and after it."""

    day: int
    training: tuple[Any, ...]
    before: Run
    after: Run


def walked(past: Past[Item], method: Method[Item]) -> Iterator[Step]:
    """Every day that is judged, one after the other; what is known of the past changes with it."""
    days, run = tuple(past.days), Run()
    for day, item in enumerate(days):
        if item is None or len(known := past.training(day)) < ENOUGH_DAYS:
            continue
        seen, before = method.seen(known, item), run
        side = run.side_with(seen)
        run = run.and_(day, seen, side)
        if side:
            (past.fallen if side < 0 else past.risen).add(day)
        if len(run.days) >= MOVED_AFTER and moved(run, low_of(run, days, past, method)):
            past.move(run, method)
            run = Run()
        yield Step(day, known, before, run)


@dataclass
class Past(Generic[Item]):
    """The days as they are taken while a replay goes through them."""

    days: list[Item | None]
    absent: set[int]
    window: int
    fallen: set[int] = field(default_factory=set)
    risen: set[int] = field(default_factory=set)

    def training(self, day: int) -> tuple[Item, ...]:
        """The days that teach on a day, oldest first."""
        first, lost = max(0, day - self.window), self.fallen | self.absent
        while (gone := sum(first <= n < day for n in lost)) > day - self.window - first and first:
            first = max(0, day - self.window - gone)
        out = lost | self.risen
        kept = [item for n, item in enumerate(self.days[first:day], first) if n not in out]
        return tuple(item for item in kept if item is not None)

    def move(self, run: Run, method: Method[Item]) -> None:
        """Let the days of a run teach, and those before it at their level."""
        for day in range(run.days[0]):
            if (item := self.days[day]) is not None:
                self.days[day] = method.scaled(item, run.factor)
        self.fallen.difference_update(run.days)
        self.risen.difference_update(run.days)


def low_of(run: Run, days: Sequence[Item | None], past: Past[Item], method: Method[Item]) -> float:
    """The lowest level of a window of days that taught before a run of falls, as a share of the
    level that it fell from; 1 at most.

    A shop that had twice as much for some weeks does not fall when it is back.
    """
    if run.side >= 0:
        return 1.0
    flagged, before = past.fallen | past.risen, days[: run.days[0]]
    taught = [item for n, item in enumerate(before) if item is not None and n not in flagged]
    here = method.level(past.training(run.days[0]))
    ends = range(past.window, len(taught) + 1, WEEK)
    return min([1.0, *(method.level(taught[end - past.window : end]) / here for end in ends)])
