"""The shop's loader: one file a day, following whatever header the file has.

Everything arrives as text. The loader adds `event_id` (its own key: day and line),
`source_file` and `loaded_at` (05:00 UTC of the next day, as if it had run then), rejects rows
without any client id into a quarantine table, and writes one line per file into its log.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import SequenceMatcher
from enum import Enum
from pathlib import Path

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import quote_ident

from labs.case_study.names import Names
from labs.case_study.render import execute

LOADER_COLUMNS = ("event_id", "source_file", "loaded_at")
"""Columns that the loader adds to those of the file."""

ALIKE = 0.8
"""How similar two column names are, as difflib measures it, to be taken for a rename."""


class Mode(Enum):
    """What the loader does when a header differs from the table."""

    ADDED = "added"
    """A new column is added; one that disappeared stays and gets NULL."""
    RENAMED = "renamed"
    """A column replaced by one that looks alike is renamed; any other that is gone is dropped."""


@dataclass(frozen=True)
class Load:
    """What one file brought."""

    day: date
    loaded_at: datetime
    rows_read: int
    rows_quarantined: int


def day_of(file: Path) -> date:
    """The day that a file's name says it holds."""
    found = re.search(r"\d{8}", file.name)
    if found is None:
        raise ValueError(f"{file}: expected a date as YYYYMMDD in the name")
    return datetime.strptime(found.group(), "%Y%m%d").date()


def load_day(connection: Connection, file: Path, mode: Mode, names: Names) -> Load:
    """Load one day's file into the raw table, quarantine and log, in one transaction."""
    day = names.day(day_of(file))
    loaded_at = datetime.combine(day + timedelta(days=1), time(5), UTC)
    source_file = f"events_{day:%Y%m%d}.csv.gz"
    spellings = [names.of("client_id"), names.of("clientId")]
    with connection, connection.cursor() as cursor:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines)
            header = next(reader)
            _follow_header(cursor, [names.of(column) for column in header], mode, names)
            rows = list(_rows(reader, header, (day, source_file, loaded_at), names))
        _copy(cursor, [*header, *LOADER_COLUMNS], rows, names)
        load = {"source_file": source_file, "loaded_at": loaded_at, "day": day}
        execute(cursor, "quarantine", names, {**load, "spellings": spellings})
        rejected = cursor.rowcount
        counts = {"rows_read": len(rows), "rows_quarantined": rejected}
        execute(cursor, "pipeline_logs", names, {**load, **counts})
    return Load(day, loaded_at, len(rows), rejected)


def raw_columns(cursor: Cursor, names: Names) -> list[str]:
    """The file columns that the raw table has now; none if the table is not there yet."""
    cursor.execute(
        "select column_name from information_schema.columns"
        " where table_schema = %s and table_name = %s order by ordinal_position",
        (names.of("shop"), names.of("raw_events")),
    )
    own = {names.of(column) for column in LOADER_COLUMNS}
    return [str(name) for (name,) in cursor.fetchall() if name not in own]


def _follow_header(cursor: Cursor, header: list[str], mode: Mode, names: Names) -> None:
    """Make the raw table accept this header."""
    present = raw_columns(cursor, names)
    if not present:
        columns = ", ".join(f"{quote_ident(column, cursor)} text" for column in header)
        execute(cursor, "raw_events", names, {}, {"columns": columns})
        return
    table = names.sql("alter table shop.raw_events")
    appeared = [column for column in header if column not in present]
    gone = [column for column in present if column not in header]
    for old in gone if mode is Mode.RENAMED else []:
        new = _look_alike(old, appeared)
        if new is None:
            cursor.execute(f"{table} drop column {quote_ident(old, cursor)}")
        else:
            appeared.remove(new)
            change = f"{quote_ident(old, cursor)} to {quote_ident(new, cursor)}"
            cursor.execute(f"{table} rename column {change}")
    for new in appeared:
        cursor.execute(f"{table} add column {quote_ident(new, cursor)} text")


def _look_alike(old: str, candidates: list[str]) -> str | None:
    def likeness(new: str) -> float:
        return SequenceMatcher(a=_bare(old), b=_bare(new)).ratio()

    best = max(candidates, key=likeness, default=None)
    return best if best is not None and likeness(best) >= ALIKE else None


def _bare(column: str) -> str:
    return column.replace("_", "").lower()


def _rows(
    reader: Iterator[list[str]], header: list[str], load: tuple[date, str, datetime], names: Names
) -> Iterator[list[object]]:
    day, source_file, loaded_at = load
    time_at, data_at = header.index("timestamp"), header.index("event_data")
    first = int(f"{day:%Y%m%d}") * 100_000
    for line, row in enumerate(reader, start=1):
        row[time_at] = names.timestamp(row[time_at])
        row[data_at] = names.event_data(row[data_at])
        yield [*row, first + line, source_file, loaded_at.isoformat()]


def _copy(cursor: Cursor, columns: list[str], rows: list[list[object]], names: Names) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    listed = ", ".join(quote_ident(names.of(column), cursor) for column in columns)
    table = names.sql("shop.raw_events")
    cursor.copy_expert(f"copy {table} ({listed}) from stdin with (format csv)", buffer)
