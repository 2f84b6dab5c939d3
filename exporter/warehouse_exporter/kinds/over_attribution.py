"""More is attributed than exists."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import agreed, amount, counted, money
from warehouse_exporter.kinds.shared.attributed import Attributed
from warehouse_exporter.kinds.shared.compared import Sides
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings


class OverAttribution(Attributed):
    """Share of orders (or days) to which a model attributes more than there is.

    A difference of up to 0.01 is rounding. In totals, errors of opposite sign cancel out: if
    single orders have attributions, compare order by order with `against`.
    """

    kind = "over_attribution"
    ids = ("T2",)
    metric = Metric(
        "warehouse_over_attributed_ratio",
        "Share of attributed orders (or days) with more attributed than exists.",
        ("model",),
    )
    more_metrics = (
        Metric("warehouse_over_attributed_amount", "Total amount attributed in excess."),
    )
    alert = "WarehouseOverAttribution"
    fault = Fault.TOTALS
    summary = "more is attributed than exists"
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          attribution:
            relation: analytics.fct_order_attribution
            time: order_ts
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - over_attribution:
                  model: first_click
                  of: revenue
                  against: {dataset: attribution, sum: attributed_revenue, by: order_id}
                  critical: "> 0"
    """

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        sides = self.sides(view, readings)
        one = "attributed order" if self.attributed is None else "day"
        if not sides.compared:
            raise self.nothing(view, sides)
        values = self.gauges(sides.differing, sides.compared, sides.amount or 0.0)
        evidence = (
            f"{sides.differing:,.0f} of {counted(sides.compared, one)} {self.found(sides)},"
            f" {sides.amount or 0:,.2f} too much together ({sides.right or 0:,.2f} of"
            f" {sides.left or 0:,.2f}), {self.when(view)}"
        )
        fact = Fact(self.seen(view, sides))
        return [Sample(values, evidence, self.labels(), fact=fact)]

    def seen(self, view: DatasetView, sides: Sides) -> str:
        """What was seen, as a sentence says it."""
        too_much = f"{money(sides.amount or 0)} too much"
        if self.attributed is not None:
            both = f"{amount(sides.right or 0)} of {amount(sides.left or 0)}"
            return f"{self.attributed} {both} {self.of}{self.on(view)}: {too_much}"
        part = self.part(view, sides.differing, sides.compared)
        whose = agreed(sides.differing, "its", "their")
        more = f"with more than {whose} {self.of} attributed{self.by_model}"
        return f"{part} {more}{self.on(view)}: {too_much}"

    def nothing(self, view: DatasetView, sides: Sides) -> Skipped | Unmeasured:
        """Why no order can be compared: none is attributed, or more than that is missing."""
        assert self.against is not None
        if sides.partless == sides.orders and sides.elsewhere:
            return Skipped(f"no order is attributed{self.by_whom} {self.when(view)}")
        why = sides.reasons(self.against.dataset)
        text = f"none of {counted(sides.orders, 'order')} can be compared {self.when(view)}"
        return Unmeasured(Reason.NO_VALUES, f"{text}: {why}")

    def found(self, sides: Sides) -> str:
        """What is wrong with them, in words."""
        has = agreed(sides.differing, "has", "have")
        if self.attributed is not None:
            return f"{has} {self.attributed} above {self.of}"
        whose = agreed(sides.differing, "its", "their")
        left_out = f" ({sides.valueless:,.0f} lack a value)" if sides.valueless else ""
        return f"{has} more than {whose} {self.of} attributed{self.by_whom}{left_out}"
