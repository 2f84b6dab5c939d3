"""The proposal for a table: its dataset, and the checks that fit."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.core.wording import counted
from warehouse_exporter.discover import (
    arrival,
    business,
    columns,
    daily_tables,
    document_checks,
    money,
    values,
)
from warehouse_exporter.discover.database import Looked
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import above_share, per_cent
from warehouse_exporter.discover.looks import relation_text
from warehouse_exporter.discover.model import Proposed, ProposedDataset
from warehouse_exporter.discover.references import orphans

MOST_DECLARED = 40
SHORT = {
    "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
    "character varying": "varchar",
}  # fmt: skip
"""Names of types as people write them."""
FEW = 10
"""Fewer rows than these say nothing about those to come."""


def dataset(known: Known, looked: Looked) -> ProposedDataset:
    """The proposal for a table."""
    settings: dict[str, object] = {"relation": relation_text(known.found.name)}
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
        if known.past.closed.weekdays:
            settings["closed"] = "learned"
            beside["closed"] = (
                f"{known.past.closed.told}. Nothing is expected then, for as long as that is so;"
                " to say it once and for all, list them under `calendar`"
            )
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
    yield from daily_tables.aggregates(known, looked.tables)
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
