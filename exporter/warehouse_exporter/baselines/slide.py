"""A level that slides away over some days, each of which is ordinary beside the one before."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from warehouse_exporter.baselines.base import (
    CHANGE,
    EXPECTED,
    SCORE,
    Baseline,
    Direction,
    Finding,
    Question,
    Terms,
    Written,
)
from warehouse_exporter.baselines.seasonal import MILD
from warehouse_exporter.baselines.shared.by_days import value_of
from warehouse_exporter.baselines.shared.daily import Series, judged
from warehouse_exporter.baselines.shared.joint import ONE_SIGMA
from warehouse_exporter.baselines.shared.score import settled
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.shared.teaching import ALL_DAYS
from warehouse_exporter.baselines.shared.wording import by_name, numbers, one_side, rounded
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Condition
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.wording import counted

LAST = 4
"""Days whose middle is judged: of a slide over a week, the later half."""
NEEDED_LAST = 3
OF_MEDIAN, OF_LEVEL = 0.30, 0.36
"""Variances in units of the variance of a day: that of the median of four normal values, and that
of the level and the weekday after four weeks (step 6 of `seasonal`: 1.57/14 + 1.57 * 4/25)."""


class Slide(Baseline):
    """The last days together, against what was expected of each before the first of them.

    Each of the last four days is compared with what `seasonal` expects of it after the days before
    all four, and the middle of the four departures is judged: so a single bad day is no slide.
    """

    name: ClassVar[str] = "slide"
    terms: ClassVar[Mapping[str, Written]] = {
        "fall": Written("two-sided probability of a fall", per_cent=True),
        "rise": Written("two-sided probability of a rise", per_cent=True),
        "change": Written("change of either sign, at least this", per_cent=True),
    }
    example: ClassVar[str] = "{warning: {fall: 2%, rise: 0.5%, change: 20%}}"
    usual: ClassVar[Terms] = {"fall": 0.02, "rise": 0.005, "change": 0.2}
    defaults: ClassVar[Mapping[Severity, Terms]] = {Severity.WARNING: usual}
    days: ClassVar[int] = 28
    guard: ClassVar[tuple[str, Terms]] = ("seasonal", MILD)

    def problem(self, terms: Terms, direction: Direction) -> str | None:
        if any(terms.get(side, 0.0) >= 1 for side in ("fall", "rise")):
            return f"a probability is less than 100 %, for example {self.example}"
        return None

    def problem_of_days(self, days: int, needed: int | None) -> str | None:
        return None if days >= ALL_DAYS else f"slide compares weeks: days is {ALL_DAYS} or more"

    def filled(self, severity: Severity, terms: Terms) -> Terms:
        return {**self.usual, **terms}

    def needed(self, days: int) -> int:
        return ALL_DAYS

    def before(
        self, today: date, days: int, step: int, excluded: Callable[[date], bool]
    ) -> tuple[date, ...]:
        """Twice as many days before the last ones: each is judged by those before it."""
        earlier = (today - timedelta(days=back) for back in range(2 * days + LAST - 1, 0, -1))
        return tuple(day for day in earlier if not excluded(day))

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        """Less likely than said, and a change that matters."""
        sides = {-1: two_sided(terms["fall"]), 1: two_sided(terms["rise"])}
        return Condition(
            tuple(one_side(side, sides[side], CHANGE, terms["change"]) for side in direction.sides)
        )

    def judge(self, asked: Question) -> Finding:
        today, found = value_of(asked), departures(asked)
        if len(found) < NEEDED_LAST:
            raise Skipped(
                f"insufficient history: {asked.name} has {counted(len(found), 'day')} with a"
                f" baseline among the last {LAST} up to {asked.today}, {NEEDED_LAST} are needed"
            )
        expected, (score, change) = found[-1].expected, middle(found)
        value = expected * (1 + change)
        gauges = by_name({EXPECTED: expected, CHANGE: change, SCORE: score})
        last = f"in the middle of the last {counted(len(found), 'day')}"
        usual = f"expected {rounded(expected)} of {counted(found[-1].days, 'day')} before"
        text = f"{asked.name}: {rounded(value)} {last} vs {usual}"
        return Finding(
            gauges,
            f"{text} {numbers(value, expected, score, change)}",
            f"{asked.name} {rounded(value)} vs {rounded(expected)}",
            value=today,
            unlike=f"{last}; expected {rounded(expected)}",
        )


@dataclass(frozen=True)
class Departure:
    """A day beside what was expected of it, and the value that lies a deviation below that.

    `days` is how much history taught.
    """

    value: float
    expected: float
    low: float
    days: int

    @property
    def size(self) -> float:
        """How far it lies from what was expected, on the scale of cube roots."""
        return root(self.value / self.expected)

    @property
    def noise(self) -> float:
        """The standard deviation of a day on that scale."""
        return -root(self.low / self.expected)


def departures(asked: Question) -> list[Departure]:
    """The last days that have a baseline, each after the days before the first of them."""
    first = asked.today - timedelta(days=LAST - 1)
    values = asked.series.values
    before = {day: value for day, value in values.items() if day < first}
    found = []
    for day in (first + timedelta(days=n) for n in range(LAST)):
        if day not in values:
            continue
        said = judged(day, Series({**before, day: values[day]}), asked.history)
        if said.bound is None or not said.expected or said.days < asked.needed:
            continue
        found.append(Departure(values[day], said.expected, said.bound(ONE_SIGMA, -1), said.days))
    return [one for one in found if one.noise > 0]


def middle(found: Sequence[Departure]) -> tuple[float, float]:
    """The score of the middle of some days, and the change that it stands for."""
    size = statistics.median(one.size for one in found)
    noise = statistics.median(one.noise for one in found)
    wide = math.sqrt((OF_MEDIAN * LAST / len(found) + OF_LEVEL) / (1 + OF_LEVEL))
    return settled(size / (noise * wide)), settled(max(0.0, 1 + size / 3) ** 3 - 1)


def root(fraction: float) -> float:
    """What a value is of the expected one, on the scale of cube roots: 0 is as expected."""
    return 3 * (math.copysign(abs(fraction) ** (1 / 3), fraction) - 1)
