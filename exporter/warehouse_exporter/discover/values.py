"""Accepted values: of text with few values that are nobody's, and that do not change every week."""

from __future__ import annotations

from collections.abc import Iterator

from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.discover.documents import EVENTS
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.looks import NUMBER, TIME, named, personal_by_look, snake
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.discover.sampling import Profile
from warehouse_exporter.engines.base import Session
from warehouse_exporter.sql.statements import quoted, table

MOST, LONGEST, FEWEST = 15, 40, 100
"""Values of a column, characters of a value, and rows of a sample with values."""
SECONDS = 10.0
GROWING = (
    "source", "medium", "campaign", "channel", "country", "language", "locale", "currency",
    "browser", "os", "platform", "version", "brand", "category", "model", "region", "state",
    "province", "file", "path", "url", "page", "title", "name", "description", "product", "theme",
)  # fmt: skip
"""Words of columns to which new values may come on any day: a warning, and no page."""
FREE = ("description", "title", "file", "path", "url", "page", "subject", "text", "body")


def candidates(known: Known) -> Iterator[Profile]:
    """The columns of a sample that have few values, none of them personal."""
    for profile in known.profiles.values():
        if not profile.is_text or profile.personal or named(profile.name, FREE):
            continue
        counts = profile.counts
        if len(profile.values) < FEWEST or not 2 <= len(counts) <= MOST:
            continue
        if any(len(value) > LONGEST or not value.strip() for value in counts):
            continue
        if min(counts.values()) < 3 or all(NUMBER.fullmatch(v) or TIME.match(v) for v in counts):
            continue
        if not known.sample.whole or known.sample.rows >= 5 * len(counts):
            yield profile


def of_all_rows(session: Session, known: Known) -> dict[str, tuple[str, ...]]:
    """The values of these columns, in all rows where that takes no time. Raises Unreachable."""
    found = {}
    for profile in candidates(known):
        values = set(profile.counts)
        if not known.sample.whole:
            column = quoted(profile.name)
            try:
                rows = session.rows(
                    f"SELECT DISTINCT {column}::text AS value FROM {table(known.found.name)}\n"
                    f"WHERE {column} IS NOT NULL LIMIT {MOST + 1}",
                    SECONDS,
                )
                values |= {str(row["value"]) for row in rows}
            except Unmeasured:
                continue
        fine = all(len(value) <= LONGEST and value.strip() for value in values)
        if len(values) <= MOST and fine and not personal_by_look(values):
            found[profile.name] = tuple(sorted(values))
    return found


def checks(known: Known, values: dict[str, tuple[str, ...]]) -> Iterator[Proposed]:
    """A check for each such column."""
    for name, listed in values.items():
        growing = named(name, GROWING) and snake(name) not in EVENTS
        severity = "warning" if growing else "critical"
        why = f"{len(listed)} values"
        why += ": new ones may be right, so it only warns" if growing else " in all rows"
        yield Proposed(
            {"accepted_values": {"column": name, "values": list(listed), **known.window,
                                 **known.usual, severity: "> 0"}},
            why,
        )  # fmt: skip
