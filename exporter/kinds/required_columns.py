"""S1, S5: the declared columns are there; one that is gone may only have been renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from exporter.catalog import Metric
from exporter.kinds.base import Limited
from exporter.model import Dataset, Datasets, Sample
from exporter.needs import Need, Readings
from exporter.target import Target, look_alike
from exporter.wording import agreed, counted


class Declared(Limited):
    """A kind that holds the catalogue against the dataset's `columns`; it reads no row."""

    layer = "infrastructure"
    default_window = "all"

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        wrong = [] if dataset.columns else [f"{self.kind} needs `columns:` on {dataset.name}"]
        if self.where is not None or self.window is not None:
            wrong.append(
                f"{self.kind} looks at the catalogue, not at rows: no `where`, no `window`"
            )
        return wrong

    def needs(self, target: Target) -> Mapping[str, Need]:
        target.require()
        return {}

    def sample(self, found: list[str], evidence: str) -> list[Sample]:
        """The number of findings, with their names behind the evidence."""
        listed = f": {'; '.join(found[:8])}{'; …' if len(found) > 8 else ''}" if found else ""
        return [Sample({self.metric.name: float(len(found))}, evidence + listed)]


class RequiredColumns(Declared):
    """Declared columns that do not exist; a new column that looks alike is named beside them."""

    kind = "required_columns"
    ids = ("S1", "S5")
    metric = Metric("warehouse_schema_missing_columns", "Declared columns that do not exist.")
    alert = "WarehouseSchemaDrift"
    summary = "declared columns are missing"
    explains = True
    advice: ClassVar[str] = "critical: '> 0'"

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        declared, present = target.dataset.columns, target.found.columns
        new = {name: None for name in present if name not in declared}
        found = []
        for name in declared:
            if name not in present:
                alike = look_alike(name, new)
                found.append(f"{name} (probably renamed to {alike})" if alike else name)
        total = counted(len(declared), "declared column")
        evidence = f"{len(found)} of {total} {agreed(len(found), 'is', 'are')} missing"
        return self.sample(found, evidence)
