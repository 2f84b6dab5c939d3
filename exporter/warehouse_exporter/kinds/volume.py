"""A floor (or a ceiling) for the rows of a day, and the one row of a daily table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Count
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words


class Volume(Limited):
    """Number of rows of the day; an empty day counts as 0.

    For a daily table with one row a day, write `critical: '!= 1'`: it fires if the row is
    missing or duplicated.
    """

    kind = "volume"
    ids = ("V1", "F4")
    metric = Metric(
        "warehouse_rows", "Rows of the window (the expected day, unless it says otherwise)."
    )
    alert = "WarehouseVolumeOutOfBounds"
    fault = Fault.PRESENCE
    summary = "row count outside its limits"
    counts_things = True
    advice: ClassVar[str] = "critical: '< 100'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - volume: {critical: "< 5"}
    """

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit in (Unit.NUMBER, Unit.ROWS):
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: volume is a number of rows, such as '< 100'")

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return self.span(view) or ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        cells = (words.count(view.predicate(self.where)),)
        return {"rows": Scan(view.dataset.name, self.span(view), Count, cells)}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        state = readings["rows"].total(Count)
        evidence = f"{counted(state.rows, 'row')} {self.when(view)}"
        fact = Fact(f"{view.dataset.thing.counted(state.rows)}{self.on(view)}")
        return [Sample({self.metric.name: float(state.rows)}, evidence, fact=fact)]
