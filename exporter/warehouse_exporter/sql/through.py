"""Rows that take their time from another table: order items from their orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehouse_exporter.sql import words
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.statements import ROWS, quoted
from warehouse_exporter.sql.words import Node, render

OWN, PARENT, TWIN, AT = (f"warehouse_exporter_{name}" for name in ("own", "parent", "twin", "at"))
"""Long names: a table or a column of that name would be shadowed."""


@dataclass(frozen=True)
class Parent:
    """The table that has the time: its FROM clause, its key, and the time.

    `unique`: no two of its rows have the same key.
    """

    source: str
    key: Key
    time: Node
    unique: bool

    @property
    def times(self) -> str:
        """The time of each key, once: of a key that is there several times, the earliest.

        A condition on the time is one on the bare column, so that an index answers it. An aggregate
        would have to be worked out for the whole table before.
        """
        at = render(self.time)
        known = words.all_of(self.key.present, words.is_present(self.time))
        rows = f"SELECT {self.key.listed}, {at} AS {AT}\nFROM {self.source}\nWHERE {render(known)}"
        if self.unique:
            return rows
        same = self.key.same("t", "p")
        return (
            f"SELECT DISTINCT {self.key.listed_of('p')}, p.{AT} FROM (\n{rows}) AS p\n"
            f"WHERE NOT EXISTS (SELECT 1 FROM (\n{rows}) AS t WHERE {same} AND t.{AT} < p.{AT})"
        )


def timed(
    source: str, columns: Sequence[str] | None, by: Sequence[str], parent: Parent, named: str
) -> str:
    """The rows of a FROM clause with their parent's time as one more column.

    Rows without a parent stay, and have no time. All columns, or those that may be read.
    """
    listed = "*" if columns is None else ", ".join(map(quoted, columns))
    same = " AND ".join(
        f"{PARENT}.k{place} = {OWN}.{quoted(name)}" for place, name in enumerate(by)
    )
    return (
        f"(SELECT {OWN}.*, {PARENT}.{AT} AS {quoted(named)}\n"
        f"FROM (SELECT {listed} FROM {source}) AS {OWN}\n"
        f"LEFT JOIN (\n{parent.times}) AS {PARENT} ON {same}) AS {ROWS}"
    )
