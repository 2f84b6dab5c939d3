"""A1: values outside the list of accepted ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from exporter.catalog import Metric
from exporter.kinds.base import Share
from exporter.needs import Need, Scan
from exporter.sql import words
from exporter.states import Hits
from exporter.target import Target


class AcceptedValues(Share):
    """Share of values that are not in the list, compared as text; NULL is no value."""

    kind = "accepted_values"
    ids = ("A1",)
    metric = Metric(
        "warehouse_unaccepted_value_ratio",
        "Share of the column's values that are not among the accepted ones.",
        ("column",),
    )
    alert = "WarehouseUnacceptedValues"
    summary = "values that are not in the list"
    explained = False
    advice: ClassVar[str] = "critical: '> 0'"
    things: ClassVar[str] = "values"

    column: str = Field(description="The column whose values are listed.")
    values: tuple[str | int | float | bool, ...] = Field(
        min_length=1, description="Every value that may occur."
    )

    def needs(self, target: Target) -> Mapping[str, Need]:
        column = target.column(self.column)
        known = words.one_of(words.cast(column, "text"), [words.string(v) for v in self.texts()])
        present = words.both(words.is_present(column), target.predicate(self.where))
        cells = (words.count(words.both(words.negated(known), present)), words.count(present))
        return {"rows": Scan(target.dataset.name, self.span(target), Hits, cells)}

    def texts(self) -> list[str]:
        """The accepted values as PostgreSQL writes them."""
        return [str(v).lower() if isinstance(v, bool) else str(v) for v in self.values]

    def evidence(self, target: Target, state: Hits) -> str:
        return (
            f"{super().evidence(target, state)} of {self.column} not accepted {self.when(target)}"
        )
