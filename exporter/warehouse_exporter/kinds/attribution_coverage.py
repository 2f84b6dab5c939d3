"""How many of the orders are attributed at all."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, shown
from warehouse_exporter.kinds.shared.attributed import Attributed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings


class AttributionCoverage(Attributed):
    """Share of orders that a model attributes, or that have a channel in the final mart.

    For a mart without models, leave out `model` and let `where` select its complete rows:
    `{dataset: mart, by: order_id, where: channel is not null}`. Without orders the check is
    skipped.
    """

    kind = "attribution_coverage"
    ids = ("T3", "T5")
    metric = Metric(
        "warehouse_attribution_coverage_ratio", "Share of orders that are attributed.", ("model",)
    )
    alert = "WarehouseAttributionCoverageLow"
    summary = "too few orders are attributed"
    advice: ClassVar[str] = "warning: '< 10%'"
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
              - attribution_coverage:
                  model: last_click
                  of: revenue
                  against: {dataset: attribution, sum: attributed_revenue, by: order_id}
                  warning: "< 10%"
    """
    hits_fail: ClassVar[bool] = False

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        sides = self.sides(view, readings)
        if self.attributed is not None:
            covered, orders = sides.right or 0.0, sides.left or 0.0
        else:
            covered = sides.compared + sides.valueless
            orders = sides.orders
        if not orders:
            raise Skipped(f"no orders {self.when(view)}")
        where = f" in {self.against.dataset}" if self.against else ""
        evidence = f"{shown(covered)} of {counted(orders, 'order')} attributed{where}{self.by_whom}"
        values = self.gauges(covered, orders)
        many = f"{shown(covered)} of {self.orders(view).counted(orders)}"
        fact = Fact(f"{many} attributed{self.by_model}{self.on(view)}", coverage=True)
        return [Sample(values, f"{evidence} {self.when(view)}", self.labels(), fact=fact)]
