"""How much of a column is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.open_days import refuse_without_days
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import is_missing
from warehouse_exporter.sql.words import Node


class Completeness(BeyondUsual):
    """Share of rows in which a column is NULL, NaN or infinite; on request also empty or blank."""

    kind = "completeness"
    ids: ClassVar[tuple[str, ...]] = ("C1", "C4")
    metric = Metric(
        "warehouse_column_null_ratio", "Share of rows without a value in the column.", ("column",)
    )
    alert = "WarehouseColumnIncomplete"
    fault = Fault.VALUES
    summary = "too many rows without a value"
    counts_failing_rows = True
    advice: ClassVar[str] = "warning: '> 1%', critical: '> 5%'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - completeness: {column: client_id, warning: "> 1%", critical: "> 5%"}
    """

    column: str = Field(description="The column that must have a value.")
    blank_is_missing: bool = Field(
        False, description="Also count '' and text of white space only as missing."
    )

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if self.column == dataset.time and self.window not in (None, "all"):
            return [f"rows without {self.column} belong to no day: use `window: all`"]
        if self.column == dataset.time and self.beyond_usual:
            return [f"rows without {self.column} belong to no day: no `beyond_usual`"]
        return super().problems(dataset, datasets)

    def window_of(self, dataset: Dataset) -> str:
        return "all" if self.column == dataset.time else super().window_of(dataset)

    def missing(self, view: DatasetView) -> Node:
        """The predicate for a row without a value."""
        column = view.column(self.column)
        absent = is_missing(column, view.fact(self.column).type)
        return words.either(absent, words.is_blank(column)) if self.blank_is_missing else absent

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        refuse_without_days(self, view, self.column)
        given = view.predicate(self.where)
        cells = (words.count(words.both(self.missing(view), given)), words.count(given))
        return {"rows": Scan(view.dataset.name, self.span(view), Hits, cells)}

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return f"without {self.column}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        return f"{super().evidence(view, state)} without {self.column} {self.when(view)}"
