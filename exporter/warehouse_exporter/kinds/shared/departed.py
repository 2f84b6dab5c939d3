"""How a value that left its baseline is told to people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from warehouse_exporter.baselines.base import CHANGE, EXPECTED, LOWER, MISSED, UPPER
from warehouse_exporter.core.limits import Unit
from warehouse_exporter.core.wording import amount, counted, quantity, shown, spoken_day


@dataclass(frozen=True)
class Departed:
    """A metric's value on a day, and the gauges that say what was expected of it.

    A ratio of which neither value is above 1 is told in per cent. One that `counts` is named after
    what it counts, such as orders. `empty` is how many days in a
    row have no row at all.
    """

    name: str
    value: float
    gauges: Mapping[str, float]
    is_ratio: bool = False
    counts: bool = False
    empty: int = 0

    @property
    def expected(self) -> float | None:
        """What was expected, where there is a baseline."""
        return self.gauges.get(EXPECTED.name)

    def number(self, value: float, *, rounded: bool = False) -> str:
        """A value of the metric as people read it; the ends of a band are rounded."""
        largest = max(abs(self.value), abs(self.expected or 0.0))
        if self.is_ratio and largest <= 1:
            return quantity(value, Unit.SHARE)
        if rounded and self.value == int(self.value) and largest >= 10:
            return f"{value:,.0f}"
        if rounded and largest >= 10:
            return amount(value, 0.5)
        return amount(value, self.value) if largest >= 10 else shown(value)

    def text(self, day: date, today: date) -> str:
        """`orders 0 on Sun 29 Nov, -100 %`: without a size where nothing was expected."""
        moved = self.gauges.get(CHANGE.name, 0.0)
        size = f", {moved * 100:+,.0f} %" if self.expected and math.isfinite(moved) else ""
        both = [self.name, self.number(self.value)]
        many = " ".join(reversed(both) if self.counts else both)
        return f"{many} on {spoken_day(day, today)}{size}"

    def beside(self) -> tuple[str, ...]:
        """What was expected, the normal range, and how long nothing came."""
        found = []
        if self.expected is not None:
            found.append(f"expected {self.number(self.expected, rounded=True)}")
        if band := self.band():
            found.append(f"normally {band}")
        if self.empty and self.gauges.get(MISSED.name):
            found.append(f"no row for {counted(self.empty, 'day')}")
        return tuple(found)

    def band(self) -> str:
        """The values that are normal."""
        low, high = self.gauges.get(LOWER.name), self.gauges.get(UPPER.name)
        if low is not None and low <= 0 <= self.value:
            low = None  # no value of this metric is below 0: it says nothing
        if low is None and high is None:
            return ""
        if high is None:
            return f"at least {self.number(low or 0.0, rounded=True)}"
        if low is None:
            return f"at most {self.number(high, rounded=True)}"
        ends = [self.number(end, rounded=True) for end in (low, high)]
        return "" if ends[0] == ends[1] else " to ".join(ends)
