"""Which copy is put back, whether it is whole, and whether the tables still fit it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.folder import copies_in
from warehouse_exporter.copies.known_good import PREFIX, not_a_table
from warehouse_exporter.copies.manifest import Manifest, Table, has_passed, read
from warehouse_exporter.engines.base import Name, Stored, Writer


def chosen(folder: Path, name: str | None) -> tuple[Path, Manifest]:
    """The copy of that name, or else the newest of a gate that passed. Raises CopyFailed."""
    found = copies_in(folder, PREFIX)
    if name is None:
        good = [copy for copy in found if has_passed(copy)]
        if not good:
            raise CopyFailed(f"there is no copy of a gate that passed in {folder}")
        return good[-1], read(good[-1])
    named = {copy.name: copy for copy in found}
    if name not in named:
        known = ", ".join(named) or "none"
        raise CopyFailed(f"there is no copy {name!r} in {folder}; known: {known}")
    return named[name], read(named[name])


def tables_in(manifest: Manifest, datasets: Collection[str]) -> list[Table]:
    """The tables of some datasets, or all. Raises CopyFailed for one that the copy lacks."""
    known = {table.dataset for table in manifest.tables}
    for name in sorted(set(datasets) - known):
        why = manifest.not_copied.get(name, f"the copy has no dataset {name!r}")
        raise CopyFailed(f"{why}; it has {', '.join(sorted(known))}")
    return [one for one in manifest.tables if not datasets or one.dataset in datasets]


def whole(copy: Path, tables: Sequence[Table]) -> None:
    """Raise CopyFailed where a file is not the one that was written."""
    for table in tables:
        try:
            with open(copy / Path(table.file).name, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CopyFailed(f"{copy / table.file} cannot be read: {error.strerror}") from None
        if found != table.sha256:
            raise CopyFailed(f"{copy / table.file} is damaged: its checksum is another one")


def fitting(writer: Writer, tables: Sequence[Table]) -> None:
    """Raise CopyFailed where DELETE and INSERT would not give back what was copied."""
    names = {(table.schema, table.name) for table in tables}
    for table in tables:
        stored = writer.stored((table.schema, table.name))
        if stored is None:
            raise CopyFailed(f"{table.shown} does not exist any more: create it first")
        for why in unfit(table, stored, names):
            raise CopyFailed(f"{table.shown} cannot be restored: {why}")


def unfit(table: Table, stored: Stored, together: Collection[Name]) -> list[str]:
    """Why a table cannot be restored, as it is now."""
    found = [not_a_table(stored)] if not_a_table(stored) else []
    found += changes(table, stored)
    found += stored.hindrances
    found += [
        f"rows of {'.'.join(name)} would go or change with its rows (ON DELETE): restore both"
        for name in stored.cascades
        if name not in together
    ]
    return found


def changes(table: Table, stored: Stored) -> list[str]:
    """What of its schema has changed since it was copied."""
    then = {column.name: column for column in table.columns}
    now = {column.name: column for column in stored.columns}
    found = [f"column {name} is gone" for name in then if name not in now]
    found += [f"column {name} is new" for name in now if name not in then]
    for name, column in now.items():
        before = then.get(name)
        if before is None:
            continue
        if before.type != column.type:
            found.append(f"column {name} was {before.type} and is {column.type}")
        if before.generated != column.generated or before.identity != column.identity:
            found.append(f"column {name} gets its values in another way")
    return [f"its schema has changed: {one}" for one in found]


def parents_first(writer: Writer, tables: Sequence[Table]) -> list[Table]:
    """The tables in an order in which rows can be inserted: those referred to come first."""
    refers = {
        (table.schema, table.name): stored.refers_to
        for table in tables
        if (stored := writer.stored((table.schema, table.name)))
    }
    left, order = list(tables), list[Table]()
    while left:
        waiting = {(one.schema, one.name) for one in left}
        ready = [
            one
            for one in left
            if not (set(refers[one.schema, one.name]) & waiting) - {(one.schema, one.name)}
        ]
        order += ready or left  # a circle: deferred constraints may allow it
        left = [one for one in left if ready and one not in ready]
    return order
