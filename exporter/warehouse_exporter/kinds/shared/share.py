"""Kinds that answer how many of how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import NO_LABELS, Fact, Sample
from warehouse_exporter.core.nouns import Noun
from warehouse_exporter.core.states import Count, Hits
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.limited import Limited
from warehouse_exporter.kinds.shared.usable import all_of, without
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings, Scan
from warehouse_exporter.sql import words

OWN_ROWS = ("rows", "orders", "lines")
"""Things that are the rows of the dataset itself."""


class Share(Limited):
    """A kind that answers "how many of how many": a ratio beside the rows failed and checked."""

    advice: ClassVar[str] = "critical: '> 5%'"
    things: ClassVar[str] = "rows"
    counts_things = True
    hits_fail: ClassVar[bool] = True
    """Whether the hits are the failures; for a coverage, the others are."""

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.SHARE:
            return Term(cls.metric.name, limit)
        if limit.unit is Unit.ROWS or (limit.unit is Unit.NUMBER and limit.bound == 0):
            return Term(names.ROWS_FAILED.name, limit)
        raise ValueError(
            f"{limit.text!r} lacks a unit: write a share such as '> 5%' "
            "or a count such as '> 5 rows'"
        )

    def labels(self) -> Mapping[str, str]:
        """Labels of the series, besides `dataset` and `check`."""
        column = getattr(self, "column", None)
        return {"column": column} if column else NO_LABELS

    def gauges(self, hits: float, total: float, *more: float) -> dict[str, float]:
        """The ratio, a number for each of `more_metrics`, and the rows failed and checked.

        `total` is not 0.
        """
        beside = zip(self.more_metrics, more, strict=True)
        return {
            self.metric.name: hits / total,
            **{metric.name: float(number) for metric, number in beside},
            names.ROWS_FAILED.name: float(hits if self.hits_fail else total - hits),
            names.ROWS_CHECKED.name: float(total),
        }

    def all_rows(self, view: DatasetView) -> Scan:
        """How many rows there are, for a kind that divides by the rows with a value."""
        cells = (words.count(view.predicate(self.where)),)
        return Scan(view.dataset.name, self.span(view), Count, cells)

    def lacking(self, view: DatasetView) -> str:
        """What a row needs in order to count in the denominator."""
        return getattr(self, "column", None) or "a value"

    def noun(self, view: DatasetView) -> Noun:
        """What is counted: the rows by the name that the dataset gives them."""
        if self.things in OWN_ROWS:
            return view.dataset.thing
        return Noun(self.things.removesuffix("s"), self.things)

    def part(self, view: DatasetView, hits: float, total: float) -> str:
        """`58 of 1,000 orders`."""
        return f"{hits:,.0f} of {self.noun(view).counted(total)}"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        """What is said of the hits, such as `without client_id`; "" says the evidence instead."""
        return ""

    def fact(self, view: DatasetView, state: Hits) -> Fact | None:
        """What was seen, as a sentence says it; None says the evidence instead."""
        flaw = self.flaw(view, state)
        if not flaw:
            return None
        text = f"{self.part(view, state.hits or 0, state.total or 0)} {flaw}{self.on(view)}"
        return Fact(text, coverage=not self.hits_fail)

    def evidence(self, view: DatasetView, state: Hits) -> str:
        """What was seen, in numbers."""
        total = counted(state.total or 0, self.things.removesuffix("s"))
        return f"{state.hits:,.0f} of {total}"

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        return [self.sample_of(view, readings["rows"].total(Hits), all_of(readings))]

    def sample_of(self, view: DatasetView, state: Hits, rows: int = 0) -> Sample:
        """The share as a sample. Raises Skipped, or Unmeasured if `rows` have nothing usable."""
        if state.hits is None or not state.total:
            if rows:
                raise without(rows, self.lacking(view), self.when(view))
            raise Skipped(f"nothing to divide by: 0 rows {self.when(view)}")
        values = self.gauges(state.hits, state.total)
        fact = self.fact(view, state)
        return Sample(values, self.evidence(view, state), self.labels(), fact=fact)
