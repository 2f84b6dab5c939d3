"""Whole statements, put together from rendered words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlglot import exp

from exporter.sql.clocks import Clock
from exporter.sql.words import Node, name, render

INDENT = ",\n       "
DAYS = "warehouse_exporter_days"
"""No table is called that: one called `d` once hid the days behind its own columns."""


def table(parts: Sequence[str]) -> str:
    """A relation by its exact name, `schema.table` or `table`."""
    return ".".join(quoted(part) for part in parts)


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


def clause(where: Node | None) -> str:
    """A WHERE clause, or nothing."""
    return "" if where is None else f"\nWHERE {render(where)}"


def select(nodes: Iterable[Node], source: str, where: Node | None = None) -> str:
    """One ungrouped scan."""
    return f"SELECT {cells(nodes)}\nFROM {source}{clause(where)}"


def select_any(source: str, where: Node | None) -> str:
    """1 where there is such a row, else 0; it is not looked for any further than the first."""
    return f"SELECT count(*) FROM (SELECT 1\nFROM {source}{clause(where)}\nLIMIT 1) AS found"


def select_ranges(
    nodes: Sequence[Node], source: str, clock: Clock, bounds: Sequence[tuple[datetime, datetime]]
) -> str:
    """One range read per day: column `day` is the day's place in `bounds`; every day answers."""
    values = ",\n             ".join(
        f"({place}, {render(clock.literal(low))}, {render(clock.literal(high))})"
        for place, (low, high) in enumerate(bounds)
    )
    bare = render(clock.value)
    return (
        f"SELECT {DAYS}.day, s.*\nFROM (VALUES {values}) AS {DAYS}(day, low, high)\n"
        f"CROSS JOIN LATERAL (\nSELECT {cells(nodes)}\nFROM {clock.source(source)}\n"
        f"WHERE {bare} >= {DAYS}.low AND {bare} < {DAYS}.high) AS s"
    )


def select_grouped(
    nodes: Sequence[Node], source: str, clock: Clock, edges: Sequence[datetime], places: int
) -> str:
    """One scan grouped by day, for a time column that nothing indexes; empty days do not answer.

    `edges` are the first instants of consecutive days and the end of the last: day 0 lies between
    the first two. `places` is the number of days.
    """
    array = exp.Array(expressions=[clock.literal(edge) for edge in edges[:places]])
    bare = render(clock.value)
    return (
        f"SELECT width_bucket({bare}, {render(array)}) - 1 AS day{INDENT}{cells(nodes)}\n"
        f"FROM {clock.source(source)}{clause(clock.between(edges[0], edges[places]))}\nGROUP BY 1"
    )


def select_scalars(subqueries: Sequence[str]) -> str:
    """Several single values in one row, each from a sub-select of its own."""
    return "SELECT " + INDENT.join(f"({text}) AS c{n}" for n, text in enumerate(subqueries))
