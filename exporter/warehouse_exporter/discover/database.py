"""A config proposed from a database: looked at in one snapshot, within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.discover import (
    business,
    columns,
    history,
    money,
)
from warehouse_exporter.discover.arrival import arrival_of
from warehouse_exporter.discover.bounds import Bounds, Stopwatch
from warehouse_exporter.discover.choosing import Chosen, shown
from warehouse_exporter.discover.daily_tables import is_daily_table
from warehouse_exporter.discover.documents import Orders, orders_in
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.looks import snake
from warehouse_exporter.discover.money import Sums, sums
from warehouse_exporter.discover.references import Reference, acyclic, references
from warehouse_exporter.discover.roles import Key, key_of, loaded_of, time_of
from warehouse_exporter.discover.sampling import take
from warehouse_exporter.discover.values import of_all_rows
from warehouse_exporter.engines.base import Engine, Name, Session, Surveyed, Surveying
from warehouse_exporter.sql.clocks import TYPES
from warehouse_exporter.sql.statements import table

RESERVED = {"queries"}
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
class Found:
    """What several tables have to do with each other, and what else was read of single ones.

    Each is by the names of datasets.
    """

    references: tuple[Reference, ...] = ()
    parents: Mapping[str, list[str]] = field(default_factory=dict)
    sums: tuple[Sums, ...] = ()
    orders: Mapping[str, Orders] = field(default_factory=dict)
    values: Mapping[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Looked:
    """What was found out, and sentences about what was left out."""

    tables: tuple[Known, ...]
    left_out: tuple[str, ...]
    chosen: Chosen
    found: Found = field(default_factory=Found)


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
        found_out = relate(session, [one for one in known if one.sample.rows], watch, watcher)
    return Looked(tuple(known), tuple(left_out), chosen, found_out)


def relate(session: Session, tables: Sequence[Known], watch: Stopwatch, watcher: Watcher) -> Found:
    """What tables have to do with each other. Raises Unreachable."""
    watcher.begin("comparing", 2 + len(tables))
    found = references(session, tables)
    watcher.ended("references")
    agreeing = sums(session, tables, found)
    watcher.ended("revenue")
    orders, accepted = {}, {}
    for known in tables:
        if watch.left_for_looking <= 0:
            break
        accepted[known.name] = of_all_rows(session, known)
        inside = orders_in(session, known)
        if inside is not None:
            orders[known.name] = inside
        watcher.ended(known.name)
    return Found(tuple(found), acyclic(found), tuple(agreeing), orders, accepted)


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
        {**columns.conditions(sample), **money.conditions(sample), **business.conditions(sample)},
    )  # fmt: skip
    try:
        past = history.read(session, asked, as_of, bounds.days)
    except Unmeasured as error:
        return replace(known, no_past=f"its days could not be read: {error.detail}")
    if past is None or not past.days:
        return replace(known, no_past="no row has a time up to now")
    known = replace(known, past=past, arrival=arrival_of(past, as_of))
    if known.key is None and is_daily_table(known):
        return replace(known, key=Key((time,), "one row a day"))
    return known


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
