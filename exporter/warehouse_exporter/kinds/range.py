"""Numbers and times outside the range in which they can be."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from pydantic import Field, model_validator

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.bounds import TIMES, Bound, is_beyond, said
from warehouse_exporter.kinds.shared.judged import Judged
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import is_finite
from warehouse_exporter.sql.words import Node


class Range(Judged):
    """Share of values below `min` or above `max`, which are allowed themselves; NULL is not judged.

    NaN and infinity are always outside the range. A bound is a number, a day, or another column of
    the row.
    """

    kind = "range"
    ids = ("A2",)
    metric = Metric(
        "warehouse_out_of_range_ratio",
        "Share of the column's values that are out of range.",
        ("column",),
    )
    alert = "WarehouseValuesOutOfRange"
    fault = Fault.VALUES
    summary = "numbers are out of range"
    symptom = False
    advice: ClassVar[str] = "min: 0, critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          order_items:
            relation: analytics.fct_order_items
            time: order_ts
            checks:
              - range: {column: quantity, min: 1, max: 1000, critical: "> 0"}
    """
    things: ClassVar[str] = "values"

    column: str = Field(description="The column with the number.")
    min: Bound | None = Field(
        None,
        description="The least that may occur: a number, a day such as 2020-01-01, or a column.",
    )
    max: Bound | None = Field(
        None, description="The most that may occur: a number, a day, or a column."
    )

    @model_validator(mode="after")
    def is_a_range(self) -> Self:
        """There is a bound, and something between two."""
        low, high = self.min, self.max
        if low is None and high is None:
            raise ValueError("range needs `min`, `max` or both, such as min: 0")
        numbers = isinstance(low, float) and isinstance(high, float) and low > high
        days = isinstance(low, date) and isinstance(high, date) and low > high
        if low is not None and high is not None and (numbers or days):
            raise ValueError(f"min {said(low)} is above max {said(high)}")
        return self

    def bounds(self) -> list[tuple[int, float | date | str]]:
        """The bounds that there are, with their sides."""
        both = ((-1, self.min), (1, self.max))
        return [(side, bound) for side, bound in both if bound is not None]

    def subject(self, view: DatasetView) -> Node:
        """The value; beside a column without one, it is not judged."""
        if any(isinstance(bound, str) for _, bound in self.bounds()):
            return self.fails(view)
        return view.column(self.column)

    def fails(self, view: DatasetView) -> Node:
        """A value out of range; NaN and infinity lie in none."""
        wrong = [is_beyond(view, self.column, side, bound) for side, bound in self.bounds()]
        if view.fact(self.column).type not in TIMES:
            wrong.insert(0, words.negated(is_finite(view.column(self.column))))
        return words.either(*wrong)

    def allowed(self) -> str:
        """The range in words."""
        if self.min is not None and self.max is not None:
            return f"from {said(self.min)} to {said(self.max)}"
        ((side, bound),) = self.bounds()
        return f"{'at least' if side < 0 else 'at most'} {said(bound)}"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        if self.min is not None and self.max is not None:
            return f"of {self.column} outside {said(self.min)} to {said(self.max)}"
        ((side, bound),) = self.bounds()
        return f"of {self.column} {'below' if side < 0 else 'above'} {said(bound)}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        many = f"{super().evidence(view, state)} of {self.column}"
        return f"{many} not {self.allowed()} {self.when(view)}"
