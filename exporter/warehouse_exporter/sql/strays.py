"""Keys of one side that the other does not have at all: items without an order."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.sql import words
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.sides import OTHER, OWN, Side
from warehouse_exporter.sql.statements import clause, listed
from warehouse_exporter.sql.words import Node


@dataclass(frozen=True)
class Strays:
    """The rows of a side, `asked` for by their own time, held against the keys of a table.

    One row comes out: keys that are strays, the sum and the sum of absolute sums of their rows; and
    rows without a key, with their sum.
    """

    side: Side
    known: str
    key: Key
    where: Node
    found: bool
    asked: Node | None = None

    def all(self, *, few: bool = False) -> str:
        """Over all keys; a few of them are looked up singly."""
        cells = [*self.counts(), *self.side.keyless_groups("i")]
        groups = self.side.grouped(self.asked)
        return self.each(cells, groups) if few and self.found else self.joined(cells, groups)

    def both(self, closed: Node) -> str:
        """The cells twice: for rows of closed days, and for all."""
        cells = [*self.counts("early_"), *self.side.keyless_groups("i", "early_")]
        cells += [*self.counts(), *self.side.keyless_groups("i")]
        return self.joined(cells, self.side.grouped(self.asked, closed))

    def still(self, closed: Node, still: Node) -> str:
        """The same, of the keys that some rows have, and of those of the rows without a key."""
        cells = [*self.counts("early_"), "0", "0", *self.counts(), *self.side.keyless(still)]
        if self.side.found:
            one = self.side.of_one("few", self.asked, closed)
            keys = self.side.keys(still, "DISTINCT ")
            groups = (
                f"SELECT few.*, found.* FROM ({keys}) AS few\nCROSS JOIN LATERAL ({one}) AS found"
            )
        else:
            more = f"\nAND {self.side.key.bare} IN ({self.side.keys(still)})"
            keyed = words.all_of(self.side.key.present, self.asked)
            groups = self.side.grouped(keyed, closed, more)
        return self.each(cells, groups) if self.found else self.joined(cells, groups)

    def counts(self, rows: str = "") -> list[str]:
        """The cells of keys, over all rows or over the `early_` ones."""
        alone = f"FILTER (WHERE {self.key.known('i')} AND i.{rows}n > 0 AND o.k0 IS NULL)"
        total = f"i.{rows}total"
        return [f"count(*) {alone}", f"sum({total}) {alone}", f"sum(abs({total})) {alone}"]

    def joined(self, cells: list[str], groups: str) -> str:
        """The groups, joined with those of their keys that are known."""
        listed_keys = f"SELECT DISTINCT {self.key.listed} FROM {self.known}{clause(self.where)}"
        only = f"AND {self.key.bare} IN (SELECT {self.side.key.aliases} FROM {OTHER})"
        return (
            f"WITH {OTHER} AS MATERIALIZED (\n{groups}),\n"
            f"{OWN} AS MATERIALIZED (\n{listed_keys}\n{only})\n"
            f"SELECT {listed(cells)}\n"
            f"FROM {OTHER} AS i LEFT JOIN {OWN} AS o ON {self.key.same('o', 'i')}"
        )

    def each(self, cells: list[str], groups: str) -> str:
        """The groups, the key of each looked up in an index."""
        found = f"SELECT {self.key.listed} FROM {self.known}{clause(self.where)}"
        return (
            f"SELECT {listed(cells)}\nFROM (\n{groups}) AS i\n"
            f"LEFT JOIN LATERAL (\n{found}\nAND {self.key.equals('i')} LIMIT 1) AS o ON true"
        )
