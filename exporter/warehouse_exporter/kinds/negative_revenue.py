"""Revenue below zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Count, Hits
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.judged import Judged
from warehouse_exporter.kinds.shared.usable import all_of
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import MAY_BE_NAN, is_finite
from warehouse_exporter.sql.words import Node

NO_NUMBER = "no number"
"""The need that counts rows with NaN or infinity."""


class NegativeRevenue(Judged):
    """Share of rows with revenue below zero; rows without revenue, and NaN, are not judged."""

    kind = "negative_revenue"
    ids = ("R1",)
    metric = Metric(
        "warehouse_negative_revenue_ratio",
        "Share of rows with negative revenue.",
        ("column",),
    )
    alert = "WarehouseNegativeRevenue"
    fault = Fault.VALUES
    summary = "revenue below zero"
    layer = "business"
    symptom = False
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - negative_revenue: {window: all, critical: "> 0"}
    """
    op: ClassVar[str] = "<"
    word: ClassVar[str] = "negative"

    column: str = Field("revenue", description="The column with the revenue.")

    def subject(self, view: DatasetView) -> Node:
        return view.column(self.column)

    def fails(self, view: DatasetView) -> Node:
        return words.compare(view.column(self.column), self.op, words.number(0))

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        found = super().needs(view)
        if view.fact(self.column).type not in MAY_BE_NAN:
            return found
        passed = words.negated(words.enclosed(self.fails(view)))
        no_number = words.negated(is_finite(view.column(self.column)))
        odd = words.count(words.both(no_number, passed, view.predicate(self.where)))
        return {**found, NO_NUMBER: Scan(view.dataset.name, self.span(view), Count, (odd,))}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        odd = readings[NO_NUMBER].total(Count).rows if NO_NUMBER in readings else 0
        state = readings["rows"].total(Hits)
        judged = Hits(state.hits, (state.total or 0) - odd)
        found = self.sample_of(view, judged, all_of(readings))
        said = f"; {counted(odd, 'row')} left out, with NaN or infinity" if odd else ""
        return [replace(found, evidence=found.evidence + said)]

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return f"with {self.word} {self.column}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        return f"{super().evidence(view, state)} with {self.word} {self.column} {self.when(view)}"
