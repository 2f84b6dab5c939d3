"""Needs -> statements: needs share scans where they can, and equal aggregates are computed once.

Per dataset: one statement over its days, one over the whole table, one for what an index answers;
and one for each distinct probe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from typing import Any

from warehouse_exporter.core.model import CheckId
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Probe, Rows, Scan, Written
from warehouse_exporter.plan.closed_days import Part
from warehouse_exporter.plan.prepared import Prepared, Prints
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.clocks import PARSED
from warehouse_exporter.sql.faults import over_nothing
from warehouse_exporter.sql.words import Node, render

WIDEST = 1650
"""Columns of one statement; PostgreSQL takes 1,664."""
NO_INDEX_NOTE = "no index on the time column: the whole table is read"
PARSED_NOTE = "slower: the time column is text, parsed in every row of the table"


@dataclass(frozen=True)
class CheckNeed:
    """One need of one check."""

    check: CheckId
    name: str
    need: Need
    part: Part = Part.WHOLE
    critical: bool = False
    """Whether the check can be critical: those are judged first where time is short."""


@dataclass(frozen=True)
class Slot:
    """Where in a statement's row the answer to one need stands."""

    asked: CheckNeed
    places: tuple[int, ...]
    days: tuple[date, ...] | None = None


@dataclass(frozen=True)
class Statement:
    """One SELECT; with `days`, its rows carry the place of their day.

    `cells` says of each of its columns c0, c1, … whether it is a number whatever the rows are; None
    for a probe, which says itself what it answers.
    """

    dataset: str
    shape: str
    sql: str
    slots: tuple[Slot, ...]
    days: tuple[date, ...] | None = None
    note: str = ""
    cells: tuple[bool, ...] | None = None
    written: Written | None = None
    untimed: bool = False
    """Whether rows without a time are read too, as one more day."""

    @cached_property
    def checks(self) -> tuple[CheckId, ...]:
        """The checks it serves."""
        return tuple(dict.fromkeys(slot.asked.check for slot in self.slots))

    @cached_property
    def critical(self) -> tuple[CheckId, ...]:
        """Those of them that can be critical."""
        return tuple(dict.fromkeys(s.asked.check for s in self.slots if s.asked.critical))

    @cached_property
    def costly(self) -> bool:
        """Whether it is known in advance to be expensive."""
        return any(isinstance(s.asked.need, Scan) and s.asked.need.value for s in self.slots)

    def asked_by(self, checks: Collection[CheckId]) -> list[CheckNeed]:
        """The needs of some of its checks."""
        return [slot.asked for slot in self.slots if slot.asked.check in checks]


def fuse(
    asked: Iterable[CheckNeed],
    views: Mapping[str, DatasetView],
    made: tuple[Prepared[Any], Prints] | None = None,
) -> Iterable[Statement]:
    """As few statements as the needs allow; what was `made` of the same before is not rendered."""
    groups: dict[tuple[str, str, str], list[CheckNeed]] = defaultdict(list)
    for one in asked:
        groups[shape_of(one.need)].append(one)
    for dataset in {dataset for dataset, shape, _ in groups if shape == "untimed"}:
        if (dataset, "days", "") in groups and not views[dataset].tells_open_days:
            groups[dataset, "days", ""] += groups.pop((dataset, "untimed", ""))
    for (dataset, shape, _), members in groups.items():
        write = partial(written, shape, members, views[dataset])
        if made is None or shape in AT_ONCE:
            yield from write()
            continue
        prepared, seen = made
        at = (dataset, shape, tuple(one.check for one in members))
        yield from prepared.group(at, members, seen.of(dataset), write)


def written(shape: str, members: list[CheckNeed], view: DatasetView) -> list[Statement]:
    """The statements of one shape."""
    return [
        WRITERS[shape](part, view)
        for alike in (day_by_day(members, view) if shape == "days" else [members])
        for part in fitting(alike)
    ]


def day_by_day(asked: Sequence[CheckNeed], view: DatasetView) -> Iterable[list[CheckNeed]]:
    """Groups days with the same needs, so that each day is read once and for nothing else.

    Without an index every statement would read the whole table: there it is one.
    """
    if not view.tells_open_days:
        yield list(asked)
        return
    wanted: dict[date, list[int]] = defaultdict(list)
    for place, one in enumerate(asked):
        assert isinstance(one.need, Scan)
        for day in one.need.days or ():
            wanted[day].append(place)
    alike: dict[tuple[int, ...], list[date]] = defaultdict(list)
    for day in sorted(wanted):
        alike[tuple(wanted[day])].append(day)
    for places, days in alike.items():
        yield [narrowed(asked[place], tuple(days)) for place in places]


def narrowed(asked: CheckNeed, days: tuple[date, ...]) -> CheckNeed:
    """The same question of some of its days."""
    assert isinstance(asked.need, Scan)
    return replace(asked, need=replace(asked.need, days=days))


def shape_of(need: Need) -> tuple[str, str, str]:
    """What may share a statement: dataset and shape; expensive needs only with each other."""
    if isinstance(need, Scan):
        costly = "" if need.value is None else " ".join(need.texts)
        return need.dataset, need.rows.value if need.days is None else "days", costly
    if isinstance(need, Lookup):
        return need.dataset, "lookup", ""
    return need.dataset, "probe", need.sql


