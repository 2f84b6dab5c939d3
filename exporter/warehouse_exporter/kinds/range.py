"""Numbers outside the range in which they can be."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import shown
from warehouse_exporter.kinds.shared.judged import Judged
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import is_finite
from warehouse_exporter.sql.words import Node


class Range(Judged):
    """Share of values below `min` or above `max`, which are allowed themselves; NULL is not judged.

    NaN and infinity are always outside the range.
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
    min: float | None = Field(None, allow_inf_nan=False, description="The least that may occur.")
    max: float | None = Field(None, allow_inf_nan=False, description="The most that may occur.")

    @model_validator(mode="after")
    def is_a_range(self) -> Self:
        """There is a bound, and something between two."""
        if self.min is None and self.max is None:
            raise ValueError("range needs `min`, `max` or both, such as min: 0")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {shown(self.min)} is above max {shown(self.max)}")
        return self

    def subject(self, view: DatasetView) -> Node:
        return view.column(self.column)

    def fails(self, view: DatasetView) -> Node:
        """A value out of range.

        A `real` of 0.1 is a little more than the number 0.1, so a bound is taken in its precision.
        """
        column, column_type = view.column(self.column), view.fact(self.column).type

        def bound(value: float) -> Node:
            number = words.number(value)
            return words.cast(number, column_type) if column_type == "real" else number

        wrong = [words.negated(is_finite(column))]
        if self.min is not None:
            wrong.append(words.compare(column, "<", bound(self.min)))
        if self.max is not None:
            wrong.append(words.compare(column, ">", bound(self.max)))
        return words.either(*wrong)

    def allowed(self) -> str:
        """The range in words."""
        if self.min is not None and self.max is not None:
            return f"from {shown(self.min)} to {shown(self.max)}"
        word, bound = ("at most", self.max) if self.min is None else ("at least", self.min)
        return f"{word} {shown(bound or 0)}"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        if self.min is not None and self.max is not None:
            return f"of {self.column} outside {shown(self.min)} to {shown(self.max)}"
        word, bound = ("above", self.max) if self.min is None else ("below", self.min)
        return f"of {self.column} {word} {shown(bound or 0)}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        many = f"{super().evidence(view, state)} of {self.column}"
        return f"{many} not {self.allowed()} {self.when(view)}"
