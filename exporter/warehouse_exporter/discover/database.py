"""A config proposed from a database: looked at in one snapshot, within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.model import Relation
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.core.wording import counted
from warehouse_exporter.discover import (
    arrival,
    business,
    columns,
    document_checks,
    history,
    money,
    values,
)
from warehouse_exporter.discover.arrival import arrival_of
from warehouse_exporter.discover.bounds import Bounds, Stopwatch
from warehouse_exporter.discover.choosing import Chosen, shown
from warehouse_exporter.discover.documents import Orders, orders_in
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import above_share, per_cent
from warehouse_exporter.discover.looks import snake
from warehouse_exporter.discover.model import Proposed, ProposedDataset
from warehouse_exporter.discover.money import Sums, sums
from warehouse_exporter.discover.references import Reference, acyclic, orphans, references
from warehouse_exporter.discover.roles import Key, key_of, loaded_of, time_of
from warehouse_exporter.discover.sampling import take
from warehouse_exporter.discover.values import of_all_rows
from warehouse_exporter.engines.base import Engine, Name, Session, Surveyed, Surveying
from warehouse_exporter.sql.clocks import TYPES
from warehouse_exporter.sql.statements import table

RESERVED = {"queries"}
MOST_DECLARED = 40
SHORT = {
    "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
    "character varying": "varchar",
}  # fmt: skip
"""Names of types as people write them."""
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
    if known.key is None and business.is_daily_table(known):
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


def dataset(known: Known, looked: Looked) -> ProposedDataset:
    """The proposal for a table."""
    settings: dict[str, object] = {"relation": spelled(known.found.name)}
    beside: dict[str, str] = {}
    if known.time is not None:
        settings["time"] = known.time
        beside["time"] = known.time_why
    if known.past is not None and known.past.unparsable:
        settings["unparsable"] = per_cent(above_share(known.past.unparsable))
        beside["unparsable"] = "some times are no times: without it, no day could be judged"
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
    parents = looked.found.parents.get(known.name)
    if parents:
        settings["depends_on"] = parents
    if declared(known):
        settings["columns"] = {
            name: SHORT.get(one.type, one.type) for name, one in known.relation.columns.items()
        }
    few = known.sample.whole and known.sample.rows < FEW
    return ProposedDataset(
        known.name,
        settings,
        () if few else tuple(checks(known, looked)),
        about(known),
        "" if known.sample.rows else "it has no rows yet, so that nothing is known about it",
        beside,
        {"owner": "growth-data"},
    )


def times(known: Known) -> Iterator[Proposed]:
    """That times are times, and not ahead of the clock."""
    if known.time is not None and known.profiles[known.time].is_text and known.past is not None:
        wrong = known.past.unparsable
        found = f"FOUND: {per_cent(wrong)} of them are no times" if wrong else "all of them are"
        yield Proposed(
            {"parsable_timestamps": {"column": known.time, "window": "all", "critical": "> 0"}},
            f"times in a column of text: {found}",
        )
    if known.daily:
        yield Proposed({"future_rows": {"warning": "> 0"}}, "rows ahead of the clock")


def declared(known: Known) -> bool:
    """Whether the columns are worth to be written down: data comes, and they are not too many."""
    return known.daily and len(known.relation.columns) <= MOST_DECLARED


def checks(known: Known, looked: Looked) -> Iterator[Proposed]:
    """All checks of a table."""
    found = looked.found
    if known.past is not None and known.arrival is not None:
        yield from arrival.checks(known.past, known.arrival, known.loaded)
        yield from times(known)
    if declared(known):
        yield Proposed({"required_columns": {"critical": "> 0"}}, "the columns that are there now")
        yield Proposed({"column_types": {"critical": "> 0"}})
        yield Proposed({"new_columns": {"info": "> 0"}})
    yield from columns.duplicates(known)
    yield from columns.checks(known)
    yield from values.checks(known, found.values.get(known.name, {}))
    yield from orphans(known, found.references)
    yield from money.checks(known)
    yield from money.reconciliations(known, found.sums)
    if known.name in found.orders:
        yield from document_checks.checks(known, found.orders[known.name])
    yield from business.coverage(known)
    yield from business.mix(known)
    yield from business.aggregates(known, looked.tables)
    yield from business.funnel(known)


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
