"""A known good copy back into its tables: in one transaction, by DELETE and INSERT.

TRUNCATE would show an empty table to every snapshot that is older than it.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from warehouse_exporter.config import Config
from warehouse_exporter.copies.choosing import fitting, parents_first, whole
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.manifest import Table
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.engines.base import Copying, Engine, Writer
from warehouse_exporter.sql import statements

DAYS = {
    "timestamp with time zone": "({} AT TIME ZONE {zone})::date::text",
    "timestamp without time zone": "({} AT TIME ZONE {own} AT TIME ZONE {zone})::date::text",
    "date": "{}::text",
    "text": "left({}, 10)",
    "character varying": "left({}, 10)",
}
"""The business day of a row, by the type of its time column."""
NO_DAY = "no day"


@dataclass(frozen=True)
class Day:
    """One day of a table: rows now and in the copy, those that come back and those that go."""

    day: str
    now: int
    then: int
    back: int
    gone: int


@dataclass(frozen=True)
class Change:
    """What restoring a table changes, or has changed."""

    table: Table
    days: tuple[Day, ...]

    def total(self, what: str) -> int:
        """The sum over all days of one of their numbers."""
        return sum(getattr(day, what) for day in self.days)


@dataclass(frozen=True)
class Restore:
    """A copy, some of its tables, and where to put them; `seconds` for each try."""

    config: Config
    engine: Engine
    dsn: str
    copy: Path
    tables: Sequence[Table]
    seconds: float

    def preview(self) -> list[Change]:
        """What it would change; nothing is changed. Raises CopyFailed."""
        with self._begun() as (steps, _):
            return steps.changes()

    def run(self) -> list[Change]:
        """Put the rows back, all or nothing; what it has changed. Raises CopyFailed."""
        with self._begun() as (steps, writer):
            steps.lock()
            changes = steps.changes()
            steps.replace()
            if any(c.total("back") or c.total("gone") for c in steps.changes()):
                raise CopyFailed("the tables would not be as they were: nothing was changed")
            writer.commit()
            return changes

    @contextmanager
    def _begun(self) -> Iterator[tuple[Steps, Writer]]:
        """A transaction that may write, with the files of the copy loaded aside.

        Raises CopyFailed, also for what cannot be read or written in the block.
        """
        whole(self.copy, self.tables)
        if not isinstance(self.engine, Copying):
            raise CopyFailed("copies are for Postgres only")
        try:
            with self.engine.writer(self.dsn) as writer:
                steps = Steps(self, writer)
                steps.load()
                yield steps, writer
        except Unmeasured as error:
            raise CopyFailed(error.detail) from None


class Steps:
    """The steps of one transaction, in their order."""

    def __init__(self, restore: Restore, writer: Writer) -> None:
        self._restore = restore
        self._writer = writer
        self._deadline = time.monotonic() + restore.seconds
        fitting(writer, restore.tables)
        self._tables = parents_first(writer, restore.tables)
        self._columns = {
            table: ", ".join(statements.quoted(c.name) for c in table.columns if not c.generated)
            for table in self._tables
        }

    @property
    def _left(self) -> float:
        """The seconds that are left."""
        return self._deadline - time.monotonic()

    def load(self) -> None:
        """Load the files into temporary tables. Raises CopyFailed, Unmeasured."""
        for table in self._tables:
            aside, columns = self._aside(table), self._columns[table]
            self._writer.run(
                f"CREATE TEMP TABLE {aside} ON COMMIT DROP AS SELECT {columns}"
                f" FROM {full_name(table)} WITH NO DATA",
                self._left,
            )
            with gzip.open(self._restore.copy / Path(table.file).name) as file:
                source = cast("IO[bytes]", file)
                rows = self._writer.copy_in(aside, columns, source, self._left)
            if rows != table.rows:
                raise CopyFailed(f"{table.file} has {rows} rows, and should have {table.rows}")

    def lock(self) -> None:
        """Let nobody else write into the tables; they can still be read."""
        names = ", ".join(full_name(table) for table in self._tables)
        self._writer.run(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE", self._left)

    def changes(self) -> list[Change]:
        """How the tables differ from the copy."""
        return [self._change(table) for table in self._tables]

    def replace(self) -> None:
        """Delete all rows, and insert those of the copy."""
        self._writer.run("SET CONSTRAINTS ALL DEFERRED", self._left)
        for table in reversed(self._tables):
            self._writer.run(f"DELETE FROM {full_name(table)}", self._left)
        for table in self._tables:
            columns = self._columns[table]
            always = any(column.identity == "a" for column in table.columns)
            overriding = " OVERRIDING SYSTEM VALUE" if always else ""
            self._writer.run(
                f"INSERT INTO {full_name(table)} ({columns}){overriding}"
                f" SELECT {columns} FROM {self._aside(table)}",
                self._left,
            )
        self._writer.run("SET CONSTRAINTS ALL IMMEDIATE", self._left)

    def _change(self, table: Table) -> Change:
        """How a table differs from the copy: whole rows are compared, as text."""
        config = self._restore.config
        day = day_of(table, config.datasets, config.warehouse.timezone.key)
        row = f'ROW({self._columns[table]})::text COLLATE "C"'
        rows = self._writer.rows(
            "SELECT d, sum(n)::bigint, sum(t)::bigint, sum(greatest(t - n, 0))::bigint,"
            " sum(greatest(n - t, 0))::bigint FROM (SELECT d, r, sum(t) AS t, sum(n) AS n FROM ("
            f"SELECT {day} AS d, {row} AS r, 1 AS t, 0 AS n FROM {self._aside(table)}"
            f" UNION ALL SELECT {day}, {row}, 0, 1 FROM {full_name(table)}"
            ") AS u GROUP BY d, r) AS v GROUP BY d ORDER BY d",
            self._left,
        )
        return Change(table, tuple(Day(day or NO_DAY, *numbers) for day, *numbers in rows))

    def _aside(self, table: Table) -> str:
        """The temporary table of a table."""
        return f"pg_temp.warehouse_restore_{self._tables.index(table)}"


def full_name(table: Table) -> str:
    """A table as it stands in a statement."""
    return statements.table((table.schema, table.name))


def day_of(table: Table, datasets: Mapping[str, Dataset], zone: str) -> str:
    """The expression for the day of a row; NULL where rows have none."""
    dataset = datasets.get(table.dataset)
    for column in table.columns:
        if dataset is not None and column.name == dataset.time and not column.generated:
            kind = column.type.partition("(")[0].strip()
            kind += column.type.partition(")")[2] if "(" in column.type else ""
            form = DAYS.get(kind, "NULL::text")
            name = statements.quoted(column.name)
            return form.format(name, zone=f"'{zone}'", own=f"'{dataset.time_zone.key}'")
    return "NULL::text"