def fitting(asked: Iterable[CheckNeed]) -> Iterable[list[CheckNeed]]:
    """The needs of one shape, in parts whose columns one statement can hold."""
    part: list[CheckNeed] = []
    columns: set[str] = set()
    for one in asked:
        wanted = texts(one.need)
        if part and len(columns) + len(wanted - columns) > WIDEST:
            yield part
            part, columns = [], set()
        part.append(one)
        columns |= wanted
    yield part


def texts(need: Need) -> set[str]:
    """The columns of a statement that a need asks for."""
    if isinstance(need, Scan):
        return {render(node) for node in need.cells}
    return set(need.subqueries) if isinstance(need, Lookup) else {need.sql}


def placed(asked: Sequence[CheckNeed]) -> tuple[list[Node], list[Slot]]:
    """The distinct aggregates of scans, and where each need finds its own."""
    nodes: dict[str, tuple[int, Node]] = {}
    slots = []
    for one in asked:
        assert isinstance(one.need, Scan)
        places = []
        for node in one.need.cells:
            place, _ = nodes.setdefault(render(node), (len(nodes), node))
            places.append(place)
        slots.append(Slot(one, tuple(places), one.need.days))
    return [node for _, node in nodes.values()], slots


def write_table(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """One ungrouped scan of the whole table."""
    return write_rows(asked, view, Rows.ALL, None)


def write_closed(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """One ungrouped scan of all rows of closed days."""
    return write_rows(asked, view, Rows.CLOSED, view.closed_rows())


def write_open(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """One ungrouped scan of the rows that are not of closed days."""
    return write_rows(asked, view, Rows.OPEN, view.open_rows())


def write_rows(
    asked: Sequence[CheckNeed], view: DatasetView, rows: Rows, where: Node | None
) -> Statement:
    """One ungrouped scan."""
    nodes, slots = placed(asked)
    sql = statements.select(nodes, source_of(asked, view, view.table()), where)
    return Statement(view.dataset.name, rows.value, sql, tuple(slots), cells=always(nodes))


def write_untimed(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """One ungrouped scan of the rows without a time."""
    nodes, slots = placed(asked)
    clock = view.clock()
    sql = statements.select(nodes, clock.source(view.table()), clock.timeless)
    note = PARSED_NOTE if clock.is_parsed else ""
    cells = always(nodes)
    return Statement(
        view.dataset.name, Rows.UNTIMED.value, sql, tuple(slots), note=note, cells=cells
    )


def source_of(asked: Sequence[CheckNeed], view: DatasetView, table: str) -> str:
    """The FROM clause of scans that all have the same value, or none."""
    need = asked[0].need
    assert isinstance(need, Scan)
    distributed = view.found.distributed
    return words.computed(table, need.value, statements.VALUE, distributed=distributed)


def always(nodes: Sequence[Node]) -> tuple[bool, ...]:
    """Of each cell, whether it is a number also over no rows."""
    return tuple(over_nothing(node) is not None for node in nodes)


def write_days(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """One scan per day's range where the time column is indexed, else one grouped by day.

    That one also has the rows without a time, where they are asked for.
    """
    nodes, slots = placed(asked)
    wanted = sorted({day for slot in slots for day in slot.days or ()})
    clock = view.clock()
    bounds = [view.bounds(day) for day in wanted]
    untimed, note = any(slot.days is None for slot in slots), ""
    source = source_of(asked, view, clock.source(view.table()))
    if view.tells_open_days and view.found.by_range and not view.found.distributed:
        sql = statements.select_ranges(nodes, source, clock, bounds)
    else:
        sql = statements.select_grouped(nodes, source, clock, bounds, untimed=untimed)
    if not view.tells_open_days:
        note = PARSED_NOTE if clock.is_parsed else NO_INDEX_NOTE
    return Statement(
        view.dataset.name, "days", sql, tuple(slots), tuple(wanted), note, always(nodes),
        untimed=untimed,
    )  # fmt: skip


def write_lookup(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """Single values side by side, each from its own sub-select."""
    texts: dict[str, int] = {}
    slots = []
    for one in asked:
        assert isinstance(one.need, Lookup)
        places = tuple(texts.setdefault(text, len(texts)) for text in one.need.subqueries)
        slots.append(Slot(one, places))
    sql = statements.select_scalars(list(texts))
    note = PARSED_NOTE if any(PARSED in text for text in texts) else ""
    cells = (False,) * len(texts)
    return Statement(view.dataset.name, "lookup", sql, tuple(slots), note=note, cells=cells)


def write_probe(asked: Sequence[CheckNeed], view: DatasetView) -> Statement:
    """A statement of its own, shared by the needs that ask exactly the same."""
    need = asked[0].need
    assert isinstance(need, Probe)
    slots = tuple(Slot(one, ()) for one in asked)
    return Statement(view.dataset.name, "probe", need.sql, slots, written=need.written)


WRITERS = {
    "table": write_table,
    "closed": write_closed,
    "open": write_open,
    "untimed": write_untimed,
    "days": write_days,
    "lookup": write_lookup,
    "probe": write_probe,
}
AT_ONCE = ("lookup", "probe")
"""The shapes whose statements are texts already: they take no time to write."""
