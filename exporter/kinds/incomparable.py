"""R7: orders that cannot be compared with the other side, counted as such and never as 0."""

from __future__ import annotations

from typing import ClassVar

from exporter.catalog import Metric
from exporter.errors import Skipped
from exporter.kinds.compared import Compared, Sides
from exporter.model import Sample
from exporter.needs import Readings
from exporter.target import Target
from exporter.wording import counted


class Incomparable(Compared):
    """Orders with a value missing on either side (an item without a price), or no other side."""

    kind = "incomparable"
    ids = ("R7",)
    metric = Metric(
        "warehouse_revenue_incomparable_ratio",
        "Share of orders that cannot be compared: a value is missing, or the other side.",
    )
    alert = "WarehouseRevenueIncomparable"
    summary = "orders cannot be compared with the other side"
    advice: ClassVar[str] = "warning: '> 0'"

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        sides = readings["sides"].total(Sides)
        orders = sides.compared + sides.incomparable
        if not orders:
            raise Skipped(f"no orders {self.when(target)}")
        evidence = (
            f"{sides.incomparable:,.0f} of {counted(orders, 'order')} cannot be compared "
            f"({sides.valueless:,.0f} with a value missing, {sides.partless:,.0f} without a row in "
            f"{self.against.shown}) {self.when(target)}"
        )
        return [Sample(self.gauges(sides.incomparable, orders), evidence)]
