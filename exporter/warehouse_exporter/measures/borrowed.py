"""The time of a dataset that has it from another one: order items from their orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.relation import Column
from warehouse_exporter.sql import statements, through
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.words import Node

if TYPE_CHECKING:
    from warehouse_exporter.measures.dataset_view import DatasetView


def is_borrowed(view: DatasetView, name: str | None) -> bool:
    """Whether a name is that of the time which another dataset has."""
    return view.dataset.through is not None and name == view.dataset.time


def parent_of(view: DatasetView) -> DatasetView:
    """The dataset that has the time."""
    assert view.dataset.through is not None
    return view.other(view.dataset.through.dataset)


def fact(view: DatasetView) -> Column:
    """The time, as a column of the dataset.

    Raises Unmeasured where either side lacks what is needed for it.
    """
    of, parent = view.dataset.through, parent_of(view)
    assert of is not None
    for name in of.by:
        view.fact(name)
    for name in of.key:
        parent.fact(name)
    parent.table()
    if view.found.distributed:
        raise Unmeasured(
            Reason.COLUMN_TYPE,
            f"{view.dataset.name} has its time from {of.dataset}, which cannot be asked of"
            " distributed tables: load the time into a column of its own",
        )
    return Column(of.name, parent.fact(of.column).type)


def is_found(view: DatasetView) -> bool:
    """Whether indexes find the rows of a span of time: first the parents, and then their rows."""
    of, parent = view.dataset.through, parent_of(view)
    assert of is not None
    try:
        fact(view)
        by_time = parent.finds_times(of.column)
        unique = parent.found.holds_unique(of.key)
        singly = unique or any(parent.finds(name) for name in of.key)
    except Unmeasured:
        return False
    return by_time and singly and any(view.finds(name) for name in of.by)


def newest(view: DatasetView, clock: Clock, where: Node | None) -> tuple[str, Node | None]:
    """The FROM clause and the condition over which the maximum of a clock is quickly found.

    Of a column of the table an index has it. Of a time that is borrowed the newest row is looked
    for, from the end of the index that the other table has.
    """
    return end_of(view, clock, where, "DESC")


def oldest(view: DatasetView, clock: Clock, where: Node | None) -> tuple[str, Node | None]:
    """The same for the minimum."""
    return end_of(view, clock, where, "ASC")


def end_of(
    view: DatasetView, clock: Clock, where: Node | None, order: str
) -> tuple[str, Node | None]:
    """The same for either end."""
    source = clock.source(view.table())
    if clock.is_parsed or not is_borrowed(view, clock.value.name):
        return source, where
    return statements.first_of(source, clock.value, where, order), None


def table(view: DatasetView, own: str, columns: Sequence[str] | None) -> str:
    """The rows of the dataset, each with the time of its parent, in a FROM clause.

    Where that is not to be had, the rows alone: whoever needs the time asks `fact` for it, and the
    other checks are none the worse for it.
    """
    of, parent = view.dataset.through, parent_of(view)
    assert of is not None
    try:
        fact(view)
    except Unmeasured:
        return own
    key = Key(tuple(parent.column(name) for name in of.key))
    unique = parent.found.holds_unique(of.key)
    given = through.Parent(parent.table(), key, parent.column(of.column), unique)
    return through.timed(own, columns, of.by, given, of.name)
