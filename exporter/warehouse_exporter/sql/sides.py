"""Sums by key on two sides, joined and compared: orders and their items."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.core.grammar import Tolerance
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.statements import clause, listed
from warehouse_exporter.sql.words import Node, render

OWN, OTHER = "warehouse_exporter_own", "warehouse_exporter_other"
"""Long names: a table of that name would be shadowed."""


@dataclass(frozen=True)
class Side:
    """Rows with a key, and what is summed by it; `source` is their FROM clause."""

    source: str
    key: Key
    value: Node
    where: Node | None
    found: bool = False
    """Whether an index finds the rows of one key."""
    taken: str = "sum"
    """What is made of the values of one key; `max` where a key that is there twice counts once."""

    @property
    def keyed(self) -> Node:
        """The predicate for rows that have a key."""
        return words.all_of(self.key.present, self.where)

    def cells(self, closed: Node | None = None) -> str:
        """How many rows, their sum, how many have no value; the same of closed days as `early_`."""
        x = render(self.value)
        cells = f"count(*) AS n, {self.taken}({x}) AS total, count(*) - count({x}) AS valueless"
        if closed is None:
            return cells
        early = f"FILTER (WHERE {render(closed)})"
        return (
            f"{cells}, count(*) {early} AS early_n, {self.taken}({x}) {early} AS early_total,"
            f" count(*) {early} - count({x}) {early} AS early_valueless"
        )

    def grouped(self, rows: Node | None, closed: Node | None = None, more: str = "") -> str:
        """The cells of every key; rows without a key are groups of their own."""
        where = clause(words.both(rows, self.where))
        return (
            f"SELECT {self.key.listed}, {self.cells(closed)}\n"
            f"FROM {self.source}{where}{more}\nGROUP BY {self.key.places}"
        )

    def of_one(
        self, key: str, asked: Node | None = None, closed: Node | None = None, more: str = ""
    ) -> str:
        """The cells of one key, which a relation of the statement has, and `more` of them."""
        cells, where = f"{self.cells(closed)}{more}", clause(words.all_of(self.keyed, asked))
        return f"SELECT {cells}\nFROM {self.source}{where}\nAND {self.key.equals(key)}"

    def newest(self, more: str, rows: Node | None, *, few: bool) -> str:
        """The cells, and `more`, of the keys that few rows have; else of those no other has."""
        asked = f"\nAND {self.key.bare} IN ({self.keys(rows)})" if few and rows is not None else ""
        whole = (
            ""
            if few or rows is None
            else f"\nHAVING count(*) FILTER (WHERE {render(rows)}) = count(*)"
        )
        return (
            f"SELECT {self.key.listed}, {self.cells()}{more}\n"
            f"FROM {self.source}{clause(self.keyed)}{asked}\nGROUP BY {self.key.places}{whole}"
        )

    def keys(self, rows: Node | None, prefix: str = "") -> str:
        """The keys of some rows."""
        where = clause(words.all_of(self.keyed, rows))
        return f"SELECT {prefix}{self.key.listed} FROM {self.source}{where}"

    def keyless(self, rows: Node | None) -> list[str]:
        """How many of some rows have no key, and their sum: two sub-selects."""
        where = clause(words.all_of(self.key.absent, self.where, rows))
        cells = ("count(*)", f"sum({render(self.value)})")
        return [f"(SELECT {cell} FROM {self.source}{where})" for cell in cells]

    def keyless_groups(self, relation: str, rows: str = "") -> list[str]:
        """The same, of a relation that has the groups of this side."""
        unknown = f"FILTER (WHERE NOT ({self.key.known(relation)}))"
        count, total = (f"sum({relation}.{rows}{cell}) {unknown}" for cell in ("n", "total"))
        return [f"coalesce({count}, 0)", total]

    @property
    def any_row(self) -> str:
        """1 where there is any row with a key, else 0."""
        return f"({statements.select_any(self.source, self.keyed)})"


@dataclass(frozen=True)
class Comparison:
    """Two sides, and the difference that is none; `asked` narrows the rows of the own side.

    One row comes out; `verdicts` has its cells. Where only an `excess` counts, a difference is what
    the other side has more.
    """

    own: Side
    other: Side
    tolerance: Tolerance
    asked: Node | None = None
    excess: bool = False
    elsewhere: str = "0"
    """1 where the other side has a row at all, where that is worth asking: a number in SQL."""

    def all(self, *, few: bool = False) -> str:
        """Over all keys; a few of them are looked up singly."""
        if few and self.own.found and self.other.found:
            cells = [*self.verdicts(), *self.own.keyless(self.asked), self.elsewhere]
            return self.singly(cells, None, self.asked)
        cells = [*self.verdicts(), *self.own.keyless_groups("o"), self.elsewhere]
        return self.joined(cells, None)

    def both(self, closed: Node) -> str:
        """The cells twice: for rows of closed days, and for all."""
        cells = [
            *self.verdicts("early_"), *self.own.keyless_groups("o", "early_"), "0",
            *self.verdicts(), *self.own.keyless_groups("o"), self.elsewhere,
        ]  # fmt: skip
        return self.joined(cells, closed)

    def still(self, closed: Node, still: Node) -> str:
        """The same, of the keys that some rows have, and of those of the rows without a key."""
        keyless = self.own.keyless(still)
        cells = [*self.verdicts("early_"), "0", "0", "0"]
        cells += [*self.verdicts(), *keyless, self.elsewhere]
        if self.own.found and self.other.found:
            return self.singly(cells, closed, still)
        return self.joined(cells, closed, still)

    def by_place(self, place: str, rows: Node | None, keyless: int, *, few: bool) -> str:
        """The cells by place, which each own key has from the newest of its rows; 0 for NULL.

        Of the keys all of whose rows are among some, or, where these are few, that any of them has.
        Rows without a key are at the place `keyless`.
        """
        apart = self.own.keyless(rows)
        cells = [f"coalesce({cell}, 0) AS c{n}" for n, cell in enumerate(self.verdicts())]
        cells += [f"0 AS c{len(cells) + n}" for n in range(3)]
        counted = f"SELECT o.place AS day, {', '.join(cells)}\n"
        newest = f", max({place}) AS place"
        if few and self.own.found and self.other.found:
            counted += (
                f"FROM ({self.own.keys(rows, 'DISTINCT ')}) AS few\nCROSS JOIN LATERAL (\nSELECT"
                f" few.*, found.* FROM (\n{self.own.of_one('few', more=newest)}) AS found) AS o\n"
                f"CROSS JOIN LATERAL (\n{self.other.of_one('few')}) AS i\nWHERE o.n > 0"
            )
        else:
            only = f"\nAND {self.other.key.bare} IN (SELECT {self.own.key.aliases} FROM {OWN})"
            counted = (
                f"WITH {OWN} AS MATERIALIZED (\n{self.own.newest(newest, rows, few=few)}),\n"
                f"{OTHER} AS MATERIALIZED (\n"
                f"{self.other.grouped(self.other.key.present, None, only)})\n{counted}"
                f"FROM {OWN} AS o LEFT JOIN {OTHER} AS i ON {self.own.key.same('i', 'o')}"
            )
        lacking = ", ".join(["0"] * 10)
        return (
            f"{counted}\nGROUP BY 1\nUNION ALL\nSELECT {keyless}, {lacking}, {apart[0]},"
            f" coalesce({apart[1]}, 0), {self.elsewhere}"
        )

    def verdicts(self, rows: str = "") -> list[str]:
        """The cells over all rows, or over the `early_` ones.

        Keys compared, those that differ by more than the tolerance, the sum of absolute
        differences, both sums over the keys compared. Then the keys with a value missing, and those
        without a row on the other side; the own sums of both; and the absolute ones of the latter.
        Differences are rounded to six decimals, so that 1.01 - 1.00 is 0.01 in floating point too.
        """
        keyed = f"{self.own.key.known('o')} AND o.{rows}n > 0"
        given = f"{keyed} AND i.n > 0 AND o.{rows}valueless = 0 AND i.valueless = 0"
        lacking = f"{keyed} AND i.n > 0 AND (o.{rows}valueless > 0 OR i.valueless > 0)"
        alone = f"{keyed} AND coalesce(i.n, 0) = 0"
        difference, allowed = self.difference(rows)
        return [
            f"count(*) FILTER (WHERE {given})",
            f"count(*) FILTER (WHERE {given} AND {difference} > {allowed})",
            f"sum({difference}) FILTER (WHERE {given})",
            f"sum(o.{rows}total) FILTER (WHERE {given})",
            f"sum(i.total) FILTER (WHERE {given})",
            f"count(*) FILTER (WHERE {lacking})",
            f"count(*) FILTER (WHERE {alone})",
            f"sum(o.{rows}total) FILTER (WHERE {lacking})",
            f"sum(o.{rows}total) FILTER (WHERE {alone})",
            f"sum(abs(o.{rows}total)) FILTER (WHERE {alone})",
        ]

    def difference(self, rows: str = "") -> tuple[str, str]:
        """The difference of both sides of a key, and what of it is tolerated."""
        more = f"i.total - o.{rows}total"
        apart = f"greatest({more}, 0)" if self.excess else f"abs({more})"
        allowed = repr(self.tolerance.size)
        if self.tolerance.relative:
            allowed = f"round(CAST({allowed} * abs(o.{rows}total) AS numeric), 6)"
        return f"round(CAST({apart} AS numeric), 6)", allowed

    def differing(self, *, alone: bool) -> str:
        """The own keys that differ; with `alone` also those without a row on the other side."""
        difference, allowed = self.difference()
        differs = f"(o.valueless = 0 AND i.valueless = 0 AND {difference} > {allowed})"
        wrong = f"({differs} OR coalesce(i.n, 0) = 0)" if alone else differs
        rows = self.own.grouped(words.both(self.own.key.present, self.asked))
        other = self.other.grouped(self.other.key.present)
        return (
            f"SELECT {self.own.key.listed_of('o')}\nFROM (\n{rows}) AS o\n"
            f"LEFT JOIN (\n{other}) AS i ON {self.own.key.same('i', 'o')}\nWHERE {wrong}"
        )

    def joined(self, cells: list[str], closed: Node | None, still: Node | None = None) -> str:
        """Both sides grouped, and joined."""
        rows, more = self.asked, ""
        if still is not None:
            rows = words.both(self.own.key.present, self.asked)
            more = f"\nAND {self.own.key.bare} IN ({self.own.keys(still)})"
        narrowed = self.asked is not None or still is not None
        only = f"\nAND {self.other.key.bare} IN (SELECT {self.own.key.aliases} FROM {OWN})"
        return (
            f"WITH {OWN} AS MATERIALIZED (\n{self.own.grouped(rows, closed, more)}),\n"
            f"{OTHER} AS MATERIALIZED (\n"
            f"{self.other.grouped(self.other.key.present, None, only if narrowed else '')})\n"
            f"SELECT {listed(cells)}\n"
            f"FROM {OWN} AS o LEFT JOIN {OTHER} AS i ON {self.own.key.same('i', 'o')}"
        )

    def singly(self, cells: list[str], closed: Node | None, still: Node | None) -> str:
        """Every key that some rows have, looked up on both sides."""
        own = self.own.of_one("few", self.asked, closed)
        return (
            f"SELECT {listed(cells)}\nFROM ({self.own.keys(still, 'DISTINCT ')}) AS few\n"
            f"CROSS JOIN LATERAL (\nSELECT few.*, found.* FROM (\n{own}) AS found) AS o\n"
            f"CROSS JOIN LATERAL (\n{self.other.of_one('few')}) AS i\nWHERE o.n > 0"
        )
