"""Rows that refer, held against what they may refer to: how many miss it, of how many.

`own` is the column that refers, `rows` the FROM clause of such rows with its WHERE, `known` that of
the rows referred to (for `joined` a SELECT of their keys). With `closed` the same two numbers of
the rows of closed days come first.
"""

from __future__ import annotations

from exporter.sql import statements
from exporter.sql.words import Node, render

ASKED, KNOWN = "warehouse_exporter_asked", "warehouse_exporter_known"


def singly(own: str, rows: str, key: str, known: str, closed: Node | None) -> str:
    """Every key of some rows, looked up in an index; in its order, which finds them sooner."""
    early = "" if closed is None else f", count(*) FILTER (WHERE {render(closed)}) AS early"
    parts = ("early", "n") if closed is not None else ("n",)
    cells = [
        cell
        for part in parts
        for cell in (
            f"coalesce(sum({part}) FILTER (WHERE parent.key IS NULL), 0)",
            f"coalesce(sum({part}), 0)",
        )
    ]
    return (
        f"WITH {ASKED} AS MATERIALIZED (\nSELECT {own} AS key, count(*) AS n{early}\n{rows}\n"
        f"GROUP BY 1 ORDER BY 1)\nSELECT {statements.listed(cells)}\n"
        f"FROM {ASKED} AS child LEFT JOIN LATERAL (\n"
        f"SELECT {key} AS key FROM {known}\nAND {key} = child.key LIMIT 1) AS parent ON true"
    )


def joined(own: str, rows: str, known: str, closed: Node | None, *, apart: bool) -> str:
    """All rows, joined with the list of what is known.

    `apart` materializes that list: valid on distributed Postgres, where a join of tables that are
    not co-located is refused. Its name is a long one: a table of that name would be shadowed, and
    every row was once an orphan.
    """
    early = "" if closed is None else f", {render(closed)} AS early"
    cells = [] if closed is None else ["count(*) FILTER (WHERE early AND parent.key IS NULL)",
                                       "count(*) FILTER (WHERE early)"]  # fmt: skip
    cells += ["count(*) FILTER (WHERE parent.key IS NULL)", "count(*)"]
    before, listed = ("", f"(\n{known})")
    if apart:
        before, listed = f"WITH {KNOWN} AS MATERIALIZED (\n{known})\n", KNOWN
    return (
        f"{before}SELECT {statements.listed(cells)}\n"
        f"FROM (SELECT {own} AS key{early}\n{rows}) AS child\n"
        f"LEFT JOIN {listed} AS parent ON parent.key = child.key"
    )
