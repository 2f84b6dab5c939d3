"""The newest business day that has rows is the expected one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from warehouse_exporter.core.calendar import ONE_DAY, last_days
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.limits import Limit, Term, Unit
from warehouse_exporter.core.model import Dataset, Datasets, Fact, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.wording import counted, spoken_day
from warehouse_exporter.kinds.shared.base import Limited
from warehouse_exporter.kinds.shared.newest import due_day, lookup, newest_of
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Readings
from warehouse_exporter.sql import words


class PartitionFreshness(Limited):
    """How far the newest day with rows is behind the expected day; later days do not count.

    Days that the calendar excludes do not count. If the expected day is excluded, the last day
    before it that is not excluded must be there: it is a finding until it is, and then the
    check is skipped.
    """

    kind = "partition_freshness"
    ids = ("F2",)
    metric = Metric(
        "warehouse_partition_lag_seconds",
        "How far the newest day with rows is behind the expected day; 0 if it is there.",
    )
    alert = "WarehousePartitionMissing"
    fault = Fault.LOAD
    judges_days = False
    summary = "the expected day is missing"
    layer = "infrastructure"
    root_cause = True
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          events:
            relation: analytics.raw_events
            time: event_ts
            checks:
              - partition_freshness: {critical: "> 0"}
    """

    @classmethod
    def term(cls, limit: Limit) -> Term:
        if limit.unit is Unit.DURATION or (limit.unit is Unit.NUMBER and limit.bound == 0):
            return Term(cls.metric.name, limit)
        raise ValueError(f"{limit.text!r} lacks a unit: write '> 0' or days such as '> 1d'")

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        return self.no_time(dataset) or self.no_window()

    def awaits_rows(self, view: DatasetView) -> bool:
        return True

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        clock = view.clock()
        end = view.bounds(view.calendar.expected)[1]
        past = words.all_of(clock.before(end), view.predicate(self.where))
        return {"rows": lookup(view, clock, past)}

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        at = newest_of(readings["rows"], "there is no row up to the expected day")
        calendar = view.calendar
        day = at.astimezone(calendar.zone).date()
        expected, blind = due_day(calendar)
        behind = max(0, (expected - day).days)
        if behind and calendar.excluding:
            behind = len(calendar.due(last_days(expected, behind)))
        evidence = f"newest day {day}, expected {expected}: {counted(behind, 'day')} behind"
        seconds = behind * ONE_DAY.total_seconds()
        noun, today = view.dataset.thing, calendar.today
        here = f"the newest {noun.one} is from {spoken_day(day, today)}"
        fact = Fact(here)
        if behind:
            wanted = f"no {noun.many} for {spoken_day(expected, today)}"
            fact = Fact(f"{wanted}: {here}, {counted(behind, 'day')} behind")
        return [Sample({self.metric.name: seconds}, evidence, blind=blind, fact=fact)]

    def allows(self, terms: Sequence[Term]) -> str:
        return super().allows([term for term in terms if term.limit.bound])
