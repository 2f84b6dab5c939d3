"""How old the newest row is, by event time or by arrival."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from warehouse_exporter.core.calendar import MIDNIGHT
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit, said
from warehouse_exporter.core.limits import Reading as How
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import duration, spoken_time
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.newest import (
    latest_of,
    lookup,
    newest_of,
    reached,
    seen,
    settle,
)
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings
from warehouse_exporter.sql.clocks import Clock


class Freshness(Limited):
    """Time since the newest row; rows from the future do not count as the newest.

    A row that is slightly ahead of the pass, because a clock is fast, counts as new. A date is
    as new as the end of its day, or as new as now on the day itself. A time without a zone may
    mean two instants in the hour that is repeated when clocks go back; while that matters, it
    is not judged. Days that the calendar excludes do not add to the age. On such a day the
    check is skipped, unless rows had already stopped for too long before it.
    """

    kind = "freshness"
    ids = ("F1",)
    metric = Metric(
        "warehouse_newest_row_timestamp_seconds",
        "When the newest row happened or arrived, later by what the calendar excludes since then;"
        " rows from the future do not count.",
    )
    alert = "WarehouseDataStale"
    fault = Fault.LOAD
    judges_days = False
    summary = "no new rows: the newest is too old"
    layer = "infrastructure"
    root_cause = True
    advice: ClassVar[str] = "warning: '> 12h', critical: '> 24h'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - freshness: {warning: "> 12h", critical: "> 24h"}
    """

    by: Literal["time", "loaded"] = Field(
        "time",
        description="By the dataset's `time` (when it happened) or `loaded` (when it arrived).",
    )

    def default_name(self) -> str:
        return self.kind if self.by == "time" else f"{self.kind}_{self.by}"

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is not Unit.DURATION:
            raise ValueError(f"{limit.text!r} lacks a unit: write a duration such as '> 12h'")
        return Term(cls.metric.name, limit, How.AGE)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if getattr(dataset, self.by) is None:
            return [f"freshness by {self.by} needs `{self.by}:` on dataset {dataset.name}"]
        return self.no_window()

    def clock(self, view: DatasetView) -> Clock:
        """The clock by which rows are new."""
        return view.clock(getattr(view.dataset, self.by))

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        return ((view.dataset.name, getattr(view.dataset, self.by)),)

    def awaits_rows(self, view: DatasetView) -> bool:
        return True

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock = self.clock(view)
        return {"rows": lookup(view, clock, seen(view, clock, self.where))}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        clock, now = self.clock(view), view.calendar.as_of
        at = min(now, reached(newest_of(readings["rows"]), clock))
        settle(at, clock, now, lambda newest, then: self.says(newest, then, view))
        doubt = "" if latest_of(at, clock, now) == at else ", or later: clocks have repeated it"
        text = f"newest row {at:%Y-%m-%d %H:%M:%S} UTC{doubt}"
        calendar, spared = view.calendar, self.spared(at, now, view)
        if spared:
            text += f", {duration(spared.total_seconds())} {calendar.uncounted} do not count"
        day = calendar.day_at(now, self.begins(view))
        blind = calendar.why_not(day) if calendar.excludes(day) else None
        counts_as = at + spared
        fact = self.fact(at, now - counts_as, view)
        return [Sample({self.metric.name: counts_as.timestamp()}, text, blind=blind, fact=fact)]

    def fact(self, newest: datetime, age: timedelta, view: DatasetView) -> Fact:
        """What was seen, as a sentence says it."""
        when = spoken_time(newest, view.calendar.zone, view.calendar.today)
        one, old = view.dataset.thing.one, duration(age.total_seconds())
        if self.by == "loaded":
            return Fact(f"the newest {one} arrived {old} ago, on {when}", complete=True)
        return Fact(f"the newest {one} is {old} old, from {when}", complete=True)

    def spared(self, newest: datetime, now: datetime, view: DatasetView) -> timedelta:
        """The time since the newest row in which nothing is expected."""
        return view.calendar.excluded(newest, now, self.begins(view))

    def begins(self, view: DatasetView) -> time:
        """When days begin: what happened on a day may arrive until `expect_by` on the next one."""
        return MIDNIGHT if self.by == "time" else view.dataset.expect_by

    def says(self, newest: datetime, now: datetime, view: DatasetView) -> Severity | None:
        """The severity that a newest row has at an instant."""
        counts_as = newest + self.spared(newest, now, view)
        return said(self.conditions(), {self.metric.name: counts_as.timestamp()}, now)
