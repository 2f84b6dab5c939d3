"""Orders that cost nothing."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds.negative_revenue import NegativeRevenue


class ZeroRevenue(NegativeRevenue):
    """Share of rows with a revenue of exactly zero; rows without revenue are not judged."""

    kind = "zero_revenue"
    ids = ("R2",)
    metric = Metric("warehouse_zero_revenue_ratio", "Share of rows with zero revenue.", ("column",))
    alert = "WarehouseZeroRevenue"
    fault = Fault.VALUES
    summary = "too many rows with zero revenue"
    symptom = True
    advice: ClassVar[str] = "warning: '> 2%'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - zero_revenue: {warning: "> 5%"}
    """
    op: ClassVar[str] = "="
    word: ClassVar[str] = "zero"
