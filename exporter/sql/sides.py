"""Sums by key on two sides, joined and compared: orders and their items."""

from __future__ import annotations

from dataclasses import dataclass

from exporter.sql import words
from exporter.sql.statements import clause, listed
from exporter.sql.words import Node, render

OWN, OTHER = "warehouse_exporter_own", "warehouse_exporter_other"
"""Long names: a table of that name would be shadowed."""


@dataclass(frozen=True)
class Side:
    """Rows with a key, and what is summed by it; `source` is their FROM clause."""

    source: str
    key: Node
    value: Node
    where: Node | None
    found: bool = False
    """Whether an index finds the rows of one key."""
    taken: str = "sum"
    """What is made of the values of one key; `max` where a key that is there twice counts once."""

    @property
    def keyed(self) -> Node:
        """The predicate for rows that have a key."""
        return words.all_of(words.is_present(self.key), self.where)

    def cells(self, closed: Node | None = None) -> str:
        """The sum, and how many rows have no value; the same of closed days as `early_`."""
        x = render(self.value)
        cells = f"{self.taken}({x}) AS total, count(*) - count({x}) AS valueless"
        if closed is None:
            return cells
        early = f"FILTER (WHERE {render(closed)})"
        return (
            f"{cells}, {self.taken}({x}) {early} AS early_total, count(*) {early} AS early_rows,"
            f" count(*) {early} - count({x}) {early} AS early_valueless"
        )

    def grouped(self, more: str = "", closed: Node | None = None) -> str:
        """The cells of every key."""
        return (
            f"SELECT {render(self.key)} AS key, {self.cells(closed)}\n"
            f"FROM {self.source}{clause(self.keyed)}{more}\nGROUP BY 1"
        )

    def of_one(self, key: str, more: str = "", closed: Node | None = None) -> str:
        """The cells of one key; its `key` is NULL where it has no row."""
        return (
            f"SELECT CASE WHEN count(*) > 0 THEN {key} END AS key, {self.cells(closed)}\n"
            f"FROM {self.source}{clause(self.keyed)}{more}\nAND {render(self.key)} = {key}"
        )


@dataclass(frozen=True)
class Comparison:
    """Two sides, and the difference that is none; `asked` narrows the rows of the own side.

    One row comes out. Its cells: keys compared, those that differ by more than the tolerance, the
    sum of absolute differences, both sums over the keys compared, and the keys that cannot be
    compared: with a value missing, and without a row on the other side. Where only an `excess`
    counts, a difference is what the other side has more.
    """

    own: Side
    other: Side
    tolerance: float
    asked: Node | None = None
    excess: bool = False

    def all(self, *, few: bool = False) -> str:
        """Over all keys; a few of them are looked up singly."""
        cells = self.verdicts("", "")
        if few and self.own.found and self.other.found:
            return self.singly(cells, None, self.asked)
        return self.joined(cells, None)

    def both(self, closed: Node) -> str:
        """The cells twice: for rows of closed days, and for all."""
        return self.joined(self.twice(), closed)

    def still(self, closed: Node, still: Node) -> str:
        """The same, of the keys that some rows have."""
        if self.own.found and self.other.found:
            return self.singly(self.twice(), closed, still)
        return self.joined(self.twice(), closed, still)

    def twice(self) -> list[str]:
        """The cells of closed days, and those of all."""
        return [
            *self.verdicts("early_", "o.early_rows > 0 AND "),
            *self.verdicts("", ""),
        ]

    def verdicts(self, rows: str, condition: str) -> list[str]:
        """The cells over all rows, or over the `early_` ones.

        Differences are rounded to six decimals, so that 1.01 - 1.00 is 0.01 in floating point too.
        """
        given = f"{condition}i.key IS NOT NULL AND o.{rows}valueless = 0 AND i.valueless = 0"
        lacking = f"{condition}i.key IS NOT NULL AND (o.{rows}valueless > 0 OR i.valueless > 0)"
        more = f"i.total - o.{rows}total"
        apart = f"greatest({more}, 0)" if self.excess else f"abs({more})"
        difference = f"round(CAST({apart} AS numeric), 6)"
        return [
            f"count(*) FILTER (WHERE {given})",
            f"count(*) FILTER (WHERE {given} AND {difference} > {self.tolerance!r})",
            f"sum({difference}) FILTER (WHERE {given})",
            f"sum(o.{rows}total) FILTER (WHERE {given})",
            f"sum(i.total) FILTER (WHERE {given})",
            f"count(*) FILTER (WHERE {lacking})",
            f"count(*) FILTER (WHERE {condition}i.key IS NULL)",
        ]

    @property
    def inside(self) -> str:
        """The condition on rows of the own side."""
        return "" if self.asked is None else f"\nAND {render(self.asked)}"

    def joined(self, cells: list[str], closed: Node | None, still: Node | None = None) -> str:
        """Both sides grouped, and joined."""
        more = self.inside
        if still is not None:
            rows = clause(words.all_of(self.own.keyed, still))
            more += f"\nAND {render(self.own.key)} IN (SELECT {render(self.own.key)}"
            more += f" FROM {self.own.source}{rows})"
        only = f"\nAND {render(self.other.key)} IN (SELECT key FROM {OWN})" if more else ""
        return (
            f"WITH {OWN} AS MATERIALIZED (\n{self.own.grouped(more, closed)}),\n"
            f"{OTHER} AS MATERIALIZED (\n{self.other.grouped(only)})\n"
            f"SELECT {listed(cells)}\nFROM {OWN} AS o LEFT JOIN {OTHER} AS i ON i.key = o.key"
        )

    def singly(self, cells: list[str], closed: Node | None, still: Node | None) -> str:
        """Every key that some rows have, looked up on both sides."""
        rows = clause(words.all_of(self.own.keyed, still))
        return (
            f"SELECT {listed(cells)}\nFROM (SELECT DISTINCT {render(self.own.key)} AS key"
            f" FROM {self.own.source}{rows}) AS few\n"
            f"CROSS JOIN LATERAL (\n{self.own.of_one('few.key', self.inside, closed)}) AS o\n"
            f"CROSS JOIN LATERAL (\n{self.other.of_one('few.key')}) AS i\n"
            "WHERE o.key IS NOT NULL"
        )
