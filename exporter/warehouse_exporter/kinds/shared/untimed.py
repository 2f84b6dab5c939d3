"""Rows that belong to no day: their time is NULL, infinite, or text that is not a time.

A check that reads rows by day never sees them. So they are counted beside it: where too many lack a
time, nothing is known of any day; where a few do, the check says how many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import Cell, Count, exactly, whole
from warehouse_exporter.core.wording import counted
from warehouse_exporter.kinds.shared.base import Kind
from warehouse_exporter.measures import borrowed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Probe, Readings, Rows, Scan
from warehouse_exporter.sql import statements, words

ENOUGH = 1000
"""Rows without a time that an index counts; more are `more than 1,000`."""


@dataclass(frozen=True)
class Untimed:
    """Rows whose time is NULL, and rows with text that is not a time, or with an infinite one."""

    absent: int
    unparsable: int

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Untimed:
        """From two counts."""
        absent, unparsable = exactly(2, cells)
        return cls(whole(absent), whole(unparsable))

    def __add__(self, other: Untimed, /) -> Untimed:
        return Untimed(self.absent + other.absent, self.unparsable + other.unparsable)


def name_of(dataset: str, column: str) -> str:
    """The name of the need that counts them."""
    return f"times of {dataset}.{column}"


def needs_of(kind: Kind, view: DatasetView) -> dict[str, Need]:
    """What counts the rows that a check by day does not see, and those beside them."""
    found: dict[str, Need] = {}
    for dataset, column in kind.times(view):
        other, name = view.other(dataset), name_of(dataset, column)
        found |= {name: lacking(other, column), f"all {name}": given(other, column)}
    return found


def lacking(view: DatasetView, column: str) -> Need:
    """The rows of one dataset without a time: found by an index, or in a scan that is made anyway.

    In the scan by day they are one more day.
    """
    clock, raw, name = view.clock(column), view.column(column), view.dataset.name
    absent = words.is_null(raw)
    if view.finds_times(column):
        some = statements.select_some(view.table(), absent, ENOUGH + 1)
        infinite = statements.select_some(view.table(), clock.infinite, ENOUGH + 1)
        if view.dataset.unparsable:
            infinite = statements.select([words.count()], view.table(), clock.infinite)
        if borrowed.is_borrowed(view, column):
            return once_a_day(view, (some, infinite))
        return Lookup(name, Untimed, (some, infinite))
    if column == view.dataset.time:
        return Scan(name, None, Untimed, (words.count(absent), words.count_of(raw)), Rows.UNTIMED)
    no_time = clock.infinite
    if clock.parses is not None:
        no_time = words.both(words.is_null(clock.parses), words.is_present(raw))
    return Scan(name, None, Untimed, (words.count(absent), words.count(no_time)))


def once_a_day(view: DatasetView, counts: tuple[str, str]) -> Probe:
    """The rows without a parent, which no index finds: all rows have to be looked at.

    A steady pass may not cost that. So the day stands in the text, and the answer is kept for it.
    """
    text = f"{statements.select_scalars(counts)}\n/* once for {view.calendar.expected} */"
    return Probe(view.dataset.name, text, Untimed, settled=True)


def given(view: DatasetView, column: str) -> Need:
    """Whether any row has a time; how many have one, where a share of them may be none."""
    raw, name, table = view.column(column), view.dataset.name, view.table()
    if view.clock(column).is_parsed or view.dataset.unparsable:
        return Lookup(name, Count, (statements.select([words.count_of(raw)], table),))
    return Lookup(name, Count, (statements.select_any(table, words.is_present(raw)),))


def note(kind: Kind, view: DatasetView, readings: Readings) -> str:
    """What a check says of the rows it does not see; '' where there is none.

    Raises Unmeasured where no day is known, or more times are invalid than the owner allows.
    """
    return "; ".join(said_of(kind, view, readings))


def said_of(kind: Kind, view: DatasetView, readings: Readings) -> Iterator[str]:
    """The sentences on the time columns that have such rows."""
    for dataset, column in dict.fromkeys(kind.times(view)):
        name = name_of(dataset, column)
        found: Untimed = readings[name].total(Untimed)
        present = readings[f"all {name}"].total(Count).rows
        other, of = (
            view.other(dataset),
            "" if dataset == view.dataset.name else f" of {dataset}",
        )
        if kind.sees_infinity and not other.clock(column).is_parsed:
            found = Untimed(found.absent, 0)
        yield from sentences(found, present, other, column, of)


def sentences(
    found: Untimed, present: int, view: DatasetView, column: str, of: str
) -> Iterator[str]:
    """The sentences about one time column; `of` names its dataset. Raises Unmeasured."""
    dataset, rows = view.dataset, found.absent + present
    text = view.clock(column).is_parsed
    unparsable = at_most(found.unparsable, view, column) + of
    if text or dataset.unparsable:
        unparsable = f"{found.unparsable:,} of {counted(rows, 'row')}{of}"
    if found.unparsable > dataset.unparsable * rows:
        what = "not an ISO 8601 time" if text else "infinite"
        raise Unmeasured(
            Reason.UNPARSABLE,
            f"the {column} of {unparsable} is {what}, so their day is unknown:"
            f" correct them, or allow a share with `unparsable: 1%` on dataset {dataset.name}",
        )
    absent = at_most(found.absent, view, column)
    if rows and present == found.unparsable:
        raise Unmeasured(
            Reason.NO_VALUES,
            f"no row of {dataset.name} has a {column}, so no day is known ({absent})",
        )
    if found.unparsable:
        yield f"{unparsable} left out, whose {column} is {'not a time' if text else 'infinite'}"
    if found.absent:
        yield f"{absent}{of} left out, without {column}"


def at_most(rows: int, view: DatasetView, column: str) -> str:
    """So many rows; an index counts them no further than it must."""
    if rows > ENOUGH and view.finds_times(column):
        return f"more than {counted(ENOUGH, 'row')}"
    return counted(rows, "row")
