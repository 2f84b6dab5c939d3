"""What the kinds share that hold the catalogue against what is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warehouse_exporter.core.limits import Term
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need


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

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        view.require()
        return {}

    counts_things = True

    def allows(self, terms: Sequence[Term]) -> str:
        return super().allows([term for term in terms if term.limit.bound])

    def sample(self, found: list[str], evidence: str, fact: Fact | None = None) -> list[Sample]:
        """The number of findings, with their names behind the evidence."""
        listed = f": {'; '.join(found[:8])}{'; …' if len(found) > 8 else ''}" if found else ""
        return [Sample({self.metric.name: float(len(found))}, evidence + listed, fact=fact)]
