"""Closed days that have received rows since they were judged: a reload, a correction, a late batch.

The arrival time (`loaded`) says which days these are, so nothing has to be remembered. Each of them
is judged again as if it were expected, by every check of the expected day.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from warehouse_exporter.config import Check
from warehouse_exporter.core.calendar import ONE_DAY, last_days
from warehouse_exporter.core.model import RANK, Outcome, Verdict
from warehouse_exporter.core.states import Cell
from warehouse_exporter.measures.arrivals import judged_since
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Reading, Readings
from warehouse_exporter.sql import statements, words

MOST = 31
"""Days before the expected one that are looked at, at most."""
NAMED = 3
LOUD = (Outcome.CRITICAL, Outcome.UNMEASURED, Outcome.WARNING)
UNKNOWN = "closed days that got rows since were not looked for"
OLDER = "older days got rows as well, and are not judged again"
Row = Mapping[str, Cell]


def asks(check: Check, view: DatasetView) -> bool:
    """Whether a check judges only the expected day, by rows that may arrive late."""
    dataset, kind = view.dataset, check.kind
    return kind.judges_days and dataset.time is not None and kind.window_of(dataset) == "day"


def questions(checks: Iterable[Check], views: Mapping[str, DatasetView]) -> dict[str, str]:
    """The statements that find such days, by dataset."""
    mine = ((check, views[check.id.dataset]) for check in checks)
    names = dict.fromkeys(
        name
        for check, view in mine
        if asks(check, view)
        for name in (view.dataset.name, *check.kind.refers_to())
    )
    asked = {name: question(views[name]) for name in names}
    return {name: sql for name, sql in asked.items() if sql is not None}


def question(view: DatasetView) -> str | None:
    """The statement that finds such days; None where no index finds arrivals, or days."""
    loaded = view.dataset.loaded
    relation = view.relation
    if relation is None or relation.unknown is not None or not relation.readable:
        return None
    if not view.tells_open_days or not view.finds_times(loaded):
        return None
    arrival, clock = view.clock(loaded), view.clock()
    by_now = arrival.until(view.horizon)
    if arrival.infinite is not None:  # nobody knows when these came: it may be now
        by_now = words.either(by_now, arrival.infinite)
    arrived = words.all_of(arrival.since(judged_since(view)), by_now)
    days = last_days(view.calendar.expected - ONE_DAY, MOST)
    edges = [view.bounds(day)[0] for day in (*days, view.calendar.expected)]
    return statements.select_arrived(view.table(), clock, arrival.newest, arrived, edges)


def answered(rows: Sequence[Row], view: DatasetView) -> DatasetView:
    """The dataset with the days that the answer names, each with what its late rows were."""
    days = last_days(view.calendar.expected - ONE_DAY, MOST)
    state = {place: tuple(row.values()) for row in rows if isinstance(place := row["day"], int)}
    changed = {day: state[place] for place, day in enumerate(days, 1) if place in state}
    _, older, _ = state.get(0, (0, 0, None))
    return replace(view, changed=changed, unseen=OLDER if older else "")


def days_of(check: Check, view: DatasetView) -> dict[date, tuple[Hashable, ...]]:
    """The days that a check judges again: those of its dataset, and of what it is compared with.

    With each day comes what tells its late rows from those of another time. A check that expects
    rows is not asked about a day on which none are expected.
    """
    if not asks(check, view):
        return {}
    expects = bool(check.kind.expects(view))
    found: dict[date, tuple[Hashable, ...]] = {}
    for name in dict.fromkeys((view.dataset.name, *check.kind.refers_to())):
        for day, state in view.other(name).changed.items():
            excluded = expects and view.calendar.excludes(day)
            if day < view.calendar.expected and not excluded:
                found[day] = (*found.get(day, ()), state)
    return dict(sorted(found.items())[-MOST:])


def expecting(day: date, views: Mapping[str, DatasetView]) -> dict[str, DatasetView]:
    """All datasets, as if the expected day were another one."""
    found: dict[str, DatasetView] = {}
    for name, view in views.items():
        calendar = view.calendar.expecting(day)
        found[name] = replace(view, calendar=calendar, others=found, changed={}, unseen="")
    return found


def name_of(day: date, name: str) -> str:
    """The name of a need of another day than the expected one."""
    return f"{day}: {name}"


def readings_on(day: date, readings: Mapping[str, Reading]) -> Readings:
    """What was read of another day, by the names that the kind gave."""
    prefix = name_of(day, "")
    return {name.removeprefix(prefix): r for name, r in readings.items() if name.startswith(prefix)}


def note(check: Check, view: DatasetView) -> str:
    """The note about the days that a check judged again; '' if there are none."""
    if not asks(check, view):
        return ""
    listed = [str(day) for day in days_of(check, view)]
    told = f"{len(listed)} days that got rows since" if len(listed) > NAMED else ", ".join(listed)
    said = [f"judged again: {told}"] if listed else []
    return "; ".join([*said, *([view.unseen] if view.unseen else [])])


def merged(verdicts: Sequence[Verdict], again: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts of the expected day, each replaced by a worse one of another day."""
    found = {labels_of(verdict): verdict for verdict in verdicts}
    for verdict in again:
        labels = labels_of(verdict)
        if verdict.outcome not in LOUD:
            continue
        if labels is not None:
            found[labels] = worse(found.get(labels) or found.pop(None, verdict), verdict)
        elif all(worse(old, verdict) is verdict for old in found.values()):
            found = {None: verdict}
    return tuple(found.values())


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The worse of two verdicts; the first where they are alike."""
    return other if RANK[other.outcome] < RANK[one.outcome] else one


def labels_of(verdict: Verdict) -> frozenset[tuple[str, str]] | None:
    """The labels of its sample; None where it has none."""
    return None if verdict.sample is None else frozenset(verdict.sample.labels.items())
