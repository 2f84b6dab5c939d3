"""Share of orders that carry a click id or a UTM parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node


class TrackingCoverage(BeyondUsual):
    """Share of rows in which at least one of the columns has a value (a boolean must be true)."""

    kind = "tracking_coverage"
    ids = ("T1",)
    metric = Metric(
        "warehouse_tracking_coverage_ratio", "Share of rows with a click id or a UTM parameter."
    )
    alert = "WarehouseTrackingCoverageLow"
    summary = "too few rows carry a click id or UTM"
    layer = "business"
    advice: ClassVar[str] = "warning: '< 40%'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - tracking_coverage: {any_of: [click_id, utm_source], window: 7d, warning: "< 40%"}
    """
    hits_fail: ClassVar[bool] = False

    any_of: tuple[str, ...] = Field(
        min_length=1,
        description="Columns; at least one must have a value (or be true), such as click_id.",
    )

    def tracked(self, view: DatasetView, name: str) -> Node:
        """The predicate for a row that this column tracks."""
        column = view.column(name)
        return column if view.fact(name).type == "boolean" else words.is_present(column)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        given = view.predicate(self.where)
        tracked = words.either(*(self.tracked(view, name) for name in self.any_of))
        cells = (words.count(words.both(tracked, given)), words.count(given))
        return {"rows": Scan(view.dataset.name, self.span(view), Hits, cells)}

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return f"with {' or '.join(self.any_of)}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        return f"{super().evidence(view, state)} with {' or '.join(self.any_of)} {self.when(view)}"
