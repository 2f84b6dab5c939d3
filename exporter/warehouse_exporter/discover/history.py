"""The past days of a table, in one bounded statement: rows, values, first and last row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from warehouse_exporter.core.calendar import ONE_DAY, day_start
from warehouse_exporter.core.closures import Filled, Learned, learned
from warehouse_exporter.engines.base import Session
from warehouse_exporter.sql import words
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.statements import clause
from warehouse_exporter.sql.words import render

SECONDS = 30.0
"""The most that the history of one table may take."""


@dataclass(frozen=True)
class Day:
    """A day of a table: how many rows, and the counts asked for.

    `first` and `last` are seconds after its midnight; `arrived`, how long after its end the last
    row was loaded, in seconds.
    """

    day: date
    rows: int
    first: float
    last: float
    arrived: float | None
    counts: Mapping[str, float]


@dataclass(frozen=True)
class Past:
    """The closed days with rows, oldest first, up to the newest one; and the newest row.

    `since` and `until` are the first and the last day asked about, so that a day between them that
    is not in `days` has no rows. `oldest` is the first row of all. `unparsable` is the share of
    texts that are no times.
    """

    days: tuple[Day, ...]
    since: date
    until: date
    newest: datetime
    oldest: datetime
    unparsable: float = 0.0

    @property
    def span(self) -> int:
        """How many days there are from the first with rows to the last asked about."""
        return (self.until - self.days[0].day).days + 1 if self.days else 0

    @cached_property
    def closed(self) -> Learned:
        """The weekdays on which there never are rows."""
        return learned(Filled(frozenset(one.day for one in self.days)), self.until + ONE_DAY)

    def open_between(self, earlier: date, later: date) -> int:
        """How many days it is from one to a later one, without those of closed weekdays between."""
        days = (earlier + ONE_DAY * n for n in range(1, (later - earlier).days))
        return sum(not self.closed.on(day) for day in days) + 1

    @property
    def open_span(self) -> int:
        """How many days of the span are not of closed weekdays."""
        days = (self.until - ONE_DAY * back for back in range(self.span))
        return sum(not self.closed.on(day) for day in days)

    @property
    def steady(self) -> bool:
        """Whether rows come on most days: only then a day without is worth a word."""
        return self.span >= 3 and len(self.days) >= 0.6 * self.span

    def shares(self, name: str) -> list[tuple[date, float, int]]:
        """A count as a share of each day's rows, with these."""
        return [(one.day, one.counts[name] / one.rows, one.rows) for one in self.days if one.rows]


@dataclass(frozen=True)
class Asked:
    """What is read of a table's days: its time and arrival columns, and conditions to count."""

    source: str
    time: str
    type: str
    zone: ZoneInfo
    loaded: str | None = None
    counts: Mapping[str, str] = field(default_factory=dict)

    def clock(self) -> Clock:
        """The time column."""
        found = Clock.over(words.column(self.time), self.type, self.zone)
        assert found is not None, self.type
        return found


def read(session: Session, asked: Asked, as_of: datetime, days: int) -> Past | None:
    """The days up to the newest closed one; None of a table without a usable time.

    Raises Unmeasured, or Unreachable.
    """
    clock = asked.clock()
    ends = f"{render(clock.newest)} AS newest, {render(clock.oldest)} AS oldest"
    source = clock.source(asked.source)
    where = clause(clock.until(as_of))
    (row,) = session.rows(f"SELECT {ends}\nFROM {source}{where}", SECONDS)
    wrong = unparsable(session, asked, clock, source) if clock.is_parsed else 0.0
    if row["newest"] is None or row["oldest"] is None:
        return None
    newest = datetime.fromtimestamp(float(row["newest"]), UTC)
    oldest = datetime.fromtimestamp(max(float(row["oldest"]), 0.0), UTC)
    closed = as_of.astimezone(asked.zone).date() - ONE_DAY
    # A table that ended long ago is judged by its own last days.
    until = min(closed, newest.astimezone(asked.zone).date())
    since = until - timedelta(days=days - 1)
    low, high = day_start(since, asked.zone), day_start(until + ONE_DAY, asked.zone)
    rows = session.rows(by_day(asked, clock, source, low, high), SECONDS)
    found = tuple(day_of(row, asked) for row in rows)
    return Past(found, since, until, newest, oldest, wrong)


def unparsable(session: Session, asked: Asked, clock: Clock, source: str) -> float:
    """The share of texts that are no times."""
    column = render(words.column(asked.time))
    (row,) = session.rows(
        f"SELECT count(*) FILTER (WHERE {render(words.is_null(clock.value))}) AS wrong,"
        f" count(*) AS texts\nFROM {source}\nWHERE {column} IS NOT NULL",
        SECONDS,
    )
    return float(row["wrong"] or 0) / max(float(row["texts"] or 0), 1.0)


def by_day(asked: Asked, clock: Clock, source: str, low: datetime, high: datetime) -> str:
    """One row for each day with rows."""
    at = render(clock.instant(clock.value))
    wall = f"({at} AT TIME ZONE '{asked.zone.key}')"
    arrived = "NULL::float8"
    if asked.loaded is not None:
        loaded = render(words.column(asked.loaded))
        end = f"(({wall}::date + 1)::timestamp AT TIME ZONE '{asked.zone.key}')"
        arrived = f"max(extract(epoch FROM {loaded}::timestamptz - {end}))"
    counts = "".join(
        f",\n       count(*) FILTER (WHERE {condition}) AS c{place}"
        for place, condition in enumerate(asked.counts.values())
    )
    return (
        f"SELECT {wall}::date::text AS day, count(*) AS rows,\n"
        f"       extract(epoch FROM min({wall}) - min({wall})::date) AS first,\n"
        f"       extract(epoch FROM max({wall}) - max({wall})::date) AS last,\n"
        f"       {arrived} AS arrived{counts}\n"
        f"FROM {source}{clause(clock.between(low, high))}\nGROUP BY 1\nORDER BY 1"
    )


def day_of(row: Mapping[str, Any], asked: Asked) -> Day:
    """A day from its row."""
    counts = {name: float(row[f"c{place}"]) for place, name in enumerate(asked.counts)}
    arrived = None if row["arrived"] is None else float(row["arrived"])
    return Day(
        date.fromisoformat(str(row["day"])), int(row["rows"]), float(row["first"]),
        float(row["last"]), arrived, counts,
    )  # fmt: skip
