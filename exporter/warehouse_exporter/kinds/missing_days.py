"""Days without a row among the last days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from warehouse_exporter.core.calendar import describe_window
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Cell, Count, finite
from warehouse_exporter.core.wording import agreed, counted, listed, spoken_day
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.newest import BEGINNING
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.measures import borrowed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Readings, Scan
from warehouse_exporter.sql import statements, words


@dataclass(frozen=True)
class Oldest:
    """The oldest instant seen, in seconds since the epoch, or None over no row."""

    at: float | None

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Oldest:
        """From extract(epoch from min(time))."""
        cell = cells[0]
        early = isinstance(cell, int | float | Decimal) and cell < BEGINNING
        return cls(BEGINNING if early else finite(cell, "the oldest time"))

    def __add__(self, other: Oldest, /) -> Oldest:
        seen = [at for at in (self.at, other.at) if at is not None]
        return Oldest(min(seen, default=None))


class MissingDays(Limited):
    """Number of days in the window (default: the last 14, up to the expected day) without a row.

    Days before the first row of the table do not count: a new table has no gap. In a table
    without rows, every day is missing. Days that the calendar excludes do not count.
    """

    kind = "missing_days"
    ids = ("F3",)
    metric = Metric("warehouse_missing_partitions", "Days of the window without a row.")
    alert = "WarehouseDaysMissing"
    fault = Fault.PRESENCE
    summary = "days without a row"
    layer = "infrastructure"
    default_window = "14d"
    counts_things = True
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - missing_days: {window: 14d, critical: "> 0"}
    """

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if not dataset.time or self.window in ("all", "today", "open"):
            return [f"{self.kind} needs `time:` on dataset {dataset.name} and a window such as 14d"]
        return []

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return self.span(view) or ()

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock, given = view.clock(), view.predicate(self.where)
        source, name = clock.source(view.table()), view.dataset.name
        first = statements.select([clock.oldest], *borrowed.oldest(view, clock, given))
        days = self.span(view) or ()
        scanned = view.open_days(days) if view.tells_open_days else days
        found: dict[str, Need] = {
            "rows": Scan(name, scanned, Count, (words.count(given),)),
            "oldest": Lookup(name, Oldest, (first,)),
        }
        if before := days[: len(days) - len(scanned)]:  # an index has one row of each, or none
            wheres = (words.both(view.inside((day,)), given) for day in before)
            rows = tuple(statements.select_any(source, where) for where in wheres)
            return {**found, "before": Lookup(name, Tally, rows)}
        return found

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        days = list(self.span(view) or ())
        by_day = readings["rows"].states
        filled = [by_day[day] != Count(0) for day in days if day in by_day]
        if "before" in readings:
            filled = [*map(bool, readings["before"].total(Tally).counts), *filled]
        empty = [day for day, has_rows in zip(days, filled, strict=True) if not has_rows]
        begun = self.since_the_first(view, days, empty, readings)
        looked_at = view.calendar.due(begun)
        if not looked_at:
            raise Skipped(f"the first row is of a day after {days[-1]}")
        found = [str(day) for day in empty if day in looked_at]
        named = f": {', '.join(found[:7])}{', …' if len(found) > 7 else ''}" if found else ""
        young = "; there is no row before" if len(begun) < len(days) else ""
        evidence = (
            f"{len(found)} of {counted(len(looked_at), 'day')} {describe_window(looked_at)}"
            f" {agreed(len(found), 'has', 'have')} no row{named}{young}"
        )
        lacking = [spoken_day(day, view.calendar.today) for day in empty if day in looked_at]
        many, of = view.dataset.thing.many, counted(len(looked_at), "day")
        fact = Fact(f"{many} on each of the last {of}")
        if lacking:
            fact = Fact(f"no {many} on {listed(lacking)}, {len(lacking)} of the last {of}")
        return [Sample({self.metric.name: float(len(found))}, evidence, fact=fact)]

    def since_the_first(
        self, view: DatasetView, days: list[date], empty: list[date], readings: Readings
    ) -> tuple[date, ...]:
        """The days to look at: all of them, unless the table's first row is among them or later."""
        oldest = readings["oldest"].total(Oldest)
        if oldest.at is None or oldest.at < view.bounds(days[0])[0].timestamp():
            return tuple(days)
        begun = next((place for place, day in enumerate(days) if day not in empty), len(days))
        return tuple(days[begun:])
