"""Rows from the future."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import a, counted
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Readings
from warehouse_exporter.sql import statements, words


class FutureRows(Limited):
    """Number of rows that are more than 5 minutes ahead of the time of the pass."""

    kind = "future_rows"
    ids = ("F8",)
    metric = Metric("warehouse_future_rows", "Rows with a time after the pass (5 minutes allowed).")
    alert = "WarehouseFutureRows"
    fault = Fault.COUNT
    judges_days = False
    summary = "rows from the future"
    in_hindsight = False
    sees_infinity = True
    symptom = False
    counts_things = True
    advice: ClassVar[str] = "warning: '> 0'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - future_rows: {warning: "> 0"}
    """

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit in (Unit.NUMBER, Unit.ROWS):
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: future_rows is a number of rows, such as '> 0'")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        return self.no_time(dataset) or self.no_window()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock = view.clock()
        given = view.predicate(self.where)
        source = clock.source(view.table())
        ahead = words.both(clock.after(view.horizon), given)
        timed = words.both(words.is_present(clock.value), given)
        # Whether there is any row is not asked by the newest: infinity is a time, and no number.
        subqueries = (
            statements.select([words.count()], source, ahead),
            statements.select([words.number(1)], source, timed) + "\nLIMIT 1",
        )
        return {"rows": Lookup(view.dataset.name, Hits, subqueries)}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        state = readings["rows"].total(Hits)
        if state.total is None:
            raise Skipped("there is no row with a time")
        evidence = f"{counted(state.hits or 0, 'row')} after {view.horizon:%Y-%m-%d %H:%M} UTC"
        ahead = view.dataset.thing.counted(state.hits or 0)
        fact = Fact(f"{ahead} with {a(view.dataset.time or 'time')} in the future")
        return [Sample({self.metric.name: state.hits}, evidence, fact=fact)]
