"""The total revenue of the orders of a day is the total on the other side."""

from __future__ import annotations

import math
from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, money
from warehouse_exporter.kinds.shared.compared import Sides
from warehouse_exporter.kinds.shared.reconciled import Beyond, Reconciled
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings


class ReconciliationTotal(Reconciled):
    """Difference of the totals of both sides; here, errors of opposite sign cancel out.

    The total of the orders covers all orders of the window. The total of the other side covers
    the rows of these orders, whenever they arrived, and the rows of the window without an
    order, if the other dataset has a time column. An order with a value missing on either side
    is in neither total, and is counted. If no order can be compared, the check is unmeasured.
    """

    kind = "reconciliation_total"
    ids = ("R4", "R6")
    metric = Metric(
        "warehouse_revenue_total_difference",
        "Absolute difference of the totals of both sides, in the warehouse's currency.",
    )
    more_metrics = (
        Metric(
            "warehouse_revenue_total_difference_ratio",
            "The difference as a share of the orders' total.",
        ),
    )
    alert = "WarehouseRevenueTotalMismatch"
    fault = Fault.TOTALS
    summary = "total revenue of orders differs from that on the other side"
    default_window = "day"
    advice: ClassVar[str] = "critical: '> 0.01'"
    example: ClassVar[str] = """
        datasets:
          order_items:
            relation: analytics.fct_order_items
            time: order_ts
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - reconciliation_total:
                  sum: revenue
                  against: {dataset: order_items, sum: quantity * price, by: order_id}
                  critical: "> 0.01"
    """

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.beyond_usual:
            return ["beyond_usual is for rows: write it on `reconciliation`, which compares orders"]
        return super().problems(dataset, datasets)

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.NUMBER:
            return Term(cls.metric.name, limit)
        if limit.unit is Unit.SHARE:
            return Term(cls.more_metrics[0].name, limit)
        raise ValueError(f"{limit.text!r}: write an amount such as '> 0.01' or a share '> 1%'")

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        sides, beyond = self.found(view, readings)
        left, right = sides.left, sides.right
        if self.unmatched == "differs":
            left += sides.alone + sides.unknown
            right += beyond.total + beyond.unknown
        difference = round(abs(left - right), 6)
        # Of a total of 0 any difference is infinitely much: a share left out would never be told.
        share = difference / abs(left) if left else math.inf if difference else 0.0
        values = {self.metric.name: difference, self.more_metrics[0].name: share}
        evidence = (
            f"orders {left:,.2f}, {self.against.shown} {right:,.2f}, difference {difference:,.2f}"
            f" {self.when(view)}{self.one_sided(sides, beyond)}{self.neither(sides)}"
        )
        here, there = f"{self.sum} {money(left)}{self.on(view)}", self.against.dataset
        fact = Fact(f"{here}, the same as in {there}")
        if difference:
            apart = f"{money(difference)} {'less' if left < right else 'more'} than there"
            fact = Fact(f"{here}, but {money(right)} in {there}: {apart}")
        return [Sample(values, evidence, fact=fact)]

    def one_sided(self, sides: Sides, beyond: Beyond) -> str:
        """What is in one of the totals alone, in words."""
        if self.unmatched == "ignore":
            return ""
        there = self.against.dataset
        parts = [
            (sides.partless, f"{counted(sides.partless, 'order')} without a row in {there}"),
            (sides.keyless, f"{counted(sides.keyless, 'order')} without a key"),
            (beyond.keys, f"{beyond.keys:,.0f} in {there} of no order"),
            (beyond.keyless, f"{counted(beyond.keyless, 'row')} of {there} without a key"),
        ]
        found = [text for count, text in parts if count]
        return f"; among them {', '.join(found)}" if found else ""

    def neither(self, sides: Sides) -> str:
        """What is in none of the totals, in words."""
        parts = [(sides.valueless, sides.left_out, "with a value missing")]
        if self.unmatched == "ignore":
            parts.append((sides.partless, sides.alone, "without a row there"))
            parts.append((sides.keyless, sides.unknown, "without a key"))
        found = [f"{counted(count, 'order')} {why}" for count, _, why in parts if count]
        worth = sum(total for _, total, _ in parts)
        return f"; left out: {', '.join(found)}, worth {worth:,.2f}" if found else ""
