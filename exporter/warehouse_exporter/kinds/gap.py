"""No row for hours in the middle of a day that is over, although other days have rows then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, duration, shown
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.hours import HOUR, Profile, Stretch, hours_of, stretches
from warehouse_exporter.kinds.shared.stretches import clock_with_hours
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Readings
from warehouse_exporter.sql import hours


class Gap(Limited):
    """Longest time without a row on the expected day, of the times in which rows are usual.

    `silence` listens while the day goes on, and hears nothing of a table that is loaded once a
    night. `gap` looks at a day that is over: rows can be missing for hours in the middle of it,
    while the count of the day still looks ordinary.

    A time without a row counts if earlier days have at least `busy` rows in it: the lower quartile
    of the last `days` days, and the median of the same weekday, so that nights and quiet weekends
    are no gaps. The table is read once, grouped by the hour,
    and within an hour rows are taken to be spread evenly. So a gap of less than an hour may not
    be seen, and a limit is an hour or more. A day without any row is not judged: a missing day is
    the finding of `partition_freshness`. Days that the calendar excludes are left out.
    """

    kind = "gap"
    metric = Metric(
        "warehouse_gap_seconds",
        "Longest time without a row on the day, of those in which rows are usual; 0 if none is.",
    )
    more_metrics = (
        Metric(
            "warehouse_gap_usual_rows", "Rows that earlier days have in the same hours, at least."
        ),
    )
    alert = "WarehouseGap"
    fault = Fault.LOAD
    part_of_a_load = True
    judges_days = False
    summary = "hours without a row inside a day"
    layer = "infrastructure"
    root_cause = True
    advice: ClassVar[str] = "warning: '> 1h'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - gap: {warning: "> 1h"}
    """
    in_the_past = False

    days: int = Field(28, ge=7, le=90, description="Earlier days to compare with.")
    min_days: int = Field(7, ge=1, description="How many of them must have rows, else skipped.")
    busy: int = Field(
        20, ge=1, description="Rows that the same hours must normally have, or it is no gap."
    )

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is not Unit.DURATION:
            raise ValueError(f"{limit.text!r} lacks a unit: write a duration such as '> 1h'")
        if limit.bound < HOUR:
            raise ValueError(f"{limit.text!r}: rows are read by the hour, write '> 1h' or more")
        return Term(cls.metric.name, limit)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if timeless := self.no_time(dataset):
            return timeless
        if self.window is not None:
            return ["gap judges the expected day: no `window`, but `days` to compare with"]
        if self.min_days > self.days:
            return [f"min_days {self.min_days} is more than days {self.days}"]
        return []

    def expects(self, view: DatasetView) -> tuple[date, ...]:
        return (view.calendar.expected,)

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        today = view.calendar.expected
        before = view.calendar.due_before(today, self.days)
        return {
            "day": self.probe(view, (today,), closed=False),
            "before": self.probe(view, before, closed=True),
        }

    def probe(self, view: DatasetView, days: tuple[date, ...], *, closed: bool) -> Probe:
        """The rows of some days by the hour."""
        clock, bounds = clock_with_hours(view), [view.bounds(day) for day in days]
        given = view.predicate(self.where)
        sql = hours.by_hour(clock, clock.source(view.table()), bounds, given)
        return Probe(
            view.dataset.name, sql, settled=closed, columns=hours.COLUMNS, each=hours.COLUMNS[:1]
        )

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        day, zone = view.calendar.expected, view.calendar.zone
        there = hours_of(readings["day"].rows)
        if not there:
            raise Skipped(f"no row {self.when(view)}: the whole day is missing, and not a part")
        usual = Profile.of(hours_of(readings["before"].rows), zone)
        if len(usual.days) < self.min_days:
            raise Skipped(
                f"insufficient history: {len(usual.days)} of the {self.days} days before {day} had"
                f" rows, {self.min_days} are needed"
            )
        empty = stretches(there, *view.bounds(day))
        found = [(one, usual.usual(one, day.weekday())) for one in empty]
        missed = [(one, rows) for one, rows in found if rows >= self.busy]
        if not missed:
            return [self.without(view, len(usual.days))]
        return [self.sample(view, *max(missed, key=lambda one: one[0].seconds), len(usual.days))]

    def without(self, view: DatasetView, days: int) -> Sample:
        """A day on which rows never stop for as long as would be noticed."""
        text = f"no time {self.when(view)} without a row in which {self.busy} are usual"
        value = {self.metric.name: 0.0, self.more_metrics[0].name: 0.0}
        return Sample(value, f"{text}, of {counted(days, 'day')} before")

    def sample(self, view: DatasetView, one: Stretch, rows: float, days: int) -> Sample:
        """The longest time without a row."""
        zone, thing = view.calendar.zone, view.dataset.thing
        since, until = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in
                        (one.since, one.until))  # fmt: skip
        span = f"from {since:%H:%M} to {clock_at_end(until)}"
        usual = shown(round(rows))
        text = (
            f"no row {span} {self.when(view)}, {usual} or more are usual ({counted(days, 'day')})"
        )
        fact = Fact(
            f"no {thing.one} for {duration(one.seconds)}{self.on(view)}, {span}",
            (f"usually {thing.counted(round(rows))} or more",),
        )
        values = {self.metric.name: one.seconds, self.more_metrics[0].name: rows}
        return Sample(values, text, fact=fact)


def clock_at_end(until: datetime) -> str:
    """What clocks show at the end of a stretch of a day; the end of the day itself is 24:00."""
    shown_then = f"{until:%H:%M:%S}"
    return "24:00" if shown_then == "00:00:00" else shown_then[:5]
