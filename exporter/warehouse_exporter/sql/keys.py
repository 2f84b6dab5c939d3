"""Keys of one or several columns, in the words of a statement.

In statements the columns of a key go by k0, k1, and so on. A key has no value where one of its
columns is NULL: such a row is equal to no other.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node, render


@dataclass(frozen=True)
class Key:
    """The columns of a key."""

    columns: tuple[Node, ...]

    @property
    def present(self) -> Node:
        """The predicate for a row that has the whole key."""
        return words.all_of(*(words.is_present(column) for column in self.columns))

    @property
    def absent(self) -> Node:
        """The predicate for a row that lacks the key, or a part of it."""
        return words.either(*(words.is_null(column) for column in self.columns))

    @property
    def listed(self) -> str:
        """The columns as a select list."""
        return ", ".join(f"{render(c)} AS k{place}" for place, c in enumerate(self.columns))

    def listed_of(self, relation: str) -> str:
        """The columns of a relation of the statement that has them."""
        return ", ".join(f"{relation}.k{place}" for place in range(len(self.columns)))

    @property
    def bare(self) -> str:
        """The columns as they are compared with those of a list: `a`, or `(a, b)`."""
        names = ", ".join(render(column) for column in self.columns)
        return names if len(self.columns) == 1 else f"({names})"

    @property
    def places(self) -> str:
        """What a select list that begins with the key is grouped by."""
        return ", ".join(str(place + 1) for place in range(len(self.columns)))

    @property
    def aliases(self) -> str:
        """The names of the columns in statements."""
        return ", ".join(f"k{place}" for place in range(len(self.columns)))

    def equals(self, other: str) -> str:
        """Whether a row has the key of `other`, a relation of a statement."""
        names = enumerate(render(column) for column in self.columns)
        return " AND ".join(f"{name} = {other}.k{place}" for place, name in names)

    def same(self, one: str, other: str) -> str:
        """Whether two relations of a statement have the same key."""
        places = range(len(self.columns))
        return " AND ".join(f"{one}.k{place} = {other}.k{place}" for place in places)

    def known(self, relation: str) -> str:
        """Whether a relation of a statement has the whole key."""
        places = range(len(self.columns))
        return " AND ".join(f"{relation}.k{place} IS NOT NULL" for place in places)
