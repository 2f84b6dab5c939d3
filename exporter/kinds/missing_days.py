"""F3: days without a row among the last days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from exporter.catalog import Metric
from exporter.kinds.base import Limited
from exporter.model import Dataset, Datasets, Sample
from exporter.needs import Need, Readings, Scan
from exporter.sql import words
from exporter.states import Count
from exporter.target import Target


class MissingDays(Limited):
    """How many of the last days (window, default 14d, up to the expected day) have no row."""

    kind = "missing_days"
    ids = ("F3",)
    metric = Metric("warehouse_missing_partitions", "Business days of the window that have no row.")
    alert = "WarehouseDaysMissing"
    summary = "days without a row"
    layer = "infrastructure"
    default_window = "14d"
    advice: ClassVar[str] = "critical: '> 0'"

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if not dataset.time or self.window in ("all", "today"):
            return [f"{self.kind} needs `time:` on dataset {dataset.name} and a window such as 14d"]
        return []

    def needs(self, target: Target) -> Mapping[str, Need]:
        cells = (words.count(target.predicate(self.where)),)
        return {"rows": Scan(target.dataset.name, self.span(target), Count, cells)}

    def samples(self, target: Target, readings: Readings) -> list[Sample]:
        states = readings["rows"].states
        empty = [str(day) for day, state in states.items() if state == Count(0)]
        named = f": {', '.join(empty[:7])}{', …' if len(empty) > 7 else ''}" if empty else ""
        evidence = f"{len(empty)} of {len(states)} days {self.when(target)} have no row{named}"
        return [Sample({self.metric.name: float(len(empty))}, evidence)]
