"""Change against last week, in per cent: too low or too high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse_exporter.baselines.score import exact, middle, parts


@dataclass(frozen=True)
class Change:
    """A value against what was before it: `change` as a fraction of `expected`."""

    expected: float
    change: float


def change(value: float, before: Sequence[float]) -> Change:
    """change = (value - mean) / mean over the days before; of a mean of 0 it is infinite.

    The seed document compares today's count with "the previous week" and wants swings of either
    sign. A week is seven days, so it is their mean; of one day, such as the same weekday a week
    ago, the mean is that day. Needs a day; raises ValueError for none.
    """
    if not before:
        raise ValueError("a mean needs at least one day")
    mean = middle([exact(past) for past in before])
    return Change(float(mean), parts(exact(value) - mean, abs(mean)))
