"""What the catalogue of a warehouse says about a relation, whatever the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from warehouse_exporter.core.errors import Unmeasured


@dataclass(frozen=True)
class Column:
    """A column as the catalogue has it; `type` has no modifiers: `numeric`, not `numeric(12,2)`.

    `type` is PostgreSQL's name; an engine may have others for it, which are `also` right.
    """

    name: str
    type: str
    readable: bool = True
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Relation:
    """What the catalogue says about a dataset's relation; None instead of it: it is missing.

    An index finds a range of each column in `indexed`, and one value of each in `singly`. `unique`
    has the columns of every unique index; `file` changes when the relation is truncated,
    rewritten, or another one takes its name. `distributed`: it may lie on other machines (Citus).
    `version` is that of the server, such as 160004. `by_range`: several days are best read one
    range each, and not in one scan. `unknown`: why nothing is known. `role` is who asked, and
    `usable` whether that role may use the schema.
    """

    columns: Mapping[str, Column]
    readable: bool = True
    indexed: frozenset[str] = frozenset()
    kind: str = "r"
    unique: frozenset[frozenset[str]] = frozenset()
    file: tuple[int, int] = (0, 0)
    distributed: bool = False
    singly: frozenset[str] = frozenset()
    version: int = 0
    unknown: Unmeasured | None = None
    role: str = ""
    usable: bool = True
    by_range: bool = True

    def holds_unique(self, columns: Iterable[str]) -> bool:
        """Whether an index makes duplicates in these columns impossible."""
        return any(key <= set(columns) for key in self.unique)
