"""Known good copies: the tables as they were when the gate passed, in a form to put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse_exporter import __version__
from warehouse_exporter.config import Config
from warehouse_exporter.config.copies import Bounds
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.folder import Draft, drafting, prune
from warehouse_exporter.copies.held import HeldEngine
from warehouse_exporter.copies.manifest import FILE, Manifest, Table, has_passed
from warehouse_exporter.copies.writing import (
    Purse,
    columns_without,
    file_name,
    select,
    stored_by,
    write,
)
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.model import Dataset, Pass
from warehouse_exporter.engines.base import Copier, Stored

PREFIX = "warehouse_snapshot"
TABLES = ("r", "p")
"""Kinds of relations that can be put back."""
OTHERS = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
A_QUERY = "it is a query, which cannot be put back"


@dataclass(frozen=True)
class Made:
    """A copy that was made, and what is to be said of it."""

    path: Path
    rows: int
    notes: tuple[str, ...]


def snapshot(
    config: Config,
    done: Pass,
    held: HeldEngine,
    folder: Path,
    only: frozenset[str] | None,
    *,
    passed: bool,
    keep: int,
    bounds: Bounds,
    now: datetime,
) -> Made:
    """Copy all tables, or `only` some, from the snapshot that was judged; keep the newest copies.

    Those of a gate that did not pass are counted apart: they push out no good one. Raises
    CopyFailed where nothing was kept.
    """
    purse = Purse(bounds)
    try:
        with drafting(folder, PREFIX, now, purse.seconds) as draft:
            datasets = [one for name, one in config.datasets.items() if not only or name in only]
            tables, left, notes = tables_of(datasets, held, draft, purse)
            if not tables:
                raise CopyFailed("; ".join(["no dataset is a table", *left.values()]))
            about = {"path": config.path, "sha256": config.sha256}
            manifest = Manifest(
                config.warehouse.name, done.as_of.isoformat(), now.isoformat(), __version__, about,
                passed, tuple(tables), left,
            )  # fmt: skip
            draft.write(FILE, manifest.text())
            draft.publish()
            prune(folder, PREFIX, keep, lambda copy: has_passed(copy) is passed)
            return Made(draft.final, sum(table.rows for table in tables), tuple(notes))
    except OSError as error:
        raise CopyFailed(f"cannot write to {folder}: {error.strerror}") from None


def tables_of(
    datasets: Sequence[Dataset], held: HeldEngine, draft: Draft, purse: Purse
) -> tuple[list[Table], dict[str, str], list[str]]:
    """The tables that were copied, why others were not, and notes. Raises CopyFailed, OSError.

    A table that cannot be copied in full is an error: a good copy has no holes.
    """
    tables: list[Table] = []
    left: dict[str, str] = {}
    notes: list[str] = []
    seen: dict[tuple[str, ...], str] = {}
    try:
        with held.copier() as copier:
            for dataset in datasets:
                if dataset.query is not None:
                    left[dataset.name] = f"{dataset.name} is not copied: {A_QUERY}"
                    continue
                try:
                    stored = stored_by(copier, dataset)
                    first = seen.setdefault(stored.full_name, dataset.name)
                    why = not_a_table(stored) or (first != dataset.name and f"is that of {first}")
                    if why:
                        left[dataset.name] = f"{dataset.name} is not copied: {dataset.shown} {why}"
                        continue
                    tables.append(one_table(dataset, stored, copier, draft, purse))
                except Unmeasured as error:
                    raise CopyFailed(f"{dataset.name}: {error.detail}") from None
                notes += [f"{dataset.name} could not be restored: {h}" for h in stored.hindrances]
            changed = ", ".join(sorted({one.name for one in copier.rewritten()}))
    except Unmeasured as error:
        raise CopyFailed(error.detail) from None
    if changed:
        raise CopyFailed(f"{changed} was truncated or rewritten since it was judged")
    return tables, left, [*left.values(), *notes]


def not_a_table(stored: Stored) -> str:
    """What a relation is that cannot be put back; '' for a table."""
    if stored.kind in TABLES:
        return ""
    return f"is {OTHERS.get(stored.kind, 'no table')}, which cannot be put back"


def one_table(
    dataset: Dataset, stored: Stored, copier: Copier, draft: Draft, purse: Purse
) -> Table:
    """Copy one table; generated columns are not written, as they cannot be put back."""
    columns = [column for column in columns_without(stored, ()) if not column.generated]
    file = file_name(dataset, "copy.gz")
    rows, checksum = write(copier, select(stored, columns), "text", draft.path / file, purse)
    return Table(dataset.name, stored.schema, stored.name, file, rows, checksum, stored.columns)
