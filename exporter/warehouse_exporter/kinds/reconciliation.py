"""The revenue of an order is what its items, or the raw source, say it is: one by one."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import agreed, counted, money
from warehouse_exporter.kinds.shared.compared import Sides
from warehouse_exporter.kinds.shared.keys import columns_of
from warehouse_exporter.kinds.shared.reconciled import Beyond, Reconciled
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Failing, Readings


class Reconciliation(Reconciled):
    """Share of orders whose sum differs by more than a tolerance from that on the other side.

    The other side can be anything that has the key of an order: its items, or the raw source.
    An order without a row there differs by all of its revenue. So does a row there without an
    order, if the other dataset has a time column. An order with a value missing on either side
    cannot be compared: it is counted, and never taken for 0. If no order can be compared, the
    check is unmeasured.
    """

    kind = "reconciliation"
    ids = ("R4", "R6")
    metric = Metric(
        "warehouse_revenue_mismatch_ratio",
        "Share of orders whose revenue differs from the sum on the other side.",
    )
    more_metrics = (
        Metric(
            "warehouse_revenue_mismatch_amount",
            "Sum of the absolute differences of both sides, in the warehouse's currency.",
        ),
    )
    alert = "WarehouseRevenueMismatch"
    fault = Fault.MATCH
    summary = "revenue of orders differs from that on the other side"
    advice: ClassVar[str] = "critical: '> 0'"
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
              - reconciliation:
                  sum: revenue
                  against: {dataset: order_items, sum: quantity * price, by: order_id}
                  tolerance: 0.01
                  critical: "> 0"
    """

    def offenders(self, view: DatasetView, shown: tuple[str, ...]) -> Failing | None:
        alone = self.unmatched == "differs"
        sql = self.comparison(view).differing(alone=alone)
        return Failing(sql, columns_of(view.dataset, self.by))

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        sides, beyond = self.found(view, readings)
        failed, total, amount = sides.differing, sides.compared, sides.amount
        thing, unmatched = "comparable order", ""
        if self.unmatched == "differs" and (sides.partless or beyond.keys):
            failed += sides.partless + beyond.keys
            total += sides.partless + beyond.keys
            amount += sides.apart + beyond.apart
            thing, unmatched = "order", self.one_sided(sides, beyond)
        evidence = (
            f"{failed:,.0f} of {counted(total, thing)} {agreed(failed, 'differs', 'differ')} from"
            f" the sum in {self.against.shown}, by {amount:,.2f} together{unmatched},"
            f" {self.when(view)}{self.left_out(sides)}"
        )
        part, differ = self.part(view, failed, total), agreed(failed, "differs", "differ")
        by = f" by {money(amount)} in total" if failed else ""
        fact = Fact(f"{part} {differ} from {self.against.dataset}{by}{self.on(view)}{unmatched}")
        return [Sample(self.gauges(failed, total, amount), evidence, fact=fact)]

    def one_sided(self, sides: Sides, beyond: Beyond) -> str:
        """How many orders are on one side only, in words."""
        counts = [(sides.partless, "without a row there"), (beyond.keys, "found there alone")]
        return f" ({', '.join(f'{count:,.0f} {where}' for count, where in counts if count)})"
