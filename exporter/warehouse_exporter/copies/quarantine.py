"""What was judged, put aside on a critical finding, with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.copies import Quarantine
from warehouse_exporter.copies import reason
from warehouse_exporter.copies.errors import CopyFailed
from warehouse_exporter.copies.folder import Draft, drafting, prune
from warehouse_exporter.copies.held import HeldEngine
from warehouse_exporter.copies.writing import (
    Purse,
    Written,
    columns_without,
    file_name,
    select_from,
    stored_by,
    write,
)
from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable
from warehouse_exporter.core.model import Dataset, Outcome, Pass
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.engines.base import Copier, Stored, StoredColumn
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.passes.reader import make_views, read_by
from warehouse_exporter.plan.prepared import with_parents
from warehouse_exporter.sql import expressions, statements, words

PREFIX = "warehouse_quarantine"
FATAL = (Reason.TIMEOUT, Reason.CANCELED)
"""Failures after which the others would not be copied either."""


@dataclass(frozen=True)
class Contents:
    """What a copy has, and what it could not have: why, by dataset; `days` are those copied."""

    copied: tuple[Written, ...]
    missing: Mapping[str, str]
    days: Mapping[str, date]


def quarantine(
    config: Config, rules: Quarantine, done: Pass, held: HeldEngine, now: datetime
) -> Path | None:
    """Copy what was judged, if there is a critical finding; the new folder, or None.

    A dataset that cannot be copied is named in the reason; the others are copied all the same.
    Raises CopyFailed where nothing was kept.
    """
    checks = critical(config, done)
    if not checks:
        return None
    purse = Purse(rules.bounds)
    try:
        with drafting(rules.folder, PREFIX, now, purse.seconds) as draft:
            contents = copied(config, rules, checks, done, held, draft, purse)
            found = reason.as_data(config, rules, checks, done, contents, held.looks, now)
            draft.write("reason.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")
            draft.write("reason.md", reason.markdown(found))
            draft.publish()
            prune(rules.folder, PREFIX, rules.keep)
            return draft.final
    except OSError as error:
        raise CopyFailed(f"cannot write to {rules.folder}: {error.strerror}") from None
    except Unmeasured as error:
        raise CopyFailed(error.detail) from None


def critical(config: Config, done: Pass) -> tuple[Check, ...]:
    """The checks with a critical finding that nobody has accepted."""
    return tuple(
        config.check(check)
        for check, result in done.results.items()
        if any(one.loud and one.outcome is Outcome.CRITICAL for one in result.verdicts)
    )


def concerned(config: Config, rules: Quarantine, checks: tuple[Check, ...]) -> list[Dataset]:
    """The datasets to copy: all, or those that the findings are computed from.

    A query of the owner's may read any of them.
    """
    named = {name for check in checks for name in read_by(check, config)}
    whole = not rules.affected_only or QUERIES in named
    return [one for name, one in config.datasets.items() if whole or name in named]


def copied(
    config: Config,
    rules: Quarantine,
    checks: tuple[Check, ...],
    done: Pass,
    held: HeldEngine,
    draft: Draft,
    purse: Purse,
) -> Contents:
    """Write the files. Raises CopyFailed, OSError, Unmeasured."""
    datasets = concerned(config, rules, checks)
    seen = [one.name for one in datasets if rules.affected_only or one.query is not None]
    read = with_parents(seen, config.datasets.get)
    known = held.relations([config.datasets[name].relation for name in read])
    views = make_views(config, known, done.as_of)
    contents = Contents((), {}, {})
    with held.copier() as copier:
        for dataset in datasets:
            view = views[dataset.name] if dataset.name in read else None
            contents = with_one(contents, dataset, view, rules, copier, draft, purse)
        changed = copier.rewritten()
        if changed:
            names = ", ".join(sorted({one.name for one in changed}))
            raise CopyFailed(f"{names} was truncated or rewritten since it was judged")
    return contents


def with_one(
    contents: Contents,
    dataset: Dataset,
    view: DatasetView | None,
    rules: Quarantine,
    copier: Copier,
    draft: Draft,
    purse: Purse,
) -> Contents:
    """One dataset more, or why it is missing. Raises CopyFailed for what costs the others, too."""
    file = file_name(dataset, "csv.gz")
    try:
        stored = stored_by(copier, dataset) if dataset.query is None else as_stored(dataset, view)
        columns = columns_without(stored, rules.without(dataset.name))
        of_day = view if rules.affected_only else None
        table = statements.table(stored.full_name)
        if dataset.query is not None:
            table = statements.selected(dataset.query)
        sql, day = rows_of(dataset, of_day, table, columns)
        rows, checksum = write(copier, sql, "csv", draft.path / file, purse)
    except Unreachable:
        raise
    except Unmeasured as error:
        if error.reason in FATAL:
            raise
        (draft.path / file).unlink(missing_ok=True)
        return replace(contents, missing={**contents.missing, dataset.name: error.detail})
    one = Written(dataset.name, dataset.shown, file, rows, checksum, columns)
    days = {**contents.days, dataset.name: day} if day else contents.days
    return replace(contents, copied=(*contents.copied, one), days=days)


def as_stored(dataset: Dataset, view: DatasetView | None) -> Stored:
    """The columns of a query as if they were stored. Raises Unmeasured."""
    assert view is not None
    columns = view.require().columns.values()
    made = tuple(StoredColumn(one.name, one.type, False, "", "", one.readable) for one in columns)
    return Stored("", dataset.name, "v", made)


def rows_of(
    dataset: Dataset, view: DatasetView | None, table: str, columns: Sequence[StoredColumn]
) -> tuple[str, date | None]:
    """The rows that its filter keeps; where there is a view, of the expected day only.

    Raises Unmeasured.
    """
    kept = None if dataset.filter is None else expressions.parse(dataset.filter).node
    if view is None or dataset.time is None:
        return select_from(table, columns, kept), None
    day = view.calendar.expected
    where = view.inside((day,))
    if dataset.through is not None:
        return select_from(view.table(), columns, where), day
    where = words.both(kept, where)
    return select_from(view.clock().source(table), columns, where), day
