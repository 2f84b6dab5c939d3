"""What the rounds say together: medians, ratios of the same round, and the aims."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from labs.bench.contenders import FIRST, FULL, FUSED, NAIVE, STEADY, Cost

Rounds = Sequence[Mapping[str, Cost]]
"""The costs of every contender, round by round."""
LONG = "steady pass, 600 days"
SHORT = "steady pass, 60 days"
MIB = 1024 * 1024


def median(rounds: Rounds, name: str) -> Cost:
    """Each number of a contender by its own median."""
    costs = [costs[name] for costs in rounds]
    middle = {
        field.name: statistics.median(getattr(cost, field.name) for cost in costs)
        for field in fields(Cost)
    }
    return Cost(
        middle["wall"], middle["server"], middle["client"], round(middle["rss"]),
        round(middle["statements"]), round(middle["blocks"]),
    )  # fmt: skip


def ratio(rounds: Rounds, name: str, against: str) -> float | None:
    """Server CPU against another contender's of the same round, median; None where that is 0."""
    pairs = [(costs[name].server, costs[against].server) for costs in rounds]
    found = [mine / theirs for mine, theirs in pairs if theirs]
    return statistics.median(found) if found else None


@dataclass(frozen=True)
class Aim:
    """A number that must not be above its bound, or with `least` not below it.

    `of` is the contender whose profile says why, where there is one.
    """

    what: str
    bound: float
    unit: str
    value: float | None
    of: str = ""
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is there; what was not measured is not met."""
        if self.value is None:
            return False
        return self.value >= self.bound if self.least else self.value <= self.bound


FULL_FUSED = "server CPU of a full round, of fused.sql"
FULL_NAIVE = "server CPU of a full round, of naive.sql"
FIRST_FUSED = "server CPU of the first pass with 28 days, of fused.sql"
STEADY_FUSED = "server CPU of a steady pass, of fused.sql"
STEADY_CLIENT = "client CPU of a steady pass"
PEAK = "largest resident memory of the exporter"
LONG_SHORT = "server CPU of a steady pass, 600 days of 60 days"


def aims_of(rounds: Rounds) -> Sequence[Aim]:
    """The aims that these rounds can tell about."""
    if LONG in rounds[0]:
        return [Aim(LONG_SHORT, 1.1, "x", ratio(rounds, LONG, SHORT))]
    steady = median(rounds, STEADY)
    return [
        Aim(FULL_FUSED, 1.15, "x", ratio(rounds, FULL, FUSED), FULL),
        Aim(FULL_NAIVE, 0.4, "x", ratio(rounds, FULL, NAIVE), FULL),
        Aim(FIRST_FUSED, 1.0, "x", ratio(rounds, FIRST, FUSED), FIRST),
        Aim(STEADY_FUSED, 0.07, "x", ratio(rounds, STEADY, FUSED), STEADY),
        Aim(STEADY_CLIENT, 0.1, "s", steady.client),
        Aim(PEAK, 64, "MiB", steady.rss / MIB),
    ]
