"""Change against last week, in per cent: too low or too high."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from warehouse_exporter.baselines.base import (
    CHANGE,
    EXPECTED,
    LOWER,
    UPPER,
    Direction,
    Finding,
    Question,
    Terms,
    Written,
)
from warehouse_exporter.baselines.shared.by_days import ByDays, Past, value_of
from warehouse_exporter.baselines.shared.score import exact, middle, parts
from warehouse_exporter.baselines.shared.wording import beyond, numbers, per_cent
from warehouse_exporter.core.limits import Condition, Term, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import counted, shown


@dataclass(frozen=True)
class Moved:
    """A value against what was before it: `change` as a fraction of `expected`."""

    expected: float
    change: float


def change(value: float, before: Sequence[float]) -> Moved:
    """change = (value - mean) / mean over the days before; of a mean of 0 it is infinite.

    The seed document compares today's count with "the previous week" and wants swings of either
    sign. A week is seven days, so it is their mean; of one day, such as the same weekday a week
    ago, the mean is that day. Needs a day; raises ValueError for none.
    """
    if not before:
        raise ValueError("a mean needs at least one day")
    mean = middle([exact(past) for past in before])
    return Moved(float(mean), parts(exact(value) - mean, abs(mean)))


class Change(ByDays):
    """The mean of the days before, or the same weekday a week ago.

    A fall of 100 % is a rule of two numbers: a metric that is 0 needs no history.
    """

    name: ClassVar[str] = "change"
    terms: ClassVar[Mapping[str, Written]] = {
        "change": Written("change of either sign, at least this", per_cent=True),
        "fall": Written("how large a fall is", per_cent=True),
        "rise": Written("how large a rise is", per_cent=True),
    }
    example: ClassVar[str] = "{warning: {fall: 30%, rise: 50%}}"
    takes_weekday: ClassVar[bool] = True

    def problem(self, terms: Terms, direction: Direction) -> str | None:
        if "change" in terms and ("fall" in terms or "rise" in terms):
            return "`change` is for both signs: write it, or `fall` and `rise`"
        if not sized(terms, direction):
            return f"change needs a limit for this direction, for example {self.example}"
        return None

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        return Condition.any_of(*sized(terms, direction))

    def gauges(self, value: float, past: Past, terms: Terms) -> dict[Gauge, float]:
        moved = change(value, past.values)
        either = terms.get("change", math.inf)
        return {
            EXPECTED: moved.expected,
            CHANGE: moved.change,
            LOWER: moved.expected * (1 - terms.get("fall", either)),
            UPPER: moved.expected * (1 + terms.get("rise", either)),
        }

    def judge(self, asked: Question) -> Finding:
        value, past = value_of(asked), Past.of(asked)
        nothing = len(past.values) < asked.needed or not any(past.values)
        if nothing and is_hard(asked):
            return of_zero(asked.name, value, past)
        return super().judge(asked)


def sized(terms: Terms, direction: Direction) -> list[Term]:
    """A fall, a rise, or either, in per cent of what was before."""
    names = {-1: "fall", 1: "rise"}
    sizes = {side: terms.get(name, terms.get("change")) for side, name in names.items()}
    return [
        beyond(CHANGE, side, size, Unit.SHARE, f"{names[side]} of {per_cent(size)}")
        for side in direction.sides
        if (size := sizes[side]) is not None
    ]


def is_hard(asked: Question) -> bool:
    """Whether a limit is a rule of two numbers: a fall of 100 %, which is a metric that is 0.

    Of a value that is not 0 all limits must be.
    """
    value, limits = value_of(asked), asked.limits.values()
    if not asked.direction.falls:
        return False
    if asked.direction.rises and value and any("rise" in one or "change" in one for one in limits):
        return False
    hard = [one.get("fall", one.get("change")) == 1 for one in limits]
    return all(hard) if value else any(hard)


def of_zero(name: str, value: float, past: Past) -> Finding:
    """The hard rule of two numbers, where the days before say nothing: a metric is 0, or it is not.

    0 is a fall of 100 %, whatever was before; anything is infinitely more than nothing.
    """
    before = f"{len(past.values)} of {counted(past.days, 'day')} before to compare with"
    if past.values and not any(past.values):
        before = f"0 {past.text} before as well"
    moved_by = math.inf if value else -1.0
    text = f"{name}: {shown(value)}, {before} {numbers(value, 0.0, None, moved_by)}"
    unlike = before if past.values else "no earlier days to compare with"
    brief = f"{name} {shown(value)}"
    return Finding({CHANGE.name: moved_by}, text, brief, value=value, unlike=unlike)
