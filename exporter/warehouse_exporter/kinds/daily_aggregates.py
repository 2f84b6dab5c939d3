"""The numbers of a daily table are there, and none is negative."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import merged
from warehouse_exporter.core.wording import agreed, counted, listed
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.numbers import is_finite

FLAWS = ("empty", "negative", "no number")
"""What can be wrong with a value, in the order in which it is counted; NaN is no number."""


FLAW_OF_ONE = {"empty": "empty", "negative": "negative", "no number": "not a number"}


class DailyAggregates(BeyondUsual):
    """Share of the listed columns' values that are missing, negative or not a number.

    Without a row the check is skipped: use `volume` to require the row of the day.
    """

    kind = "daily_aggregates"
    ids = ("C3",)
    metric = Metric(
        "warehouse_aggregate_flaw_ratio",
        "Share of the values of daily aggregates that are empty, negative or not a number.",
    )
    alert = "WarehouseDailyAggregatesFlawed"
    fault = Fault.TOTALS
    summary = "daily aggregates are empty or negative"
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          daily_metrics:
            relation: analytics.daily_metrics
            time: event_date
            key: event_date
            checks:
              - daily_aggregates: {columns: [events, sessions, orders, revenue], critical: "> 0"}
    """
    things: ClassVar[str] = "values"

    columns: tuple[str, ...] = Field(
        min_length=1, description="The columns that must have a number of at least 0."
    )

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return self.span(view) or ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        given = view.predicate(self.where)
        cells = [words.count(given)]
        for name in self.columns:
            column = view.column(name)
            negative = words.both(is_finite(column), words.compare(column, "<", words.number(0)))
            no_number = words.negated(is_finite(column))
            for flaw in (words.is_null(column), negative, no_number):
                cells.append(words.count(words.both(flaw, given)))
        return {"rows": Scan(view.dataset.name, self.span(view), Tally, tuple(cells))}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        read = readings["rows"].states.items()
        due = [s for day, s in read if day is None or not view.calendar.excludes(day)]
        if not due:
            raise Skipped(f"no day to judge {self.when(view)}: the calendar excludes it")
        found = merged(due)
        assert isinstance(found, Tally)
        rows, *counts = found.counts
        if not rows:
            raise Skipped(f"no row {self.when(view)}")
        kinds = [(name, flaw) for name in self.columns for flaw in FLAWS]
        flawed = [
            f"{name} {count:,} {flaw}"
            for (name, flaw), count in zip(kinds, counts, strict=True)
            if count
        ]
        failed, checked = sum(counts), rows * len(self.columns)
        named = f": {', '.join(flawed)}" if flawed else ""
        evidence = (
            f"{failed:,} of {counted(checked, 'value')} {agreed(failed, 'is', 'are')} empty or"
            f" negative {self.when(view)}{named}"
        )
        fact = Fact(f"{seen(found, self.columns)}{self.on(view)}")
        return [Sample(self.gauges(failed, checked), evidence, fact=fact)]


def seen(found: Tally, columns: tuple[str, ...]) -> str:
    """What was seen, as a sentence says it: each flaw with its column."""
    rows, *counts = found.counts
    kinds = [(name, flaw) for name in columns for flaw in FLAWS]
    flawed = [
        f"{name} is {FLAW_OF_ONE[flaw]}{'' if rows == 1 else f' in {count:,} of {rows:,} rows'}"
        for (name, flaw), count in zip(kinds, counts, strict=True)
        if count
    ]
    if flawed:
        return listed(flawed)
    return f"{counted(rows * len(columns), 'value')}, none empty or negative"
