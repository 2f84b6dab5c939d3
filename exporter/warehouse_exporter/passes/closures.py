"""The closed weekdays of datasets: read from their past days, and put into their calendars."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from warehouse_exporter.config import Check
from warehouse_exporter.core.calendar import ONE_DAY, last_days
from warehouse_exporter.core.closures import Filled, Learned, days_before, learned
from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.logs import event
from warehouse_exporter.engines.base import Session
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.collect import SHARE, Collected
from warehouse_exporter.plan import closures
from warehouse_exporter.plan.closed_days import ClosedDaysCache

log = logging.getLogger(__name__)
Views = Mapping[str, DatasetView]


def with_closures(
    checks: Iterable[Check],
    views: Views,
    session: Session,
    collected: Collected,
    kept: ClosedDaysCache | None,
) -> dict[str, DatasetView]:
    """The datasets with the closed weekdays that are learned of them. Raises Unreachable.

    The days they are learned from are over, so they are asked about once a day. Without an answer
    nothing is learned, and data is expected on every day.
    """
    filled: dict[str, Filled] = {}
    for name in closures.wanted(checks, views):
        view = views[name]
        key = (view.dataset, view.relation, view.calendar.expected, tuple(view.changed.items()))
        # Another look is taken where what was read may be of a relation that had been rewritten.
        known = None if kept is None or session.careful else kept.filled.get(name)
        if known is not None and known[0] == key:
            filled[name] = known[1]
            continue
        days = days_before(view.calendar.expected)
        filled[name] = read(view, days, session, collected.failures)
        # What failed is asked again; what is not asked on purpose, and an answer, are kept.
        if kept is not None and filled[name].why == closures.why_not_asked(view):
            kept.filled[name] = key, filled[name]
    collected.closures |= learned_of(views, filled)
    return closing(views, collected.closures)


def read(
    view: DatasetView, days: Sequence[date], session: Session, failures: Counter[Reason]
) -> Filled:
    """Which of some days have rows, or why that is not known. Raises Unreachable."""
    if why := closures.why_not_asked(view):
        return Filled(why=why)
    try:
        sql = closures.question(view, days)
    except Unmeasured as error:  # each check says so as well
        return Filled(why=error.detail)
    try:
        budget = (session.deadline - time.monotonic()) * SHARE
        return Filled(closures.answered(session.rows(sql, budget), days))
    except Unreachable:
        raise
    except Unmeasured as error:
        failures[error.reason] += 1
        event(
            log, logging.WARNING, "closed weekdays not learned", dataset=view.dataset.name,
            reason=error.reason, error=error.detail,
        )  # fmt: skip
        return Filled(why=f"{error.detail} ({error.reason})")


def read_filled(
    checks: Sequence[Check], ends: Sequence[Views], session: Session
) -> dict[str, Filled]:
    """The days with rows from which closed weekdays are learned, for a stretch of instants.

    `ends` are the datasets as they are seen at the first and at the last of them. Raises
    Unreachable.
    """
    first, last = ends
    found: dict[str, Filled] = {}
    for name in closures.wanted(checks, last):
        begin = days_before(first[name].calendar.expected)[0]
        end = last[name].calendar.expected
        days = last_days(end - ONE_DAY, (end - begin).days)
        found[name] = read(last[name], days, session, Counter())
    return found


def learned_of(views: Views, filled: Mapping[str, Filled]) -> dict[str, Learned]:
    """What is learned of each dataset that was asked about."""
    calendars = {name: views[name].calendar for name in filled if name in views}
    return {
        name: learned(filled[name], calendar.expected, calendar.excluding)
        for name, calendar in calendars.items()
    }


def closing(views: Views, found: Mapping[str, Learned]) -> dict[str, DatasetView]:
    """The datasets whose calendars have what was learned of them, as one more event."""
    closed: dict[str, DatasetView] = {}
    for name, view in views.items():
        event, calendar = found.get(name, Learned()).event, view.calendar
        if event is not None:
            calendar = replace(calendar, excluding=(*calendar.excluding, event))
        closed[name] = replace(view, calendar=calendar, others=closed)
    return closed
