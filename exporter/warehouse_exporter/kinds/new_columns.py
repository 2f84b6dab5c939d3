"""Columns that appeared."""

from __future__ import annotations

from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import agreed, counted, listed
from warehouse_exporter.kinds.shared.declared import Declared
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings
from warehouse_exporter.measures.spelling import look_alike


class NewColumns(Declared):
    """Number of columns that exist but are not declared; the text names a similar declared one."""

    kind = "new_columns"
    ids = ("S4",)
    metric = Metric("warehouse_schema_new_columns", "Columns that exist but are not declared.")
    alert = "WarehouseColumnsAppeared"
    fault = Fault.COLUMNS
    summary = "columns appeared that are not declared"
    advice: ClassVar[str] = "info: '> 0'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            columns: {order_id: text, order_ts: timestamptz, revenue: numeric}
            checks:
              - new_columns: {info: "> 0"}
    """

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        declared = view.dataset.columns
        found = []
        for name in view.found.columns:
            if name not in declared:
                alike = look_alike(name, declared)
                found.append(f"{name} (looks like {alike})" if alike else name)
        evidence = f"{counted(len(found), 'column')} {agreed(len(found), 'is', 'are')} not declared"
        fact = Fact(f"{counted(len(found), 'new column')}{': ' + listed(found) if found else ''}")
        return self.sample(found, evidence, fact)
