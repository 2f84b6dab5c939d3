"""The highest of the days before: a rise beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from warehouse_exporter.baselines.base import CHANGE, EXPECTED, UPPER, Direction, Terms, Written
from warehouse_exporter.baselines.shared.by_days import ByDays, Past
from warehouse_exporter.baselines.shared.score import parts
from warehouse_exporter.baselines.shared.wording import beyond, per_cent
from warehouse_exporter.core.limits import Condition, Unit
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.names import Metric as Gauge


class Highest(ByDays):
    """The highest of the days before."""

    name: ClassVar[str] = "highest"
    terms: ClassVar[Mapping[str, Written]] = {
        "above": Written("how much above the highest day", per_cent=True)
    }
    example: ClassVar[str] = "{warning: {above: 50%}}"
    middle: ClassVar[str] = "highest"

    def condition(self, severity: Severity, terms: Terms, direction: Direction) -> Condition:
        above = terms["above"]
        return Condition.all_of(beyond(CHANGE, 1, above, Unit.SHARE, f"{per_cent(above)} above"))

    def gauges(self, value: float, past: Past, terms: Terms) -> dict[Gauge, float]:
        highest = max(past.values)
        moved = parts(value - highest, abs(highest))
        return {EXPECTED: highest, CHANGE: moved, UPPER: highest * (1 + terms["above"])}
