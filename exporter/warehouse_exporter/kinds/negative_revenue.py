"""R1: revenue below zero."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.judged import Judged
from warehouse_exporter.measures.dataset_view import Target
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node


class NegativeRevenue(Judged):
    """Rows whose revenue is below zero; rows without revenue are not judged."""

    kind = "negative_revenue"
    ids = ("R1",)
    metric = Metric(
        "warehouse_negative_revenue_ratio",
        "Share of rows with negative revenue.",
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

    def subject(self, target: Target) -> Node:
        return target.column(self.column)

    def fails(self, target: Target) -> Node:
        return words.compare(target.column(self.column), self.op, words.number(0))

    def evidence(self, target: Target, state: Hits) -> str:
        return (
            f"{super().evidence(target, state)} with {self.word} {self.column} {self.when(target)}"
        )
