"""Timestamps held as text that are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.base import Share
from warehouse_exporter.kinds.shared.open_days import refuse_without_days
from warehouse_exporter.kinds.shared.usable import ALL
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words


class ParsableTimestamps(Share):
    """Share of text values that are not valid ISO 8601 times; NULLs are not counted.

    A value that cannot be parsed belongs to no day. In a column of type timestamp or date,
    every value is valid.
    """

    kind = "parsable_timestamps"
    ids = ("S2",)
    metric = Metric(
        "warehouse_unparsable_timestamp_ratio",
        "Share of the column's values that are not valid times.",
        ("column",),
    )
    alert = "WarehouseTimestampsUnparsable"
    fault = Fault.VALUES
    summary = "timestamps cannot be parsed"
    counts_failing_rows = True
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - parsable_timestamps: {column: loaded_at, critical: "> 0"}
    """
    things: ClassVar[str] = "values"

    column: str = Field(description="The text column that holds a time.")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.column == dataset.time and self.window not in (None, "all"):
            return [f"rows whose {self.column} is not a time have no day: use `window: all`"]
        return super().problems(dataset, datasets)

    def window_of(self, dataset: Dataset) -> str:
        return "all" if self.column == dataset.time else super().window_of(dataset)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        refuse_without_days(self, view, self.column)
        column, clock = view.column(self.column), view.clock(self.column)
        given = words.both(words.is_present(column), view.predicate(self.where))
        unparsed = words.is_null(clock.parses or column)
        cells = (words.count(words.both(unparsed, given)), words.count(given))
        rows = Scan(view.dataset.name, self.span(view), Hits, cells)
        return {"rows": rows, ALL: self.all_rows(view)}

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return f"of {self.column} not readable as a time"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        share, when = super().evidence(view, state), self.when(view)
        return f"{share} of {self.column} are not valid times {when}"
