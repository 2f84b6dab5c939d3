"""The base of baselines that only look at the values of some days before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from warehouse_exporter.baselines.base import (
    CHANGE,
    EXPECTED,
    LOWER,
    SCORE,
    UPPER,
    Baseline,
    Finding,
    Question,
    Terms,
)
from warehouse_exporter.baselines.shared.wording import by_name, no_value, numbers
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.names import Metric as Gauge
from warehouse_exporter.core.wording import counted, shown


@dataclass(frozen=True)
class Past:
    """The history of a metric: its values, of how many days, and the one day it may be."""

    values: Sequence[float]
    days: int
    on: date | None = None

    @classmethod
    def of(cls, asked: Question) -> Past:
        """The values of the days of history that have one."""
        values = [asked.series.values[day] for day in asked.days if day in asked.series.values]
        return cls(values, asked.history, asked.days[0] if asked.step > 1 else None)

    @property
    def text(self) -> str:
        """`of 7 days`, `on 6 of 7 days`, or `on 2026-03-02`."""
        if self.on is not None:
            return f"on {self.on}"
        days, seen = counted(self.days, "day"), len(self.values)
        return f"of {days}" if seen == self.days else f"on {seen} of {days}"


class ByDays(Baseline):
    """A baseline of the values of some days."""

    middle: ClassVar[str] = "mean"
    """What the expected value is of the days before."""

    def gauges(self, value: float, past: Past, terms: Terms) -> dict[Gauge, float]:
        """The gauges of a day: EXPECTED, CHANGE, a SCORE if it has one, and the band."""
        raise NotImplementedError

    def judge(self, asked: Question) -> Finding:
        value, past = value_of(asked), Past.of(asked)
        if len(past.values) < asked.needed:
            raise Skipped(
                f"insufficient history: {asked.name} has a value on {len(past.values)} of the"
                f" {counted(past.days, 'day')} before {asked.today}, {asked.needed} are needed"
            )
        return self.finding(asked, value, past)

    def finding(self, asked: Question, value: float, past: Past) -> Finding:
        """What is said of a value after some days, or after one."""
        drawn = {LOWER: asked.direction.falls, UPPER: asked.direction.rises}
        said = {
            gauge: number
            for gauge, number in self.gauges(value, past, asked.mildest).items()
            if gauge not in drawn or (drawn[gauge] and math.isfinite(number))
        }
        expected, middle = said[EXPECTED], "" if past.on else f"{self.middle} "
        vs = f"{asked.name}: {shown(value)} vs {middle}{shown(expected)} {past.text}"
        return Finding(
            by_name(said),
            f"{vs} {numbers(value, expected, said.get(SCORE), said[CHANGE])}",
            f"{asked.name} {shown(value)} vs {shown(expected)}",
            None if expected else f"{vs}: a baseline of zeros passes nothing",
            value,
        )


def value_of(asked: Question) -> float:
    """The value of the day judged. Raises Skipped where there is none."""
    value = asked.series.values.get(asked.today)
    if value is None:
        raise no_value(asked.name, asked.today)
    return value
