"""Which tables and columns there are: in a database file by its catalogue, in a folder by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from warehouse_exporter.core.errors import Lost, Unmeasured
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.engines.base import Answer, Name, Rewritten
from warehouse_exporter.engines.duckdb.source import (
    MAIN,
    Identity,
    Source,
    identity,
    number,
)
from warehouse_exporter.engines.duckdb.types import TIMES, column
from warehouse_exporter.engines.fetching import unknown
from warehouse_exporter.sql.statements import table

LIKE_POSTGRES = 160000
"""DuckDB says what is JSON, as PostgreSQL does from this version on."""
ASKED = """
SELECT c.schema_name, c.table_name, c.column_name, c.data_type,
       coalesce(t.table_oid, c.table_oid), t.table_oid IS NOT NULL
FROM duckdb_columns() AS c
LEFT JOIN duckdb_tables() AS t ON t.database_name = c.database_name AND t.table_oid = c.table_oid
WHERE c.database_name = current_database() AND NOT c.internal
  AND (c.schema_name, c.table_name) IN ({names})
ORDER BY c.table_oid, c.column_index
"""
UNIQUE = """
SELECT schema_name, table_name, constraint_column_names FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')
  AND (schema_name, table_name) IN ({names})
"""
Ask = Callable[[str], Answer]
"""Runs a statement. Raises Unmeasured."""


class Catalogue(Protocol):
    """What there is in a database file or a folder."""

    def relations(self, names: Iterable[Name], ask: Ask) -> dict[Name, Relation]:
        """Those of the relations that exist."""

    def everything(self, ask: Ask) -> None:
        """Let a query name any table there is."""

    def rewritten(self) -> list[Rewritten]:
        """What was read, but had been written meanwhile."""


class OfFile:
    """The tables of a database file; while it is open here, nobody writes to it."""

    def __init__(self, written: Identity) -> None:
        self._written = written

    def relations(self, names: Iterable[Name], ask: Ask) -> dict[Name, Relation]:
        """Those of the relations that exist, all from two statements."""
        wanted = {name: full(name) for name in names}
        listed = ", ".join(
            f"({literal(schema)}, {literal(one)})" for schema, one in dict.fromkeys(wanted.values())
        )
        if not listed:
            return {}
        try:
            _, rows = ask(ASKED.format(names=listed))
            _, keys = ask(UNIQUE.format(names=listed))
        except Unmeasured as error:
            return dict.fromkeys(wanted, unknown(error))
        found = {}
        for name, place in wanted.items():
            mine = [row[2:] for row in rows if row[:2] == place]
            if mine:
                unique = frozenset(frozenset(key[2]) for key in keys if key[:2] == place)
                found[name] = self._relation(mine, unique)
        return found

    def _relation(
        self, rows: Sequence[tuple[Any, ...]], unique: frozenset[frozenset[str]]
    ) -> Relation:
        """A relation from its rows, one per column."""
        *_, oid, is_table = rows[0]
        columns = [(row[0], row[1]) for row in rows]
        file = (int(oid), number(self._written))
        return relation(columns, file, unique, kind="r" if is_table else "v")

    def everything(self, ask: Ask) -> None:
        """They are all there by themselves."""

    def rewritten(self) -> list[Rewritten]:
        """Nothing: the file is locked."""
        return []


class OfFolder:
    """The tables of a folder: each is a view over its files, as these were when it was made."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._made: dict[Name, Identity] = {}

    def relations(self, names: Iterable[Name], ask: Ask) -> dict[Name, Relation]:
        """Those of the relations that exist; files that do not fit together cost their own."""
        found = {}
        for name in names:
            try:
                known = self._made_of(name, ask)
            except OSError:
                known = None
            except Unmeasured as error:
                known = unknown(Unmeasured(error.reason, f"its Parquet files: {error.detail}"))
            if known is not None:
                found[name] = known
        return found

    def _made_of(self, name: Name, ask: Ask) -> Relation | None:
        """A view over the files of a table; None where there is no file. Raises OSError too."""
        place = full(name)
        files = self._source.files_of(place)
        if not files:
            return None
        written = self._made.get(place)
        if written is None:
            written = self._made[place] = identity(files)
            listed = ", ".join(literal(str(file)) for file in files)
            ask(f"CREATE SCHEMA IF NOT EXISTS {table(place[:1])}")
            ask(
                f"CREATE OR REPLACE VIEW {table(place)} AS SELECT * FROM read_parquet([{listed}],"
                " union_by_name = true, hive_partitioning = true)"
            )
        _, rows = ask(f"SELECT column_name, column_type FROM (DESCRIBE {table(place)})")
        return relation(rows, (number(place), number(written)), frozenset())

    def everything(self, ask: Ask) -> None:
        """Make a view of every table; one that cannot be made is missing in the query that asks."""
        self.relations([name for name in self._source.tables() if name not in self._made], ask)

    def rewritten(self) -> list[Rewritten]:
        """The tables of which a file is another one than it was."""
        found = []
        for place, before in self._made.items():
            try:
                now = identity(self._source.files_of(place))
            except OSError:
                now = ()
            if not set(before) <= set(now):
                found.append(Rewritten(".".join(place), frozenset({number(place)})))
        return found

    def vanished(self) -> Lost | None:
        """Why a statement may have failed: a file was replaced. Another look then sees the new."""
        names = ", ".join(one.name for one in self.rewritten())
        return Lost(f"Parquet files were replaced while they were read: {names}") if names else None


def full(name: Name) -> Name:
    """A relation with its schema."""
    return name if len(name) == 2 else (MAIN, name[0])


def literal(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def relation(
    columns: Iterable[tuple[Any, ...]],
    file: tuple[int, int],
    unique: frozenset[frozenset[str]],
    kind: str = "r",
) -> Relation:
    """What checks know of a relation.

    DuckDB keeps the least and the greatest value of each stretch of rows, so that a span of time is
    found without an index; a view may be anything.
    """
    made = {name: column(name, declared) for name, declared in columns}
    times = frozenset(name for name, one in made.items() if one.type in TIMES)
    return Relation(
        made,
        indexed=times if kind == "r" else frozenset(),
        kind=kind,
        unique=unique,
        file=file,
        version=LIKE_POSTGRES,
        by_range=False,
    )
