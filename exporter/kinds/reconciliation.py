"""R4, R6: the revenue of an order is what its items, or the raw source, say it is: one by one."""

from __future__ import annotations

from typing import ClassVar

from exporter.catalog import Metric
from exporter.errors import Skipped
from exporter.kinds.compared import Compared, Sides
from exporter.model import Sample
from exporter.needs import Readings
from exporter.target import Target
from exporter.wording import agreed, counted


class Reconciliation(Compared):
    """Orders whose sum differs from that of their items, or of the raw source, by over a tolerance.

    The other side may be anything that has the key of an order: what the order is made of, or what
    it was made from.
    """

    kind = "reconciliation"
    ids = ("R4", "R6")
    metric = Metric(
        "warehouse_revenue_mismatch_ratio",
        "Share of comparable orders whose revenue differs from the sum on the other side.",
    )
    more_metrics = (
        Metric(
            "warehouse_revenue_mismatch_amount",
            "Sum of the absolute differences of both sides, in the warehouse's currency.",
        ),
    )
    alert = "WarehouseRevenueMismatch"
    summary = "revenue of orders differs from that on the other side"
    advice: ClassVar[str] = "critical: '> 0'"

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        sides = readings["sides"].total(Sides)
        if not sides.compared:
            raise Skipped(f"no order can be compared {self.when(target)}")
        values = self.gauges(sides.differing, sides.compared, sides.amount or 0.0)
        evidence = (
            f"{sides.differing:,.0f} of {counted(sides.compared, 'comparable order')}"
            f" {agreed(sides.differing, 'differs', 'differ')} from the sum in"
            f" {self.against.shown}, by {sides.amount or 0:,.2f} together, {self.when(target)}"
        )
        return [Sample(values, evidence)]
