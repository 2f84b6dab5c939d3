"""A bounded sample of a table, and what can be said of its columns from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from warehouse_exporter.core.relation import Relation
from warehouse_exporter.discover.bounds import Bounds
from warehouse_exporter.discover.looks import (
    NUMBER,
    TIME,
    as_document,
    personal_by_look,
    personal_by_name,
    share_like,
)
from warehouse_exporter.engines.base import Session, Surveyed
from warehouse_exporter.sql.statements import quoted, table

LONGEST = 4000
"""Characters of a value that are read."""
MOST_COLUMNS = 120
SECONDS = 20.0
"""The most that one sample may take."""
UNREAD = ("bytea", "tsvector", "geometry", "geography", "vector")
"""Types of which only whether there is a value is read."""
NUMERIC = (
    "smallint", "integer", "bigint", "numeric", "real", "double precision", "money",
)  # fmt: skip
TEXT = ("text", "character varying", "character")
TIMES = ("timestamp with time zone", "timestamp without time zone", "date")
DOCUMENTS = ("json", "jsonb")
MOSTLY = 0.98
"""The share of values that decides what a text column holds."""


@dataclass(frozen=True)
class Profile:
    """A column in a sample: its values that are there, as text, of so many rows."""

    name: str
    type: str
    rows: int
    values: tuple[str, ...] = field(repr=False)

    @property
    def missing(self) -> float:
        """The share of rows without a value."""
        return 1 - len(self.values) / self.rows if self.rows else 0.0

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value occurs."""
        return Counter(self.values)

    @property
    def blanks(self) -> bool:
        """Whether some values are text of nothing but white space."""
        return self.is_text and any(not value.strip() for value in self.counts)

    @property
    def is_text(self) -> bool:
        """Whether the column is text."""
        return self.type in TEXT

    @cached_property
    def full(self) -> list[str]:
        """The different values with something in them."""
        return [value for value in self.counts if value.strip()]

    @property
    def is_number(self) -> bool:
        """Whether the column has a type of numbers."""
        return self.type in NUMERIC

    @cached_property
    def is_time(self) -> bool:
        """Whether it holds times, also as text."""
        if self.type in TIMES:
            return True
        return self.is_text and share_like(self.full, TIME) > MOSTLY

    @cached_property
    def is_text_number(self) -> bool:
        """Whether it is text that holds numbers."""
        return self.is_text and share_like(self.full, NUMBER) > MOSTLY

    @cached_property
    def documents(self) -> list[dict[str, object]]:
        """The JSON objects in it, where that is what it holds."""
        if self.type not in DOCUMENTS and not self.is_text:
            return []
        found = [as_document(value) for value in self.full]
        made = [one for one in found if one is not None]
        return made if made and len(made) > MOSTLY * len(found) else []

    @cached_property
    def personal(self) -> bool:
        """Whether its values may be about a person: then none is ever written down."""
        return personal_by_name(self.name) or personal_by_look(self.full)

    @cached_property
    def distinct(self) -> bool:
        """Whether no value occurs twice, and none is missing."""
        return len(self.values) == self.rows > 0 and len(self.counts) == self.rows


@dataclass(frozen=True)
class Sample:
    """What was read of a table; `whole` where that is all there is."""

    rows: int
    whole: bool
    profiles: Mapping[str, Profile]
    lines: tuple[tuple[str | None, ...], ...] = field(default=(), repr=False)

    def pairs(self, columns: Sequence[str]) -> list[tuple[str | None, ...]]:
        """The values of some columns, row by row."""
        places = [list(self.profiles).index(name) for name in columns]
        return [tuple(line[place] for place in places) for line in self.lines]

    def unique(self, columns: Sequence[str]) -> bool:
        """Whether no values of the columns occur together twice, and none is missing."""
        found = self.pairs(columns)
        return len(set(found)) == len(found) > 0 and all(None not in one for one in found)


def take(session: Session, found: Surveyed, relation: Relation, bounds: Bounds) -> Sample:
    """Read a sample. Raises Unmeasured, or Unreachable."""
    columns = [c for c in relation.columns.values() if c.readable][:MOST_COLUMNS]
    cells = ", ".join(
        f"{value_of(column.name, column.type)} AS c{place}" for place, column in enumerate(columns)
    )
    name = table(found.name)
    share = 100.0
    if found.kind in ("r", "m", "p"):
        size = max(found.size, stored(session, name))
        share = min(100.0, 100.0 * bounds.bytes / size) if size else 100.0
        some = f" TABLESAMPLE SYSTEM ({share:.6f}) REPEATABLE (1)" if share < 100 else ""
        source = f"{name} AS t{some} ORDER BY hashtext(t.ctid::text)"
    else:
        source = f"{name} AS t"
    sql = f"SELECT {cells}\nFROM (SELECT t.* FROM {source} LIMIT {bounds.rows}) AS s"
    answer = session.rows(sql, SECONDS)
    lines = tuple(tuple(text(row[f"c{n}"]) for n in range(len(columns))) for row in answer)
    profiles = {
        column.name: Profile(
            column.name,
            column.type,
            len(lines),
            tuple(value for line in lines if (value := line[place]) is not None),
        )
        for place, column in enumerate(columns)
    }
    return Sample(len(lines), share == 100 and len(lines) < bounds.rows, profiles, lines)


def text(cell: object) -> str | None:
    """A cell as text."""
    return None if cell is None else str(cell)


def value_of(name: str, data_type: str) -> str:
    """A column as text that is not too long."""
    column = f"s.{quoted(name)}"
    if data_type.startswith(UNREAD) or data_type.endswith("[]"):
        return f"CASE WHEN {column} IS NOT NULL THEN '' END"
    return f"left({column}::text, {LONGEST})"


def stored(session: Session, name: str) -> int:
    """The bytes of a table now: what ANALYZE knew may be old."""
    literal = name.replace("'", "''")
    (row,) = session.rows(f"SELECT pg_catalog.pg_relation_size('{literal}') AS size", SECONDS)
    return int(row["size"] or 0)
