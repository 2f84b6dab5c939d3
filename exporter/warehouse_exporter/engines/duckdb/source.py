"""Where the data lies: a database file, or a folder with a Parquet file or a folder per table."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from warehouse_exporter.core.errors import Unreachable
from warehouse_exporter.engines.base import Name

MAIN = "main"
"""The schema of what stands directly in the folder."""
Identity = tuple[tuple[str, int, int, int], ...]
"""Of each file its path, inode, size and time of change: another one after each write."""


@dataclass(frozen=True)
class Source:
    """A file or a folder that exists. Raises Unreachable for anything else."""

    path: Path
    folder: bool = field(init=False)

    def __post_init__(self) -> None:
        try:
            mode = self.path.stat().st_mode
        except OSError as error:
            raise Unreachable(
                f"{self.path}: {(error.strerror or 'cannot be read').lower()}"
            ) from None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise Unreachable(f"{self.path} is neither a DuckDB file nor a folder of Parquet files")
        object.__setattr__(self, "folder", stat.S_ISDIR(mode))

    def files_of(self, name: Name) -> list[Path]:
        """The Parquet files of a table: `orders.parquet`, or all below the folder `orders`."""
        schema, table = name if len(name) == 2 else (MAIN, name[0])
        if any(part in ("", ".", "..") or "/" in part for part in name):
            return []
        place = self.path if schema == MAIN else self.path / schema
        single = place / f"{table}.parquet"
        if single.is_file():
            return [single]
        return sorted(place.joinpath(table).rglob("*.parquet"))

    def tables(self) -> Iterator[Name]:
        """Every table in the folder, by schema and name."""
        for entry in sorted(self.path.iterdir()):
            if entry.suffix == ".parquet":
                yield MAIN, entry.stem
            elif entry.is_dir() and not entry.name.startswith("."):
                yield MAIN, entry.name
                for inner in sorted(entry.iterdir()):
                    if inner.suffix == ".parquet" or (inner.is_dir() and "=" not in inner.name):
                        yield entry.name, inner.stem if inner.is_file() else inner.name


def identity(files: list[Path]) -> Identity:
    """What changes with every write to the files. Raises OSError."""
    found = ((str(file), file.stat()) for file in files)
    return tuple((name, one.st_ino, one.st_size, one.st_mtime_ns) for name, one in found)


def number(value: object) -> int:
    """A number for something, the same in every process."""
    return zlib.crc32(repr(value).encode())
