"""Relations into compressed files, within bounds of size and time."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from warehouse_exporter.config.copies import Bounds
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.engines.base import Copier, Form, Stored, StoredColumn
from warehouse_exporter.sql import statements
from warehouse_exporter.sql.words import Node

LEVEL = 6


@dataclass
class Purse:
    """What is left of the bounds of one copy."""

    bounds: Bounds
    used: int = 0
    deadline: float = field(default=0.0)

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.bounds.seconds

    @property
    def seconds(self) -> float:
        """The seconds that are left. Raises CopyFailed where none are."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise CopyFailed(f"it took longer than {self.bounds.seconds:g} s")
        return left

    def spend(self, size: int) -> None:
        """Take some bytes. Raises CopyFailed where there are not so many left."""
        self.used += size
        if self.used > self.bounds.most:
            raise CopyFailed(f"it is larger than {self.bounds.most:,} bytes, compressed")


class Metered(io.RawIOBase):
    """A file that only its owner can read; each byte is paid for, and part of the checksum."""

    def __init__(self, path: Path, purse: Purse) -> None:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = open(number, "wb", buffering=0)  # noqa: SIM115 - closed with this one
        self._purse = purse
        self.checksum = hashlib.sha256()

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Write all of it. Raises OSError, CopyFailed."""
        rest = memoryview(data).cast("B")
        self._purse.spend(len(rest))
        self.checksum.update(rest)
        size = len(rest)
        while rest:
            rest = rest[self._file.write(rest) :]
        return size

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@dataclass(frozen=True)
class Written:
    """A relation that was copied: its file, how many rows it has, and of what columns."""

    dataset: str
    relation: str
    file: str
    rows: int
    sha256: str
    columns: tuple[StoredColumn, ...]


def stored_by(copier: Copier, dataset: Dataset) -> Stored:
    """How the relation of a dataset is stored. Raises Unmeasured where it is not there."""
    found = copier.stored(dataset.relation)
    if found is None:
        raise Unmeasured(Reason.MISSING_RELATION, f"{dataset.shown} does not exist")
    return found


def columns_without(stored: Stored, left_out: Iterable[str]) -> tuple[StoredColumn, ...]:
    """The columns that are copied. Raises Unmeasured where one is not as expected.

    A column to leave out that is not there may have been renamed: under its new name it would be
    copied, so that nothing is.
    """
    names = {column.name for column in stored.columns}
    for name in left_out:
        if name not in names:
            text = f"column {name}, which is to be left out, is not there: renamed?"
            raise Unmeasured(Reason.MISSING_COLUMN, text)
    found = tuple(column for column in stored.columns if column.name not in set(left_out))
    for column in found:
        if not column.readable:
            text = f"column {column.name} cannot be read: grant SELECT, or leave it out"
            raise Unmeasured(Reason.PERMISSION, text)
    if not found:
        raise Unmeasured(Reason.MISSING_COLUMN, "no column is left")
    return found


def select(stored: Stored, columns: Sequence[StoredColumn]) -> str:
    """All rows of a relation."""
    return select_from(statements.table(stored.full_name), columns)


def select_from(source: str, columns: Sequence[StoredColumn], where: Node | None = None) -> str:
    """Some rows of a FROM clause."""
    listed = ", ".join(statements.quoted(column.name) for column in columns)
    return f"SELECT {listed} FROM {source}{statements.clause(where)}"


def write(copier: Copier, sql: str, form: Form, file: Path, purse: Purse) -> tuple[int, str]:
    """Copy the rows of a statement into a file; returns how many, and its checksum.

    Raises CopyFailed, OSError, Unmeasured.
    """
    with Metered(file, purse) as raw:
        packed = gzip.GzipFile("", "wb", LEVEL, cast("IO[bytes]", raw), mtime=0)
        rows = copier.copy_out(sql, form, cast("IO[bytes]", packed), purse.seconds)
        packed.close()
        return rows, raw.checksum.hexdigest()


def file_name(dataset: Dataset, ending: str) -> str:
    """The file of a dataset: a name of it that every file system takes."""
    plain = "".join(c if c.isalnum() or c in "_-" else "_" for c in dataset.name)
    if plain == dataset.name:
        return f"{plain}.{ending}"
    return f"{plain}_{hashlib.sha256(dataset.name.encode()).hexdigest()[:8]}.{ending}"
