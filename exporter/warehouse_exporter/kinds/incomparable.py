"""Orders that cannot be compared with the other side, counted as such and never as 0."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.compared import Compared, Sides
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings


class Incomparable(Compared):
    """Share of orders that cannot be compared: a value is missing, or the other side has no row.

    An order without a key cannot be compared either. If no order has a key, the check is
    unmeasured.
    """

    kind = "incomparable"
    ids = ("R7",)
    metric = Metric(
        "warehouse_revenue_incomparable_ratio",
        "Share of orders that cannot be compared because a value, or the other side, is missing.",
    )
    alert = "WarehouseRevenueIncomparable"
    fault = Fault.MATCH
    summary = "orders cannot be compared with the other side"
    advice: ClassVar[str] = "warning: '> 0'"
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
              - incomparable:
                  sum: revenue
                  against: {dataset: order_items, sum: quantity * price, by: order_id}
                  warning: "> 0"
    """

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        sides = readings["sides"].total(Sides)
        if not sides.orders or sides.keyless == sides.orders:
            self.refuse_nothing(view, sides)
        keyless = f", {sides.keyless:,.0f} without a key" if sides.keyless else ""
        evidence = (
            f"{sides.incomparable:,.0f} of {counted(sides.orders, 'order')} cannot be compared "
            f"({sides.valueless:,.0f} with a value missing, {sides.partless:,.0f} without a row in "
            f"{self.against.shown}{keyless}) {self.when(view)}"
        )
        why = sides.reasons(self.against.dataset)
        many = self.part(view, sides.incomparable, sides.orders)
        said = f"{many} cannot be compared with {self.against.dataset}{self.on(view)}"
        fact = Fact(f"{said}: {why}" if why else said)
        return [Sample(self.gauges(sides.incomparable, sides.orders), evidence, fact=fact)]
