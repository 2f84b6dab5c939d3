"""Purchases without revenue."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds.completeness import Completeness


class MissingRevenue(Completeness):
    """Share of purchases without revenue; `where` selects the purchases.

    Revenue of zero is a value: see `zero_revenue`.
    """

    kind = "missing_revenue"
    ids = ("R3",)
    metric = Metric(
        "warehouse_missing_revenue_ratio", "Share of purchases without revenue.", ("column",)
    )
    alert = "WarehouseRevenueMissing"
    summary = "purchases have no revenue"
    layer = "business"
    advice: ClassVar[str] = "critical: '> 1%'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - missing_revenue: {where: "event_name = 'checkout_completed'", critical: "> 1%"}
    """
    things: ClassVar[str] = "purchases"

    column: str = Field("revenue", description="The column with the revenue.")
