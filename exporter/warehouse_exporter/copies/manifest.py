"""What a known good copy says of itself: one JSON file, read back before it is trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.engines.base import StoredColumn

FILE = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Table:
    """A table in a copy: all its columns, also those that are generated and so not in the file."""

    dataset: str
    schema: str
    name: str
    file: str
    rows: int
    sha256: str
    columns: tuple[StoredColumn, ...]

    @property
    def shown(self) -> str:
        """Its name for messages."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Manifest:
    """A copy: what was judged when, whether the gate passed, and the tables."""

    warehouse: str
    as_of: str
    made_at: str
    version: str
    config: Mapping[str, str]
    passed: bool
    tables: tuple[Table, ...]
    not_copied: Mapping[str, str]

    def text(self) -> str:
        """As JSON."""
        found = {"format": FORMAT, **asdict(self)}
        for one, table in zip(found["tables"], self.tables, strict=True):
            one["columns"] = [column._asdict() for column in table.columns]
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def read(copy: Path) -> Manifest:
    """The manifest of a copy. Raises CopyFailed."""
    try:
        found: dict[str, Any] = json.loads((copy / FILE).read_text("utf-8"))
        if found.pop("format") != FORMAT:
            raise CopyFailed(f"{copy} was written by another version: it cannot be read")
        tables = tuple(
            Table(**{**one, "columns": tuple(StoredColumn(**each) for each in one["columns"])})
            for one in found.pop("tables")
        )
        return Manifest(tables=tables, **found)
    except OSError as error:
        raise CopyFailed(f"{copy / FILE} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CopyFailed(f"{copy / FILE} is not the manifest of a copy") from None


def has_passed(copy: Path) -> bool:
    """Whether a copy is of a gate that passed; False for one that cannot be read."""
    try:
        return read(copy).passed
    except CopyFailed:
        return False
