"""R4, R6: the total revenue of the orders of a day is the total on the other side."""

from __future__ import annotations

import math
from typing import ClassVar

from exporter.catalog import Metric
from exporter.errors import Skipped
from exporter.kinds.compared import Compared, Sides
from exporter.limits import Limit, Term, Unit
from exporter.model import Sample
from exporter.needs import Readings
from exporter.target import Target


class ReconciliationTotal(Compared):
    """The difference of both totals over comparable orders; here errors of both signs cancel."""

    kind = "reconciliation_total"
    ids = ("R4", "R6")
    metric = Metric(
        "warehouse_revenue_total_difference",
        "Absolute difference of the totals of both sides, in the warehouse's currency.",
    )
    more_metrics = (
        Metric(
            "warehouse_revenue_total_difference_ratio",
            "That difference as a share of the orders' total.",
        ),
    )
    alert = "WarehouseRevenueTotalMismatch"
    summary = "total revenue of orders differs from that on the other side"
    default_window = "day"
    advice: ClassVar[str] = "critical: '> 0.01'"

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.NUMBER:
            return Term(cls.metric.name, limit)
        if limit.unit is Unit.SHARE:
            return Term(cls.more_metrics[0].name, limit)
        raise ValueError(f"{limit.text!r}: write an amount such as '> 0.01' or a share '> 1%'")

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        sides = readings["sides"].total(Sides)
        if not sides.compared or sides.left is None or sides.right is None:
            raise Skipped(f"no order can be compared {self.when(target)}")
        difference = round(abs(sides.left - sides.right), 6)
        # Of a total of 0 any difference is infinitely much: a share left out would never be told.
        share = difference / abs(sides.left) if sides.left else math.inf if difference else 0.0
        values = {self.metric.name: difference, self.more_metrics[0].name: share}
        evidence = (
            f"orders {sides.left:,.2f}, {self.against.shown} {sides.right:,.2f}, "
            f"difference {difference:,.2f} {self.when(target)}"
        )
        return [Sample(values, evidence)]
