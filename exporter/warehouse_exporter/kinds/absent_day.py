"""A column that has no value for an entire day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import counted, listed, spoken_day
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import is_missing


class AbsentDay(Limited):
    """Number of days in the window that have rows but not one value in the column."""

    kind = "absent_day"
    ids = ("C2",)
    metric = Metric(
        "warehouse_column_absent_partitions",
        "Days of the window that have rows, but no value in the column.",
        ("column",),
    )
    alert = "WarehouseColumnAbsent"
    fault = Fault.VALUES
    summary = "a column is empty for an entire day"
    counts_things = True
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - absent_day: {column: referrer, critical: "> 0"}
    """

    column: str = Field(description="The column that must have a value at least once a day.")
    blank_is_missing: bool = Field(
        False, description="Also count '' and text of white space only as missing."
    )

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if not dataset.time or self.window == "all":
            return [f"{self.kind} needs `time:` on dataset {dataset.name} and a window of days"]
        if self.column == dataset.time:
            return [f"rows without {self.column} belong to no day: use completeness"]
        return []

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return self.span(view) or ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        given = view.predicate(self.where)
        column = view.column(self.column)
        missing = is_missing(column, view.fact(self.column).type)
        if self.blank_is_missing:
            missing = words.either(missing, words.is_blank(column))
        value = words.negated(missing)
        cells = (words.count(words.both(value, given)), words.count(given))
        return {"rows": Scan(view.dataset.name, self.span(view), Hits, cells)}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        read = readings["rows"].states.items()
        states = {
            day: state
            for day, state in read
            if isinstance(state, Hits) and day is not None and not view.calendar.excludes(day)
        }
        with_rows = {day: state for day, state in states.items() if state.total}
        if not with_rows:
            raise Skipped(f"no rows {self.when(view)}")
        absent = [day for day, state in with_rows.items() if not state.hits]
        rows = sum(state.total or 0 for state in with_rows.values())
        evidence = (
            f"{self.column} has no value on {len(absent)} of {counted(len(with_rows), 'day')}"
            f" with rows ({counted(rows, 'row')} {self.when(view)})"
        )
        fact = Fact(self.seen(view, absent, with_rows, rows))
        values, labels = {self.metric.name: float(len(absent))}, {"column": self.column}
        return [Sample(values, evidence, labels, fact=fact)]

    def seen(
        self, view: DatasetView, absent: list[date], with_rows: Mapping[date, Hits], rows: float
    ) -> str:
        """What was seen, as a sentence says it."""
        noun, today = view.dataset.thing, view.calendar.today
        if not absent:
            return f"{self.column} has values every day{self.on(view)}"
        empty = sum(with_rows[day].total or 0 for day in absent)
        every = f"in {noun.counted(empty)}" if empty == 1 else f"in all {noun.counted(empty)}"
        days = listed([spoken_day(day, today) for day in absent])
        return f"{self.column} is empty on {days}, {every}"
