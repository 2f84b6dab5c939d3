"""Rows that refer, held against what they may refer to: how many miss it, of how many.

`own` is the key that refers, `rows` the FROM clause of such rows with its WHERE, `known` that of
the rows referred to (for `joined` a SELECT of their keys). A third number is `keyless`, a
sub-select. With `closed` the same three numbers of the rows of closed days come first.
"""

from __future__ import annotations

from collections.abc import Sequence

from warehouse_exporter.sql import statements
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.words import Node, render

ASKED, KNOWN = "warehouse_exporter_asked", "warehouse_exporter_known"


def singly(
    own: Key, rows: str, key: Key, known: str, closed: Node | None, keyless: Sequence[str]
) -> str:
    """Every key of some rows, looked up in an index; in its order, which finds them sooner."""
    early = "" if closed is None else f", count(*) FILTER (WHERE {render(closed)}) AS early"
    parts = ("early", "n") if closed is not None else ("n",)
    cells = [
        cell
        for part, lacking in zip(parts, keyless, strict=True)
        for cell in (
            f"coalesce(sum({part}) FILTER (WHERE parent.k0 IS NULL), 0)",
            f"coalesce(sum({part}), 0)",
            lacking,
        )
    ]
    return (
        f"WITH {ASKED} AS MATERIALIZED (\nSELECT {own.listed}, count(*) AS n{early}\n{rows}\n"
        f"GROUP BY {own.places} ORDER BY {own.places})\nSELECT {statements.listed(cells)}\n"
        f"FROM {ASKED} AS child LEFT JOIN LATERAL (\n"
        f"SELECT {key.listed} FROM {known}\nAND {key.equals('child')} LIMIT 1) AS parent ON true"
    )


def parents(known: str, *, apart: bool) -> tuple[str, str]:
    """What stands before a statement, and how it names the list of what is known.

    `apart` materializes that list: valid on distributed Postgres, where a join of tables that are
    not co-located is refused. Its name is a long one: a table of that name would be shadowed, and
    every row was once an orphan.
    """
    if apart:
        return f"WITH {KNOWN} AS MATERIALIZED (\n{known})\n", KNOWN
    return "", f"(\n{known})"


def joined_by_place(own: Key, rows: str, known: str, place: str, *, apart: bool) -> str:
    """All rows, joined with the list of what is known, counted by their places."""
    before, listed = parents(known, apart=apart)
    return (
        f"{before}SELECT child.place AS day, count(*) FILTER (WHERE parent.k0 IS NULL) AS c0,"
        f" count(*) AS c1, 0 AS c2\nFROM (SELECT {own.listed}, {place} AS place\n{rows}) AS child\n"
        f"LEFT JOIN {listed} AS parent ON {own.same('parent', 'child')}\nGROUP BY 1"
    )


def singly_by_place(own: Key, rows: str, key: Key, known: str, place: str) -> str:
    """Every key of some rows, looked up in an index, counted by the places of the rows."""
    return (
        f"WITH {ASKED} AS MATERIALIZED (\nSELECT {own.listed}, {place} AS place, count(*) AS n\n"
        f"{rows}\nGROUP BY {own.places}, place ORDER BY {own.places})\n"
        "SELECT child.place AS day, coalesce(sum(n) FILTER (WHERE parent.k0 IS NULL), 0) AS c0,"
        f" sum(n) AS c1, 0 AS c2\nFROM {ASKED} AS child LEFT JOIN LATERAL (\n"
        f"SELECT {key.listed} FROM {known}\nAND {key.equals('child')} LIMIT 1) AS parent ON true\n"
        "GROUP BY 1"
    )


def joined(
    own: Key,
    rows: str,
    known: str,
    closed: Node | None,
    keyless: Sequence[str],
    *,
    apart: bool,
) -> str:
    """All rows, joined with the list of what is known."""
    early = "" if closed is None else f", {render(closed)} AS early"
    cells = ["count(*) FILTER (WHERE parent.k0 IS NULL)", "count(*)", keyless[-1]]
    if closed is not None:
        orphans = "count(*) FILTER (WHERE early AND parent.k0 IS NULL)"
        cells = [orphans, "count(*) FILTER (WHERE early)", keyless[0], *cells]
    before, listed = parents(known, apart=apart)
    joint = (
        f"FROM (SELECT {own.listed}{early}\n{rows}) AS child\n"
        f"LEFT JOIN {listed} AS parent ON {own.same('parent', 'child')}"
    )
    return before + statements.beside(cells, keyless, joint)
