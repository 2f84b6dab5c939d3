"""A config proposed from a database: looked at in one snapshot, within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.model import Relation
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.core.wording import counted
from warehouse_exporter.discover import arrival, columns, history
from warehouse_exporter.discover.arrival import arrival_of
from warehouse_exporter.discover.bounds import Bounds, Stopwatch
from warehouse_exporter.discover.choosing import Chosen, shown
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.looks import snake
from warehouse_exporter.discover.model import Proposed, ProposedDataset
from warehouse_exporter.discover.roles import key_of, loaded_of, time_of
from warehouse_exporter.discover.sampling import take
from warehouse_exporter.engines.base import Engine, Name, Session, Surveyed, Surveying
from warehouse_exporter.sql.clocks import TYPES
from warehouse_exporter.sql.statements import table

RESERVED = {"queries"}
FEW = 10
"""Fewer rows than these say nothing about those to come."""
NOT_OFFERED = (
    "this engine cannot be asked for everything that is in it: `init --database` is for Postgres."
    " Start from `init --profile complete` instead"
)


class Watcher(Protocol):
    """Receives the progress."""

    def begin(self, step: str, parts: int) -> None:
        """A step of so many parts begins."""

    def ended(self, what: str) -> None:
        """One part has ended."""


@dataclass(frozen=True)
class Looked:
    """What was found out, and sentences about what was left out."""

    tables: tuple[Known, ...]
    left_out: tuple[str, ...]
    chosen: Chosen


def look(
    engine: Engine,
    choice: Callable[[Sequence[Surveyed]], Chosen],
    bounds: Bounds,
    watch: Stopwatch,
    as_of: datetime,
    watcher: Watcher,
) -> Looked:
    """Look at the tables of a database. Raises Unreachable, and UsageError where there are none."""
    with engine.snapshot() as session:
        if not isinstance(session, Surveying):
            raise UsageError(NOT_OFFERED)
        try:
            found = session.survey()
        except Unmeasured as error:
            raise Unreachable(f"the catalogue cannot be read: {error.detail}") from None
        chosen = choice(found)
        relations = session.relations([one.name for one in chosen.tables])
        names = names_of(chosen.tables)
        known, left_out = [], list(chosen.left_out)
        watcher.begin("looking", len(chosen.tables))
        for one in chosen.tables:
            if watch.left_for_looking <= 0:
                left_out.append(f"Not looked at, as the time was up: {shown(one)}.")
                continue
            try:
                known.append(
                    look_at(
                        session, names[one.name], one, relations, bounds, as_of, engine.warehouse
                    )
                )
            except Unmeasured as error:
                left_out.append(f"Could not be read: {shown(one)} ({error.detail}).")
            watcher.ended(shown(one))
            if engine.stopped:
                break
    return Looked(tuple(known), tuple(left_out), chosen)


def look_at(
    session: Session,
    name: str,
    found: Surveyed,
    relations: dict[Name, Relation],
    bounds: Bounds,
    as_of: datetime,
    warehouse: Warehouse,
) -> Known:
    """Look at one table. Raises Unmeasured, or Unreachable."""
    relation = relations.get(found.name)
    if relation is None:
        raise gone(found)
    if relation.unknown is not None:
        raise relation.unknown
    sample = take(session, found, relation, bounds)
    time, why = time_of(sample, found.name[-1])
    zone = warehouse.timezone
    known = Known(
        name, found, relation, sample, zone, time, why, loaded_of(sample, time),
        key_of(found, relation, sample),
    )  # fmt: skip
    if time is None or relation.columns[time].type not in TYPES:
        return replace(known, time=None)
    asked = history.Asked(
        table(found.name), time, relation.columns[time].type, zone, known.loaded,
        columns.conditions(sample),
    )  # fmt: skip
    try:
        past = history.read(session, asked, as_of, bounds.days)
    except Unmeasured as error:
        return replace(known, no_past=f"its days could not be read: {error.detail}")
    if past is None or not past.days:
        return replace(known, no_past="no row has a time up to now")
    return replace(known, past=past, arrival=arrival_of(past, as_of))


def gone(found: Surveyed) -> Unmeasured:
    """A table that went away since the catalogue was read."""
    return Unmeasured(Reason.MISSING_RELATION, f"{shown(found)} does not exist any more")


def names_of(tables: Sequence[Surveyed]) -> dict[Name, str]:
    """A name for each dataset: that of the table, with its schema where two have the same."""
    found: dict[Name, str] = {}
    taken: set[str] = set(RESERVED)
    for one in sorted(tables, key=lambda one: one.name):
        plain = identifier(one.name[-1])
        longer = identifier("_".join(one.name))
        for name in (plain, longer, *(f"{longer[:58]}_{n}" for n in range(2, 10_000))):
            if name not in taken:
                break
        taken.add(name)
        found[one.name] = name
    return found


def identifier(text: str) -> str:
    """A name that the config takes for a dataset."""
    plain = text if re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", text) else snake(text)
    plain = plain or "table"
    return (plain if not plain[0].isdigit() else f"t_{plain}")[:63]


def dataset(known: Known, as_of: datetime, more: Sequence[Proposed] = ()) -> ProposedDataset:
    """The proposal for a table."""
    settings: dict[str, object] = {"relation": spelled(known.found.name)}
    beside: dict[str, str] = {}
    if known.time is not None:
        settings["time"] = known.time
        beside["time"] = known.time_why
    if known.key is not None:
        settings["key"] = (
            list(known.key.columns) if len(known.key.columns) > 1 else known.key.columns[0]
        )
        beside["key"] = known.key.why
    if known.loaded is not None:
        settings["loaded"] = known.loaded
        beside["loaded"] = "when rows arrive, by its name"
    if known.daily and known.past is not None and known.arrival is not None:
        by = arrival.expect_by(known.past, known.arrival)
        if by is not None:
            settings["expect_by"], beside["expect_by"] = by
    few = known.sample.whole and known.sample.rows < FEW
    return ProposedDataset(
        known.name,
        settings,
        () if few else (*checks(known), *more),
        about(known),
        "" if known.sample.rows else "it has no rows yet, so that nothing is known about it",
        beside,
        {"owner": "growth-data"},
    )


def checks(known: Known) -> Iterator[Proposed]:
    """The checks of a table by itself."""
    if known.past is not None and known.arrival is not None:
        yield from arrival.checks(known.past, known.arrival, known.loaded)
    yield from columns.duplicates(known)
    yield from columns.checks(known)


def about(known: Known) -> str:
    """What is said about a table above its proposal."""
    kinds = {"v": "a view", "m": "a materialized view", "p": "a partitioned table",
             "f": "a foreign table"}  # fmt: skip
    parts = [kinds[known.found.kind]] if known.found.kind in kinds else []
    if known.sample.rows == 0:
        parts.append("without rows")
    elif known.sample.whole:
        parts.append(counted(known.sample.rows, "row"))
    elif known.found.rows >= 0:
        parts.append(f"about {known.rows:,.0f} rows")
    if known.past is not None:
        parts.append(f"from {known.past.oldest:%Y-%m-%d} to {known.past.newest:%Y-%m-%d}")
        if known.arrival is not None and known.arrival.ended:
            parts.append("no new rows: its checks judge all of them")
    elif known.no_past and known.sample.rows:
        parts.append(known.no_past)
    elif known.sample.rows:
        parts.append("no time column: its checks judge all rows")
    return ", ".join(parts)


def spelled(name: Name) -> str:
    """A relation as the config takes it."""
    return ".".join(
        part if "." not in part and '"' not in part else '"' + part.replace('"', '""') + '"'
        for part in name
    )
