"""The declared columns are there; one that is gone may only have been renamed."""

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


class RequiredColumns(Declared):
    """Number of declared columns that do not exist; the text names a similar new column."""

    kind = "required_columns"
    ids = ("S1", "S5")
    metric = Metric("warehouse_schema_missing_columns", "Declared columns that do not exist.")
    alert = "WarehouseSchemaDrift"
    fault = Fault.COLUMNS
    summary = "declared columns are missing"
    root_cause = True
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            columns: {order_id: text, order_ts: timestamptz, revenue: numeric}
            checks:
              - required_columns: {critical: "> 0"}
    """

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        declared, present = view.dataset.columns, view.found.columns
        new = {name: None for name in present if name not in declared}
        found = []
        for name in declared:
            if name not in present:
                alike = look_alike(name, new)
                found.append(f"{name} (probably renamed to {alike})" if alike else name)
        total = counted(len(declared), "declared column")
        evidence = f"{len(found)} of {total} {agreed(len(found), 'is', 'are')} missing"
        fact = Fact(f"{total}, all there")
        if found:
            name, _, alike = found[0].partition(" (")
            one = f"column {name} is missing{', ' if alike else ''}{alike.removesuffix(')')}"
            several = f"{len(found)} columns are missing: {listed(found)}"
            fact = Fact(one if len(found) == 1 else several)
        return self.sample(found, evidence, fact)
