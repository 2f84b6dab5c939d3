"""Rows for which a condition of the owner's holds."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.kinds.shared.base import Expression
from warehouse_exporter.kinds.shared.judged import Judged
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql.words import Node


class Rows(Judged):
    """Share of rows for which your condition is true, among those for which it is true or false.

    Rows for which it is NULL are counted separately, never as good rows.
    """

    kind = "rows"
    ids = ("A3",)
    metric = Metric(
        "warehouse_failing_rows_ratio",
        "Share of rows for which the condition holds, among those for which it is true or false.",
    )
    alert = "WarehouseRowsFailing"
    fault = Fault.COUNT
    summary = "rows that must not be"
    symptom = False
    advice: ClassVar[str] = "failing: discount > price, critical: '> 0.1%'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - rows: {name: loaded_too_early, failing: loaded_at < order_ts, critical: "> 0.1%"}
    """

    failing: Expression = Field(description="The condition that holds for a row that is wrong.")

    def subject(self, view: DatasetView) -> Node:
        return view.expression(self.failing)

    def fails(self, view: DatasetView) -> Node:
        return view.expression(self.failing)

    @property
    def shown(self) -> str:
        """The condition in one line."""
        return " ".join(self.failing.split())

    def flaw(self, view: DatasetView, state: Hits) -> str:
        return f"with {self.shown}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        return f"{super().evidence(view, state)} with {self.shown} {self.when(view)}"

    def sample_of(self, view: DatasetView, state: Hits, rows: int = 0) -> Sample:
        if rows and not state.total:
            text = f"{counted(rows, 'row')} {self.when(view)}"
            which = agreed(rows, "it", "each of them")
            raise Unmeasured(Reason.NO_VALUES, f"{text}: {self.shown} is NULL for {which}")
        found, undecided = super().sample_of(view, state, rows), rows - int(state.total or 0)
        if not undecided:
            return found
        apart = f"; for {counted(undecided, 'more row')} it is NULL"
        return replace(found, evidence=found.evidence + apart)
