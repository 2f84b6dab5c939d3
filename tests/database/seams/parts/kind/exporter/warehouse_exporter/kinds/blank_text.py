"""Text that is there, and says nothing."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.judged import Judged
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node


class BlankText(Judged):
    """Share of rows in which a text is empty or white space, among those that have one."""

    kind = "blank_text"
    metric = Metric(
        "warehouse_blank_text_ratio", "Share of rows whose text is empty or blank.", ("column",)
    )
    alert = "WarehouseBlankText"
    summary = "texts that say nothing"
    symptom = False
    advice: ClassVar[str] = "column: page_url, critical: '> 1%'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - blank_text: {column: page_url, critical: "> 1%"}
    """

    column: str = Field(description="The column with the text.")

    def subject(self, view: DatasetView) -> Node:
        return view.column(self.column)

    def fails(self, view: DatasetView) -> Node:
        return words.is_blank(view.column(self.column))

    def evidence(self, view: DatasetView, state: Hits) -> str:
        return f"{super().evidence(view, state)} with a blank {self.column} {self.when(view)}"
