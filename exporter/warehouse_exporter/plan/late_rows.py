"""Closed days that have got rows since they were judged: a re-load, a correction, a late batch.

Which days these are is asked of `loaded`, the arrival time, so nothing has to be remembered. Each
of them is judged again as it was when it was expected, by every check of the expected day.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from warehouse_exporter.config import Check
from warehouse_exporter.core.calendar import MIDNIGHT, ONE_DAY, day_start, last_days, next_time
from warehouse_exporter.core.model import RANK, Outcome, Verdict
from warehouse_exporter.core.states import Cell
from warehouse_exporter.measures.dataset_view import Target
from warehouse_exporter.measures.requests import Reading, Readings
from warehouse_exporter.sql import statements, words

MOST = 31
"""Days before the expected one that are looked at, at most."""
NAMED = 3
LOUD = (Outcome.CRITICAL, Outcome.UNMEASURED, Outcome.WARNING)
UNKNOWN = "closed days that got rows since were not looked for"
OLDER = "older days got rows as well, and are not judged again"
Row = Mapping[str, Cell]


def since(target: Target) -> datetime:
    """When the day before the expected one was due: what came later may not have been judged."""
    calendar, dataset = target.calendar, target.dataset
    by = MIDNIGHT if calendar.built else dataset.expect_by
    day = calendar.expected - ONE_DAY * (dataset.expect_day == "today")
    return next_time(by, day_start(day, calendar.zone), calendar.zone)


def asks(check: Check, target: Target) -> bool:
    """Whether a check judges the expected day alone, by rows that may come late."""
    dataset, kind = target.dataset, check.kind
    return kind.judges_days and dataset.time is not None and kind.window_of(dataset) == "day"


def questions(checks: Iterable[Check], targets: Mapping[str, Target]) -> dict[str, str]:
    """The statements that find such days, by dataset."""
    mine = ((check, targets[check.id.dataset]) for check in checks)
    names = dict.fromkeys(
        name
        for check, target in mine
        if asks(check, target)
        for name in (target.dataset.name, *check.kind.refers_to())
    )
    asked = {name: question(targets[name]) for name in names}
    return {name: sql for name, sql in asked.items() if sql is not None}


def question(target: Target) -> str | None:
    """The statement that finds such days; None where no index finds arrivals, or days."""
    loaded = target.dataset.loaded
    relation = target.relation
    if relation is None or relation.unknown is not None or not relation.readable:
        return None
    if not target.tells_open_days or not target.finds_times(loaded):
        return None
    arrival, clock = target.clock(loaded), target.clock()
    by_now = arrival.until(target.horizon)
    if arrival.infinite is not None:  # nobody knows when these came: it may be now
        by_now = words.either(by_now, arrival.infinite)
    arrived = words.all_of(arrival.since(since(target)), by_now)
    days = last_days(target.calendar.expected - ONE_DAY, MOST)
    edges = [target.bounds(day)[0] for day in (*days, target.calendar.expected)]
    return statements.select_arrived(target.table(), clock, arrival.newest, arrived, edges)


def answered(rows: Sequence[Row], target: Target) -> Target:
    """The dataset with the days that the answer names, each with what its late rows were."""
    days = last_days(target.calendar.expected - ONE_DAY, MOST)
    state = {place: tuple(row.values()) for row in rows if isinstance(place := row["day"], int)}
    changed = {day: state[place] for place, day in enumerate(days, 1) if place in state}
    _, older, _ = state.get(0, (0, 0, None))
    return replace(target, changed=changed, unseen=OLDER if older else "")


def days_of(check: Check, target: Target) -> dict[date, tuple[Hashable, ...]]:
    """The days that a check judges again: those of its dataset, and of what it is compared with.

    With each day comes what tells its late rows from those of another time.
    """
    if not asks(check, target):
        return {}
    found: dict[date, tuple[Hashable, ...]] = {}
    for name in dict.fromkeys((target.dataset.name, *check.kind.refers_to())):
        for day, state in target.other(name).changed.items():
            if day < target.calendar.expected:
                found[day] = (*found.get(day, ()), state)
    return dict(sorted(found.items())[-MOST:])


def expecting(day: date, targets: Mapping[str, Target]) -> dict[str, Target]:
    """All datasets, as if the expected day were another one."""
    found: dict[str, Target] = {}
    for name, target in targets.items():
        calendar = replace(target.calendar, expected=day)
        found[name] = replace(target, calendar=calendar, others=found, changed={}, unseen="")
    return found


def name_of(day: date, name: str) -> str:
    """The name of a need of another day than the expected one."""
    return f"{day}: {name}"


def readings_on(day: date, readings: Mapping[str, Reading]) -> Readings:
    """What was read of another day, by the names that the kind gave."""
    prefix = name_of(day, "")
    return {name.removeprefix(prefix): r for name, r in readings.items() if name.startswith(prefix)}


def note(check: Check, target: Target) -> str:
    """What a check says of the days that it has judged again; '' where there is none."""
    if not asks(check, target):
        return ""
    listed = [str(day) for day in days_of(check, target)]
    told = f"{len(listed)} days that got rows since" if len(listed) > NAMED else ", ".join(listed)
    said = [f"judged again: {told}"] if listed else []
    return "; ".join([*said, *([target.unseen] if target.unseen else [])])


def merged(verdicts: Sequence[Verdict], again: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts of the expected day; in the place of each, one of another day that is worse."""
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
