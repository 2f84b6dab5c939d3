"""No row for a while, although rows are normally frequent."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.calendar import ONE_DAY, day_start, weekday
from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit, said
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample, Severity
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, duration, shown, spoken_time
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.newest import lookup, newest_of, seen, settle
from warehouse_exporter.kinds.shared.stretches import clock_with_hours, counts, weeks_before
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.measures import borrowed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings
from warehouse_exporter.sql import stretches

HOUR = timedelta(hours=1)


class Silence(Limited):
    """Time since the newest row, judged only if this stretch of the day is normally busy.

    The check looks at the last hour or, if the silence is longer, at all of it (at most a day):
    a silence that began in a busy hour remains a silence at night. A stretch is busy if the
    same stretch of the same weekday had enough rows, at the median of the last weeks; nights
    and closed days are normally quiet. A day without any row is a gap in the history and left
    out; at least half of the weeks must remain. Days that the calendar excludes are not judged
    and not counted: on the day after one, the check looks back to midnight at most.
    """

    kind = "silence"
    ids = ("F7",)
    metric = Metric(
        "warehouse_silence_seconds",
        "Time since the newest row, while rows are normally frequent.",
    )
    alert = "WarehouseSilence"
    fault = Fault.LOAD
    judges_days = False
    summary = "no rows, although the hour is normally busy"
    layer = "infrastructure"
    root_cause = True
    advice: ClassVar[str] = "warning: '> 30m'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - silence: {warning: "> 1h"}
    """
    in_the_past = False

    weeks: int = Field(
        4, ge=1, le=12, description="Earlier weeks to compare with; one day of each is read."
    )
    busy: int = Field(
        20, ge=1, description="Rows that the stretch must normally have for silence to be judged."
    )

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.DURATION:
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r} lacks a unit: write a duration such as '> 30m'")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        return self.no_time(dataset) or self.no_window()

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.today,)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock, given = clock_with_hours(view), view.predicate(self.where)
        now = view.calendar.as_of
        weeks = weeks_before(now, self.weeks, view.calendar)
        longest = self.longest(view)
        alike = [stretches.since_latest(clock, now, then, HOUR, longest) for then in weeks]
        days = [clock.between(*view.bounds(then.date())) for then in weeks]
        among = seen(view, clock, self.where)
        before = stretches.latest(clock, *borrowed.newest(view, clock, among))
        return {
            "newest": lookup(view, clock, among),
            "usual": counts(view, alike, given, before, days),
        }

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        now = view.calendar.as_of
        at = min(now, newest_of(readings["newest"]))
        silent = self.silent(at, now, view)
        stretch = duration(min(max(now - at, HOUR), self.longest(view)).total_seconds())
        history = self.history(readings["usual"].total(Tally))
        local = now.astimezone(view.calendar.zone)
        name, needed = weekday(local.date()), (self.weeks + 1) // 2
        if history and len(history) < needed:
            raise Skipped(
                f"insufficient history: {len(history)} of the last {counted(self.weeks, name)}"
                f" had rows, {needed} are needed"
            )
        usual = float(statistics.median(history or [0]))
        weeks = counted(len(history) or self.weeks, name)
        normal = f"{shown(usual)} in the {stretch} before {local:%H:%M}, median of {weeks}"
        if usual < self.busy:
            raise Skipped(f"normally quiet: rows number {normal}, {self.busy} make it busy")
        settle(at, view.clock(), now, lambda newest, then: self.says(newest, then, view))
        evidence = f"no row since {at:%Y-%m-%d %H:%M:%S} UTC, rows normally number {normal}"
        zone, today = view.calendar.zone, view.calendar.today
        since = f"for {duration(silent.total_seconds())}, since {spoken_time(at, zone, today)}"
        usually = f"usually {view.dataset.thing.counted(usual)} in {stretch}"
        fact = Fact(f"no {view.dataset.thing.one} {since}", (usually,))
        return [Sample({self.metric.name: silent.total_seconds()}, evidence, fact=fact)]

    def longest(self, view: DatasetView) -> timedelta:
        """The longest time of earlier weeks to compare with: a day, and none of a closed day.

        On the morning after a holiday, the same time of other weeks has the rows of a whole day.
        """
        calendar = view.calendar
        if not calendar.excludes(calendar.today - ONE_DAY):
            return ONE_DAY
        return min(ONE_DAY, calendar.as_of - day_start(calendar.today, calendar.zone))

    def history(self, found: Tally) -> list[int]:
        """The rows of the stretch in each earlier week, but for days that had no row at all."""
        half = len(found.counts) // 2
        rows, days = found.counts[:half], found.counts[half:]
        return [count for count, there in zip(rows, days, strict=True) if there]

    def silent(self, newest: datetime, now: datetime, view: DatasetView) -> timedelta:
        """The time since the newest row, without that of days that the calendar excludes."""
        return now - newest - view.calendar.excluded(newest, now)

    def says(self, newest: datetime, now: datetime, view: DatasetView) -> Severity | None:
        """The severity that a newest row has at an instant."""
        silent = self.silent(newest, now, view).total_seconds()
        return said(self.conditions(), {self.metric.name: silent}, now)
