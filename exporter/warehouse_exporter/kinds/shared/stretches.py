"""The same stretch of the day in earlier weeks, for what is judged while the day goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from warehouse_exporter.core.calendar import Calendar
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Probe
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.clocks import DATE, Clock
from warehouse_exporter.sql.words import Node


def weeks_before(at: datetime, weeks: int, calendar: Calendar) -> list[datetime]:
    """The same time of the same weekday in earlier weeks, the last one first.

    By the clocks of business days, so that the time of day also holds where clocks have changed.
    Days that the calendar excludes are left out, unless `at` is of one. Raises Skipped where it
    excludes them all.
    """
    local = at.astimezone(calendar.zone)
    found = [local - timedelta(weeks=week) for week in range(1, weeks + 1)]
    due = [then for then in found if not calendar.excludes(then.date())]
    if not due and not calendar.excludes(local.date()):
        raise Skipped(f"no history: {calendar.why_not(found[-1].date())}, nor of any week after it")
    return due or found


def clock_with_hours(view: DatasetView) -> Clock:
    """The dataset's clock, which must tell the time of day. Raises Unmeasured."""
    clock = view.clock()
    if clock.kind == DATE:
        name = view.dataset.time
        raise Unmeasured(Reason.COLUMN_TYPE, f"time column {name} is a date, without time of day")
    return clock


def counts(
    view: DatasetView,
    stretches: Sequence[Node],
    given: Node | None,
    before: str = "",
    days: Sequence[Node] = (),
) -> Need:
    """How many rows lie in each stretch, as a Tally; `before` comes before every SELECT.

    After them, for each of `days`, 0 if it has no row at all. Where an index answers, as it does
    for open days, each is a short range of its own; else one scan counts them all.
    """
    name, source = view.dataset.name, view.clock().source(view.table())
    if view.tells_open_days:
        ranges = [words.both(stretch, given) for stretch in stretches]
        counted = [before + statements.select([words.count()], source, one) for one in ranges]
        any_row = [statements.select_any(source, words.both(day, given)) for day in days]
        return Lookup(name, Tally, (*counted, *any_row))
    cells = [words.count(stretch) for stretch in (*stretches, *days)]
    where = words.both(words.either(*stretches, *days), given)
    return Probe(name, before + statements.select(cells, source, where), Tally)
