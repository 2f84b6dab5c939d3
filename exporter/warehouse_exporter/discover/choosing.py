"""Which tables of a database are looked at, the most interesting ones first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.wording import agreed, counted, listed
from warehouse_exporter.discover.bounds import Bounds
from warehouse_exporter.discover.looks import snake
from warehouse_exporter.engines.base import Surveyed

INTERESTING = (
    "order", "orders", "item", "items", "line", "lines", "session", "sessions", "event", "events",
    "payment", "payments", "revenue", "sales", "sale", "purchase", "purchases", "transaction",
    "transactions", "customer", "customers", "user", "users", "product", "products", "attribution",
    "daily", "metrics", "invoice", "invoices", "checkout", "checkouts", "visit", "visits", "rental",
    "shipment", "shipments", "refund", "refunds", "campaign", "campaigns",
)  # fmt: skip
OLD = ("tmp", "temp", "backup", "bak", "old", "test", "copy", "archive", "staging", "migrations")


@dataclass(frozen=True)
class Chosen:
    """The tables to look at, in order of interest, and sentences about those left out."""

    tables: tuple[Surveyed, ...]
    left_out: tuple[str, ...]
    all: int


def choose(
    found: Sequence[Surveyed],
    bounds: Bounds,
    schemas: Sequence[str] = (),
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Chosen:
    """The tables that are wanted and may be read, at most as many as the bounds say.

    Raises UsageError where nothing is left, or a schema does not exist.
    """
    for schema in schemas:
        if schema not in {one.name[0] for one in found}:
            known = listed(sorted({one.name[0] for one in found}), 10) or "none"
            raise UsageError(f"there is no schema {schema!r} with tables; known: {known}")
    wanted = [
        one
        for one in found
        if (not schemas or one.name[0] in schemas)
        and (not include or matched(one, include))
        and not matched(one, exclude)
    ]
    if not wanted:
        raise UsageError(
            "no table matches: see --schema, --include and --exclude"
            if found
            else "the database has no tables that this role can see"
        )
    closed = [one for one in wanted if not one.readable]
    readable = [one for one in wanted if one.readable]
    if not readable:
        raise UsageError(
            f"this role may not read any of {counted(len(wanted), 'table')}: grant it SELECT, for"
            " example with GRANT pg_read_all_data, or per schema: GRANT USAGE ON SCHEMA ...;"
            " GRANT SELECT ON ALL TABLES IN SCHEMA ..."
        )
    referred = Counter(to.to for one in readable for to in one.references)
    ordered = sorted(readable, key=lambda one: (-interest(one, referred[one.name]), one.name))
    rest = ordered[bounds.tables :]
    left_out = [f"No permission to read {shown(one)}." for one in closed]
    if rest:
        names = listed([shown(one) for one in rest], 20)
        left_out.append(
            f"Not looked at, because of --max-tables {bounds.tables}:"
            f" {counted(len(rest), 'table')} of less interest by name and size ({names})."
            f" {agreed(len(rest), 'It is', 'They are')} reached with --include, or with a larger"
            " --max-tables."
        )
    return Chosen(tuple(ordered[: bounds.tables]), tuple(left_out), len(wanted))


def matched(one: Surveyed, patterns: Sequence[str]) -> bool:
    """Whether a table's name, with or without its schema, fits one of the patterns."""
    return any(
        fnmatchcase(one.name[-1], pattern) or fnmatchcase(shown(one), pattern)
        for pattern in patterns
    )


def shown(one: Surveyed) -> str:
    """`schema.table`, for people."""
    return ".".join(one.name)


def interest(one: Surveyed, referred: int) -> float:
    """The more, the sooner: what a shop lives on, what is large, what others refer to."""
    words = snake(one.name[-1]).split("_")
    points = 4.0 * any(word in INTERESTING for word in words)
    points += math.log10(max(one.rows, one.size / 100, 1))
    points += min(referred, 5) + 0.5 * min(len(one.references), 4)
    return points - 6.0 * any(word in OLD for word in words)
