"""S4: columns that appeared."""

from __future__ import annotations

from typing import ClassVar

from exporter.catalog import Metric
from exporter.kinds.declared import Declared
from exporter.model import Sample
from exporter.needs import Readings
from exporter.target import Target, look_alike
from exporter.wording import agreed, counted


class NewColumns(Declared):
    """Columns that exist and are not declared; one that looks like a declared one says so."""

    kind = "new_columns"
    ids = ("S4",)
    metric = Metric("warehouse_schema_new_columns", "Columns that exist and are not declared.")
    alert = "WarehouseColumnsAppeared"
    summary = "columns appeared that are not declared"
    advice: ClassVar[str] = "info: '> 0'"

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        declared = target.dataset.columns
        found = []
        for name in target.found.columns:
            if name not in declared:
                alike = look_alike(name, declared)
                found.append(f"{name} (looks like {alike})" if alike else name)
        evidence = f"{counted(len(found), 'column')} {agreed(len(found), 'is', 'are')} not declared"
        return self.sample(found, evidence)
