"""The rows of the day so far, against earlier weeks at the same time of day."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.calendar import weekday
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, quantity, shown, spoken_day
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.stretches import clock_with_hours, counts, weeks_before
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings


class SoFarToday(Limited):
    """Rows of today so far, as a share of what earlier weeks had at this time of this weekday.

    The expected number is the median of the same weekday in the last weeks: one holiday or one
    failure among four weeks changes the median little. A day that had no row by then is a gap
    in the history and left out; at least half of the weeks must remain. While only few rows are
    expected, chance alone moves the share, and the check is skipped.
    """

    kind = "so_far_today"
    ids = ("V8",)
    metric = Metric(
        "warehouse_rows_so_far_ratio",
        "Rows of today up to now, as a share of the rows expected by this time of day.",
    )
    more_metrics = (
        Metric("warehouse_rows_so_far", "Rows of today up to now."),
        Metric("warehouse_rows_so_far_expected", "Median of earlier weeks at this time of day."),
    )
    alert = "WarehouseDayBehind"
    judges_days = False
    summary = "fewer or more rows today than usual by this time"
    advice: ClassVar[str] = "warning: '< 50%'"
    example: ClassVar[str] = """
        datasets:
          sessions:
            relation: analytics.fct_sessions
            time: session_start
            key: session_id
            checks:
              - so_far_today: {warning: "< 50%"}
    """
    in_the_past = False

    weeks: int = Field(
        4, ge=1, le=12, description="Earlier weeks to compare with; one day of each is read."
    )
    at_least: int = Field(
        100, ge=1, description="Rows that must be expected by now for the share to be judged."
    )

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.SHARE:
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r}: so_far_today is a share of what is expected: '< 50%'")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if timeless := self.no_time(dataset):
            return timeless
        return ["so_far_today looks at the day that is open: no `window`"] if self.window else []

    def told(self, select: Callable[[str], str]) -> Mapping[str, str]:
        rows, expected = (select(metric.name) for metric in self.more_metrics)
        return {"rows": rows, "expected": expected}

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.today,)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock, calendar = clock_with_hours(view), view.calendar
        now = calendar.as_of.astimezone(calendar.zone)
        ends = [now, *weeks_before(now, self.weeks, calendar)]
        stretches = [clock.between(view.bounds(end.date())[0], end) for end in ends]
        return {"rows": counts(view, stretches, view.predicate(self.where))}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        rows, *earlier = readings["rows"].total(Tally).counts
        history = [past for past in earlier if past]
        today, needed = view.calendar.today, (self.weeks + 1) // 2
        name = weekday(today)
        if len(history) < needed:
            raise Skipped(
                f"insufficient history: {len(history)} of the last {counted(self.weeks, name)}"
                f" had rows by this time, {needed} are needed"
            )
        expected = float(statistics.median(history))
        time = view.calendar.as_of.astimezone(view.calendar.zone)
        usual = f"{shown(expected)} expected (median of {counted(len(history), name)})"
        if expected < self.at_least:
            raise Skipped(
                f"too early to judge at {time:%H:%M}: {usual}, {self.at_least} are needed"
            )
        ratio, gauge_rows, gauge_expected = (m.name for m in (self.metric, *self.more_metrics))
        values = {ratio: rows / expected, gauge_rows: float(rows), gauge_expected: expected}
        evidence = f"{counted(rows, 'row')} on {today} by {time:%H:%M}, {usual}"
        many = f"{view.dataset.thing.counted(rows)} by {time:%H:%M} on {spoken_day(today, today)}"
        share = quantity(rows / expected, Unit.SHARE)
        fact = Fact(f"{many}, {share} of the usual {shown(expected)}", complete=True)
        return [Sample(values, evidence, fact=fact)]
