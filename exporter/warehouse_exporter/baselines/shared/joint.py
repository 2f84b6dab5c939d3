"""Several numbers of one source as one: what all of them fell by together.

Each number is divided by what is expected of it, and the mean of the logarithms is taken: where
all have halved, it has halved as well. Numbers that vary much by themselves count less. The history
of this mean is that of a metric, so how much the numbers move together anyhow needs no estimate: it
is in the noise of the mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.baselines.shared.daily import Day, Series, judged

ONE_SIGMA = 0.3173
"""The two-sided probability beyond which a normal distribution has a standard deviation."""
LEAST_NOISE = 0.01
"""Of a number that hardly varies, so that it is not the only one that counts."""


@dataclass(frozen=True)
class Part:
    """One of the numbers: its value on the day, and what was expected."""

    name: str
    value: float
    expected: float
    noise: float

    @property
    def weight(self) -> float:
        """How much it counts: by the inverse of its variance."""
        return 1 / max(self.noise, LEAST_NOISE) ** 2


@dataclass(frozen=True)
class Joint:
    """What is said of the day: the parts, and the day of their mean, of which 1 is expected."""

    parts: tuple[Part, ...]
    day: Day


def part_of(name: str, day: Day) -> Part | None:
    """A number with what is expected of it; None where nothing can be said of a day."""
    if day.expected is None or day.expected <= 0 or day.bound is None or day.low:
        return None
    return Part(name, day.value, day.expected, 1 - day.bound(ONE_SIGMA, -1) / day.expected)


def jointly(today: date, metrics: Mapping[str, Series], window: int) -> Joint | None:
    """The mean of those numbers that have a baseline; None where fewer than two have one."""
    days = {name: judged(today, series, window) for name, series in metrics.items()}
    parts = tuple(part for name, day in days.items() if (part := part_of(name, day)))
    if len(parts) < 2:
        return None
    every = set.intersection(*(set(metrics[part.name].values) for part in parts))
    values = {day: mean({part: metrics[part.name].values[day] for part in parts}) for day in every}
    values[today] = mean({part: part.value for part in parts})
    untaught = frozenset[date]().union(*(metrics[part.name].untaught for part in parts))
    return Joint(parts, judged(today, Series(values, untaught=untaught), window))


def mean(values: Mapping[Part, float]) -> float:
    """The geometric mean of the values, each as a part of what is expected; 0 if one is 0."""
    if any(value <= 0 for value in values.values()):
        return 0.0
    logs = [part.weight * math.log(value / part.expected) for part, value in values.items()]
    return math.exp(sum(logs) / sum(part.weight for part in values))
