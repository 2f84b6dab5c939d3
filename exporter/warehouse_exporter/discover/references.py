"""Which table refers to which: by foreign keys, else by names and the overlap of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.wording import per_cent
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.limits import above_share
from warehouse_exporter.discover.looks import snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.engines.base import Session
from warehouse_exporter.sql import words
from warehouse_exporter.sql.statements import quoted, table
from warehouse_exporter.sql.words import render

VALUES = 300
"""Different values that are looked up on the other side."""
SECONDS = 10.0
SAME = 0.5
"""The share of values that must be found for two columns to be about the same things."""
NUMBERS = ("smallint", "integer", "bigint")
TEXTS = ("text", "character varying", "character")


@dataclass(frozen=True)
class Reference:
    """Columns of a table that refer to those of another; `found` is the share of values there.

    `enforced`: the database lets no row refer to nothing.
    """

    child: str
    columns: tuple[str, ...]
    parent: str
    to: tuple[str, ...]
    found: float
    looked_up: int
    enforced: bool = False
    missing: float = 0.0


def references(session: Session, tables: Sequence[Known]) -> list[Reference]:
    """All references among some tables. Raises Unreachable."""
    by_name = {known.found.name: known for known in tables}
    found = []
    for child in tables:
        declared = [
            Reference(
                child.name, one.columns, by_name[one.to].name, one.to_columns, 1.0, 0, one.valid
            )
            for one in child.found.references
            if one.to in by_name and one.to != child.found.name
        ]
        taken = {column for one in declared for column in one.columns}
        found += declared
        for column, parents in guessed(child, tables):
            if column in taken:
                continue
            best: Reference | None = None
            for parent in parents:
                one = looked_up(session, child, column, parent)
                if one is not None and (best is None or one.found > best.found):
                    best = one
            if best is not None:
                found.append(best)
    return found


def guessed(child: Known, tables: Sequence[Known]) -> Iterator[tuple[str, list[Known]]]:
    """Columns that are called like the key of another table, with these tables, the best first."""
    for profile in child.profiles.values():
        own = child.key is not None and child.key.columns == (profile.name,)
        parents = []
        for parent in tables:
            if parent is child or parent.key is None or len(parent.key.columns) != 1:
                continue
            # A table whose own key it is refers to nothing, unless it is called otherwise.
            mine = is_named_after(profile.name, child) if own else -1
            if is_named_after(profile.name, parent) > mine and fits(profile.name, child, parent):
                parents.append(parent)
        parents.sort(key=lambda parent: -is_named_after(profile.name, parent))
        if parents and profile.values:
            yield profile.name, parents[:3]


def fits(column: str, child: Known, parent: Known) -> bool:
    """Whether a column may hold the key of another table, by its name and type."""
    assert parent.key is not None
    (key,) = parent.key.columns
    mine, other = child.relation.columns[column].type, parent.relation.columns[key].type
    alike = mine == other or any(mine in kinds and other in kinds for kinds in (NUMBERS, TEXTS))
    one, two = snake(column), snake(key)
    if two in ("id", "key", "uuid"):
        return alike and one in (f"{parent.thing}_{two}", f"{parent.thing.split('_')[-1]}_{two}")
    return alike and (one == two or one.endswith(f"_{two}"))


def is_named_after(column: str, known: Known) -> int:
    """How well a column's name fits the name of a table."""
    name = snake(column)
    return 2 * (name.startswith(f"{known.thing}_")) + (known.thing.split("_")[-1] in name)


def looked_up(session: Session, child: Known, column: str, parent: Known) -> Reference | None:
    """How many values of a column are keys of another table; None where too few are."""
    assert parent.key is not None
    (key,) = parent.key.columns
    values = sorted(child.profiles[column].counts)[:VALUES]
    if len(values) < 2 and parent.sample.rows > 5:
        return None
    if parent.sample.whole:
        keys = set(parent.profiles[key].values)
        share = sum(value in keys for value in values) / len(values)
    else:
        kind = parent.relation.columns[key].type
        listed = ", ".join(f"({render(words.string(value))})" for value in values)
        sql = (
            f"SELECT count(*) AS found FROM (VALUES {listed}) AS v(value)\n"
            f"WHERE EXISTS (SELECT FROM {table(parent.found.name)} AS p"
            f" WHERE p.{quoted(key)} = v.value::{kind})"
        )
        try:
            (row,) = session.rows(sql, SECONDS)
        except Unmeasured:
            return None
        share = float(row["found"] or 0) / len(values)
    if share < SAME:
        return None
    missing = child.profiles[column].missing
    return Reference(
        child.name, (column,), parent.name, (key,), share, len(values), missing=missing
    )


def acyclic(found: Sequence[Reference]) -> dict[str, list[str]]:
    """What each dataset depends on, without what would lead back to it."""
    parents: dict[str, list[str]] = {}
    for one in sorted(found, key=lambda one: (not one.enforced, -one.found)):
        mine = parents.setdefault(one.child, [])
        if one.parent not in mine and not leads(one.parent, one.child, parents):
            mine.append(one.parent)
    return parents


def leads(start: str, end: str, parents: Mapping[str, list[str]]) -> bool:
    """Whether a dataset depends on another, directly or not."""
    ways, seen = [start], {start}
    while ways:
        name = ways.pop()
        if name == end:
            return True
        for parent in parents.get(name, ()):
            if parent not in seen:
                seen.add(parent)
                ways.append(parent)
    return False


def orphans(known: Known, found: Sequence[Reference]) -> Iterator[Proposed]:
    """That what a table refers to is there, where the database does not see to it."""
    for one in found:
        if one.child != known.name or one.enforced:
            continue
        columns = one.columns[0] if len(one.columns) == 1 else list(one.columns)
        to = one.to[0] if len(one.to) == 1 else list(one.to)
        lost = 1 - one.found
        if not one.looked_up:
            why, limit, unsure = "a foreign key that was not tried on older rows", 0.0, ""
        else:
            why = f"by name, and {per_cent(one.found, 1)} of {one.looked_up} values are in"
            why += f" {one.parent}"
            limit = above_share(lost) if lost > 0.1 else 0.0
            if 0 < lost <= 0.1:
                why += f". FOUND: {per_cent(lost, 1)} are not there"
            unsure = "" if lost <= 0.1 else "many values are not there: is it another thing?"
        window = {} if known.daily and known.rows < 5_000_000 else known.window
        yield Proposed(
            {"orphans": {"column": columns, "references": {"dataset": one.parent, "column": to},
                         **window, **known.usual,
                         "critical": f"> {limit * 100:g}%" if limit else "> 0"}},
            why, unsure,
        )  # fmt: skip
