"""What is asked about the days of a dataset, so that its closed weekdays can be learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from warehouse_exporter.config import Check
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import Cell
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql import statements, words

NEVER, ALWAYS = "never", "learned"
UNINDEXED = "no index finds the rows of a day, and `closed: learned` is not set"
Row = Mapping[str, Cell]


def wanted(checks: Iterable[Check], views: Mapping[str, DatasetView]) -> list[str]:
    """The datasets for whose checks it matters on which weekdays they never have rows."""
    mine = ((check, views[check.id.dataset]) for check in checks)
    return list(dict.fromkeys(check.id.dataset for check, view in mine if awaits(check, view)))


def awaits(check: Check, view: DatasetView) -> bool:
    """Whether it matters to a check; a kind that fails here says so where it is planned."""
    try:
        return check.kind.awaits_rows(view)
    except Exception:
        return False


def why_not_asked(view: DatasetView) -> str:
    """Why nothing is asked about a dataset; empty where it is."""
    given, relation = view.dataset.closed, view.relation
    if given == NEVER:
        return "the config says `closed: never`"
    if view.dataset.time is None:
        return "it has no `time`"
    if relation is None or relation.unknown is not None or not relation.readable:
        return f"{view.dataset.shown} cannot be read"
    if given != ALWAYS and not view.tells_open_rows:
        return UNINDEXED
    return ""


def question(view: DatasetView, days: Sequence[date]) -> str:
    """The statement that says which of some days have rows. Raises Unmeasured for what is missing.

    Where an index finds the rows of a day it reads one of each, else the table once.
    """
    clock, bounds = view.clock(), [view.bounds(day) for day in days]
    source = clock.source(view.table())
    if view.tells_open_rows and view.found.by_range and not view.found.distributed:
        return statements.select_filled(source, clock, bounds)
    return statements.select_grouped([words.count()], source, clock, bounds)


def answered(rows: Sequence[Row], days: Sequence[date]) -> frozenset[date]:
    """The days that have rows. Raises Unmeasured where the answer is not of these days."""
    found = {row["day"]: row["c0"] for row in rows}
    if len(rows) != len(days) or found.keys() != set(range(len(days))):
        raise Unmeasured(Reason.RESULT, f"{len(rows)} rows instead of {len(days)}, one a day")
    return frozenset(day for place, day in enumerate(days) if found[place])
