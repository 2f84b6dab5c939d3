"""The expected day is complete by its deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit, said
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import duration, spoken_day, spoken_time
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.newest import due_day, lookup, newest_of, reached, seen
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings


class Deadline(Limited):
    """How long before the end of the expected day its rows stop, judged from `expect_by` on.

    The check assumes that rows arrive in order. A row of a later day means that the expected
    day is complete. Until there is one, the time between the newest row and the end of the day
    may be a quiet evening or a load that stopped halfway: the limit says how long a quiet
    evening may be. Before `expect_by`, the day before is expected. A date counts as its whole
    day. Days that the calendar excludes do not count. If the expected day is excluded, the last
    day before it that is not excluded must be complete: it is a finding until it is, and then
    the check is skipped.
    """

    kind = "deadline"
    ids = ("F6",)
    metric = Metric(
        "warehouse_day_lacking_seconds",
        "Time from the newest row to the end of the expected day; 0 if there are later rows.",
    )
    alert = "WarehouseDeadlineMissed"
    fault = Fault.LOAD
    judges_days = False
    summary = "the expected day is not complete"
    layer = "infrastructure"
    root_cause = True
    advice: ClassVar[str] = "critical: '> 1h'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            expect_by: "06:00"
            checks:
              - deadline: {critical: "> 1h"}
    """

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.DURATION or (limit.unit is Unit.NUMBER and limit.bound == 0):
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r} lacks a unit: write a duration such as '> 1h'")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if timeless := self.no_time(dataset):
            return timeless
        if dataset.expect_day == "today":
            return ["deadline is about a day that is over: `expect_day: today` never is"]
        return self.no_window()

    def awaits_rows(self, view: DatasetView) -> bool:
        return True

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock = view.clock()
        return {"rows": lookup(view, clock, seen(view, clock, self.where))}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        at, zone = newest_of(readings["rows"]), view.calendar.zone
        day, blind = due_day(view.calendar)
        begin, end = reached(at, view.clock()), view.bounds(day)[1]
        lacking = 0.0
        if begin < end:
            lacking = (end - begin - view.calendar.excluded(begin, end)).total_seconds()
        by, place = view.dataset.expect_by, "before" if lacking else "after"
        due = f"was due by {by:%H:%M} {by.tzinfo or zone}"
        evidence = (
            f"the newest row, of {at.astimezone(zone):%Y-%m-%d %H:%M} {zone}, is from {place} the"
            f" end of {day}, which"
            f" {'the build was to complete' if view.calendar.built else due}"
        )
        fact = self.fact(at, lacking, day, view)
        return [Sample({self.metric.name: lacking}, evidence, blind=blind, fact=fact)]

    def fact(self, newest: datetime, lacking: float, day: date, view: DatasetView) -> Fact:
        """What was seen, as a sentence says it."""
        zone, today, by = view.calendar.zone, view.calendar.today, view.dataset.expect_by
        one, which = view.dataset.thing.one, spoken_day(day, today)
        due = () if view.calendar.built else (f"due by {by:%H:%M} {by.tzinfo or zone}",)
        when = spoken_time(newest, zone, today)
        if newest.astimezone(zone).date() == day:
            when = f"{newest.astimezone(zone):%H:%M %Z}"
        at = f"the newest {one} is from {when}"
        if not lacking:
            return Fact(f"{which} is complete: {at}", due)
        values, now = {self.metric.name: lacking}, view.calendar.as_of
        if said(self.conditions(), values, now) is None:  # a quiet evening
            return Fact(f"{at}, {duration(lacking)} before the end of {which}", due)
        return Fact(f"{which} is incomplete: {at}, {duration(lacking)} before its end", due)

    def allows(self, terms: Sequence[Term]) -> str:
        return super().allows([term for term in terms if term.limit.bound])
