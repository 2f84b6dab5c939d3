"""Whole statements, put together from rendered words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache

from sqlglot import exp

from warehouse_exporter.sql import words
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.faults import over_nothing
from warehouse_exporter.sql.words import Node, name, render

INDENT = ",\n       "
VALUE = "warehouse_exporter_value"
"""The column that holds what a costly expression gives in a row."""
NO_BUCKET = -1
"""The bucket of rows without a time."""
ROWS = "warehouse_exporter_rows"
"""What the rows of a dataset are called that are not all those of a relation."""
DAYS = "warehouse_exporter_days"
"""No table is called that: one called `d` once hid the days behind its own columns."""


def table(parts: Sequence[str]) -> str:
    """A relation by its exact name, `schema.table` or `table`."""
    return ".".join(quoted(part) for part in parts)


def selected(written: str) -> str:
    """A SELECT of the owner's, which is allowed, as a FROM clause.

    It has lines of its own, so that no comment in it swallows the parenthesis.
    """
    return f"(\n{written}\n) AS {ROWS}"


def kept(source: str, columns: Sequence[str] | None, where: Node) -> str:
    """Some rows of a relation as a FROM clause: all columns, or those that may be read.

    The planner takes it apart again, so that indexes help as they do without it.
    """
    listed = "*" if columns is None else ", ".join(map(quoted, columns))
    return f"(SELECT {listed} FROM {source} WHERE {render(where)}) AS {ROWS}"


@cache
def quoted(text: str) -> str:
    """A name as it stands in a statement."""
    return render(name(text))


def cells(nodes: Iterable[Node]) -> str:
    """The select list; each cell under the alias of its place: c0, c1, …"""
    return listed(render(node) for node in nodes)


def listed(cells: Iterable[str]) -> str:
    """A select list; each cell under the alias of its place."""
    return INDENT.join(f"{cell} AS c{place}" for place, cell in enumerate(cells))


def beside(cells: Sequence[str], apart: Sequence[str], rest: str) -> str:
    """Aggregates over the rest of a SELECT, and among their cells sub-selects, which are `apart`.

    Those are in a SELECT around it: distributed Postgres refuses both in one.
    """
    places = [(f"c{place}", cell) for place, cell in enumerate(cells)]
    within = INDENT.join(f"{cell} AS {alias}" for alias, cell in places if cell not in apart)
    around = INDENT.join(f"{cell} AS {alias}" if cell in apart else alias for alias, cell in places)
    return f"SELECT {around}\nFROM (SELECT {within}\n{rest}) AS counted"


def clause(where: Node | None) -> str:
    """A WHERE clause, or nothing."""
    return "" if where is None else f"\nWHERE {render(where)}"


def select(nodes: Iterable[Node], source: str, where: Node | None = None) -> str:
    """One ungrouped scan."""
    return f"SELECT {cells(nodes)}\nFROM {source}{clause(where)}"


def select_any(source: str, where: Node | None) -> str:
    """1 where there is such a row, else 0; it is not looked for any further than the first."""
    return select_some(source, where, 1)


def newest_row(node: Node, source: str, by: Node, where: Node) -> str:
    """A value of the newest row; of rows at the same instant, the one with the greatest value."""
    order = f"{render(by)} DESC, {render(node)} DESC NULLS LAST"
    return f"SELECT {render(node)} FROM {source}{clause(where)}\nORDER BY {order} LIMIT 1"


def first_of(source: str, by: Node, where: Node | None, order: str) -> str:
    """The first of some rows in ASC or DESC order, as a FROM clause with the bare column alone.

    It is found from that end of an index, if there is one.
    """
    given = clause(words.both(words.is_present(by), where))
    first = f"SELECT {render(by)} FROM {source}{given}\nORDER BY {render(by)} {order} LIMIT 1"
    return f"({first}) AS {ROWS}"


def select_some(source: str, where: Node | None, most: int) -> str:
    """How many such rows there are, or `most`: they are counted no further."""
    return f"SELECT count(*) FROM (SELECT 1\nFROM {source}{clause(where)}\nLIMIT {most}) AS found"


def select_ranges(
    nodes: Sequence[Node], source: str, clock: Clock, bounds: Sequence[tuple[datetime, datetime]]
) -> str:
    """One range read per day: column `day` is the day's place in `bounds`; every day answers.

    `source` is the FROM clause in which the clock can be read.
    """
    bare = render(clock.value)
    return (
        f"SELECT {DAYS}.day, s.*\nFROM {ranges(clock, bounds)}\n"
        f"CROSS JOIN LATERAL (\nSELECT {cells(nodes)}\nFROM {source}\n"
        f"WHERE {bare} >= {DAYS}.low AND {bare} < {DAYS}.high) AS s"
    )


def ranges(clock: Clock, bounds: Sequence[tuple[datetime, datetime]]) -> str:
    """Days in a FROM clause: the place of each in `bounds`, where it begins and where it ends."""
    values = ",\n             ".join(
        f"({place}, {clock.spelled(low)}, {clock.spelled(high)})"
        for place, (low, high) in enumerate(bounds)
    )
    return f"(VALUES {values}) AS {DAYS}(day, low, high)"


def select_filled(source: str, clock: Clock, bounds: Sequence[tuple[datetime, datetime]]) -> str:
    """Of each day, 1 as c0 if it has rows, else 0; column `day` is its place in `bounds`.

    The order makes the planner look for the first row in the index, also on a day without any.
    """
    bare = render(clock.value)
    first = (
        f"SELECT 1 FROM {source}\nWHERE {bare} >= {DAYS}.low AND {bare} < {DAYS}.high"
        f"\nORDER BY {bare} LIMIT 1"
    )
    return (
        f"SELECT {DAYS}.day, (SELECT count(*) FROM ({first}) AS found) AS c0"
        f"\nFROM {ranges(clock, bounds)}"
    )


def select_grouped(
    nodes: Sequence[Node],
    source: str,
    clock: Clock,
    bounds: Sequence[tuple[datetime, datetime]],
    *,
    untimed: bool = False,
) -> str:
    """One scan grouped by day: column `day` is the day's place in `bounds`; every day answers.

    For a time column that nothing indexes, and for distributed tables, which refuse `select_ranges`
    or answer it once for every shard. `bounds` are in the order of time. With `untimed`, the rows
    without a time answer as well, as one more day.
    """
    edges = sorted({edge for day in bounds for edge in day})
    places = [edges.index(low) + 1 for low, _ in bounds]
    array = exp.Array(expressions=[clock.literal(edge) for edge in edges])
    bucket = f"pg_catalog.width_bucket({render(clock.value)}, {render(array)})"
    within = words.either(*(clock.between(low, high) for low, high in spans(bounds)))
    if untimed:
        places.append(NO_BUCKET)
        bucket = f"CASE WHEN {render(clock.timeless)} THEN {NO_BUCKET} ELSE {bucket} END"
        within = words.either(within, clock.timeless)
    buckets = ", ".join(f"({day}, {place})" for day, place in enumerate(places))
    return (
        f"SELECT {DAYS}.day{INDENT}{listed(answered(nodes))}\n"
        f"FROM (VALUES {buckets}) AS {DAYS}(day, bucket)\n"
        f"LEFT JOIN (\nSELECT {bucket} AS bucket{INDENT}{cells(nodes)}\n"
        f"FROM {source}{clause(within)}\nGROUP BY 1) AS s"
        f" ON s.bucket = {DAYS}.bucket"
    )


def select_arrived(
    source: str, clock: Clock, newest: Node, arrived: Node, edges: Sequence[datetime]
) -> str:
    """Of the rows that have arrived, how many each day between the edges got, and the newest.

    Days are numbered from 1 on; 0 says whether there are any before the first.
    """
    array = exp.Array(expressions=[clock.literal(edge) for edge in edges])
    inside = words.both(clock.between(edges[0], edges[-1]), arrived)
    older = words.both(clock.before(edges[0]), arrived)
    return (
        f"SELECT pg_catalog.width_bucket({render(clock.value)}, {render(array)}) AS day,"
        f" count(*) AS arrived, {render(newest)} AS newest\nFROM {source}{clause(inside)}"
        f"\nGROUP BY 1\nUNION ALL\nSELECT 0, ({select_some(source, older, 1)}), NULL"
    )


def place_among(clock: Clock, edges: Sequence[datetime], untimed: int) -> str:
    """The place of a row among the edges of days: 0 before the first, 1 after it, and so on."""
    array = exp.Array(expressions=[clock.literal(edge) for edge in edges])
    place = f"pg_catalog.width_bucket({render(clock.value)}, {render(array)})"
    return f"CASE WHEN {render(clock.timeless)} THEN {untimed} ELSE {place} END"


def answered(nodes: Iterable[Node]) -> Iterator[str]:
    """The cells of a day that may have no rows, and so no group: what each is over nothing."""
    for place, node in enumerate(nodes):
        nothing = over_nothing(node)
        yield f"s.c{place}" if nothing is None else f"COALESCE(s.c{place}, {nothing})"


def spans(bounds: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The bounds of days, those that follow each other together."""
    found: list[tuple[datetime, datetime]] = []
    for low, high in bounds:
        if found and found[-1][1] == low:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found


def select_scalars(subqueries: Sequence[str]) -> str:
    """Several single values in one row, each from a sub-select of its own."""
    return "SELECT " + INDENT.join(f"({text}) AS c{n}" for n, text in enumerate(subqueries))
