"""R1: revenue below zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.base import Share
from warehouse_exporter.kinds.usable import ALL
from warehouse_exporter.measures.dataset_view import Target
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words


class NegativeRevenue(Share):
    """Rows whose revenue is below zero; rows without revenue are not judged."""

    kind = "negative_revenue"
    ids = ("R1",)
    metric = Metric(
        "warehouse_negative_revenue_ratio",
        "Share of rows with revenue that is negative.",
        ("column",),
    )
    alert = "WarehouseNegativeRevenue"
    summary = "revenue below zero"
    layer = "business"
    symptom = False
    advice: ClassVar[str] = "critical: '> 0'"
    op: ClassVar[str] = "<"
    word: ClassVar[str] = "negative"

    column: str = Field("revenue", description="The column with the revenue.")

    def needs(self, target: Target) -> Mapping[str, Need]:
        column = target.column(self.column)
        given = target.predicate(self.where)
        wrong = words.compare(column, self.op, words.number(0))
        cells = (words.count(words.both(wrong, given)), words.count_of(column, given))
        rows = Scan(target.dataset.name, self.span(target), Hits, cells)
        return {"rows": rows, ALL: self.all_rows(target)}

    def evidence(self, target: Target, state: Hits) -> str:
        return (
            f"{super().evidence(target, state)} with {self.word} {self.column} {self.when(target)}"
        )
