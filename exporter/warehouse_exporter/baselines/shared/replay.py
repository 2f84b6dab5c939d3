"""Which days of the past may teach: those that were found to be wrong are left out, by replay.

No state is kept. Whether a past day was flagged is found out again from the days before it, so that
every process, old or new, comes to the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOVED_AFTER = 5
"""Flags in a row, all on one side, after which it is the series that has moved."""

Flag = Callable[[Sequence[int], int], int]
"""What is said of a day by its number, from the numbers of the days that teach: -1, 0 or 1."""


@dataclass(frozen=True)
class Lesson:
    """What the replay leaves for today.

    `training` are the numbers of the days that teach, `run` how many days up to yesterday were
    flagged in a row on the same `side`, and `since` the first of them.
    """

    training: tuple[int, ...]
    run: int
    side: int
    since: int

    def moves_with(self, side: int) -> bool:
        """Whether one more flag on that side makes it a series that has moved."""
        return side == self.side != 0 and self.run + 1 >= MOVED_AFTER


def replay(teaches: Sequence[bool], window: int, flag: Flag) -> Lesson:
    """Step 8: go through the last `window` days before today, starting with none flagged.

    Days are numbered from 0, the last is yesterday; `teaches` says which of them can teach at all.
    Those that cannot (missing, empty, in the calendar) are not judged, and end no run. Each day is
    judged from as many days before it, as today is. After a run the days in it teach again, and
    nothing before them does.
    """
    today = len(teaches)
    flagged: set[int] = set()
    run: list[int] = []
    side, start = 0, 0

    def training(day: int) -> list[int]:
        first = max(start, day - window, 0)
        return [n for n in range(first, day) if teaches[n] and n not in flagged]

    for day in range(max(0, today - window), today):
        if not teaches[day]:
            continue
        said = flag(training(day), day)
        if said != side:
            run, side = [], said
        if not said:
            continue
        run.append(day)
        flagged.add(day)
        if len(run) == MOVED_AFTER:
            start = run[0]
            flagged.difference_update(run)
            run, side = [], 0
    return Lesson(tuple(training(today)), len(run), side, run[0] if run else today)
