"""What the rounds say together: medians, ratios of the same round, and the aims."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from bench.contenders import FIRST, FULL, FUSED, NAIVE, STEADY, Cost

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
    """A number that must not be above its bound."""

    what: str
    bound: float
    unit: str
    value: Callable[[Rounds], float | None]

    def met(self, rounds: Rounds) -> bool:
        """Whether it is there; what cannot be told is not met."""
        value = self.value(rounds)
        return value is not None and value <= self.bound


def aims_of(rounds: Rounds) -> Sequence[Aim]:
    """The aims that these rounds can tell about."""
    return HISTORY if LONG in rounds[0] else AIMS


AIMS = (
    Aim("server CPU of a full round, of fused.sql", 1.15, "x", lambda r: ratio(r, FULL, FUSED)),
    Aim("server CPU of a full round, of naive.sql", 0.4, "x", lambda r: ratio(r, FULL, NAIVE)),
    Aim("server CPU of the first pass with 28 days, of fused.sql", 1.0, "x",
        lambda r: ratio(r, FIRST, FUSED)),
    Aim("server CPU of a steady pass, of fused.sql", 0.07, "x", lambda r: ratio(r, STEADY, FUSED)),
    Aim("client CPU of a steady pass", 0.1, "s", lambda r: median(r, STEADY).client),
    Aim("resident memory after steady passes", 64, "MiB", lambda r: median(r, STEADY).rss / MIB),
)  # fmt: skip
HISTORY = (
    Aim("server CPU of a steady pass, 600 days of 60 days", 1.1, "x",
        lambda r: ratio(r, LONG, SHORT)),
)  # fmt: skip
