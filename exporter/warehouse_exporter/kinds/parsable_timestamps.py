"""S2: timestamps held as text that are none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.base import Share
from warehouse_exporter.kinds.usable import ALL
from warehouse_exporter.measures.dataset_view import Target
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words


class ParsableTimestamps(Share):
    """Share of values that are no ISO 8601 time of a day that exists; NULL is no value.

    What cannot be parsed belongs to no day. Where the column has become a timestamp or a date,
    every value is one.
    """

    kind = "parsable_timestamps"
    ids = ("S2",)
    metric = Metric(
        "warehouse_unparsable_timestamp_ratio",
        "Share of the column's values that are no time.",
        ("column",),
    )
    alert = "WarehouseTimestampsUnparsable"
    summary = "timestamps cannot be parsed"
    advice: ClassVar[str] = "critical: '> 0'"
    things: ClassVar[str] = "values"

    column: str = Field(description="The column of text that holds a time.")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.column == dataset.time and self.window not in (None, "all"):
            return [f"rows whose {self.column} is no time belong to no day: use `window: all`"]
        return super().problems(dataset, datasets)

    def span(self, target: Target) -> tuple[date, ...] | None:
        return None if self.column == target.dataset.time else super().span(target)

    def needs(self, target: Target) -> Mapping[str, Need]:
        column, clock = target.column(self.column), target.clock(self.column)
        given = words.both(words.is_present(column), target.predicate(self.where))
        unparsed = words.is_null(clock.parses or column)
        cells = (words.count(words.both(unparsed, given)), words.count(given))
        rows = Scan(target.dataset.name, self.span(target), Hits, cells)
        return {"rows": rows, ALL: self.all_rows(target)}

    def evidence(self, target: Target, state: Hits) -> str:
        return f"{super().evidence(target, state)} of {self.column} are no time {self.when(target)}"
