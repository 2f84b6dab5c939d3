"""A dataset as a check sees it: its config, what the catalogue says of it, and what day it is.

Names are resolved here, so that a missing column is found before any statement is sent and costs
one check: every method raises Unmeasured with a reason and a hint instead of building SQL that
would fail.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from warehouse_exporter.core.calendar import ONE_DAY, Calendar, day_start
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.core.relation import Column, Relation
from warehouse_exporter.measures import borrowed
from warehouse_exporter.measures.requests import Scan
from warehouse_exporter.measures.spelling import of_expression, of_name, spelled
from warehouse_exporter.sql import expressions, numbers, statements, words
from warehouse_exporter.sql.clock_changes import change_near
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.words import Node

SKEW = timedelta(minutes=5)
"""How far clocks may differ: a row up to this far ahead of `as_of` is not from the future."""
GRANT_IT = ": grant it to the exporter's role"
TIME_TYPES = "timestamptz, timestamp, date or ISO 8601 text"


class Daily(Protocol):
    """A daily number that other checks build on: a metric of the config."""

    @property
    def name(self) -> str | None:
        """The metric's name."""

    @property
    def dataset(self) -> str | None:
        """The dataset it is computed from; None for a ratio."""

    @property
    def ratio(self) -> tuple[str, str] | None:
        """The names of numerator and denominator, for a ratio."""

    @property
    def where(self) -> str | None:
        """The condition on its rows, as written."""

    @property
    def made_of(self) -> str | None:
        """The expression whose values it is made of; None where rows are counted."""

    def scan(self, view: DatasetView, days: tuple[date, ...]) -> Scan:
        """What gives the number for each of the days; not for a ratio."""


@dataclass(frozen=True)
class DatasetView:
    """One dataset at one instant; `others` holds every dataset of the config, this one included."""

    dataset: Dataset
    relation: Relation | None
    calendar: Calendar
    others: Mapping[str, DatasetView] = field(repr=False, compare=False)
    metrics: Mapping[str, Daily] = field(repr=False, compare=False)
    changed: Mapping[date, Hashable] = field(default_factory=dict, repr=False, compare=False)
    """Closed days that have got rows since they were due, each with what these were."""
    unseen: str = ""
    """What is to be said of such days that are not known, or not judged again."""

    @property
    def found(self) -> Relation:
        """The relation, which must exist and be readable."""
        return self.require()

    def require(self) -> Relation:
        """The relation, for those who need no more of it than that it can be read."""
        if self.relation is None:
            raise Unmeasured(
                Reason.MISSING_RELATION,
                f"relation {self.dataset.shown} does not exist",
                "Create it, or correct `relation` in the config",
            )
        if self.relation.unknown is not None:
            raise self.relation.unknown
        if not self.relation.readable:
            raise Unmeasured(
                Reason.PERMISSION,
                f"no SELECT on {self.dataset.shown}{GRANT_IT}",
                self.grants(),
            )
        return self.relation

    def other(self, dataset: str) -> DatasetView:
        """Another dataset at the same instant."""
        return self.others[dataset]

    def table(self) -> str:
        """The rows of the dataset in a FROM clause: those that its filter keeps."""
        relation = self.require()
        query = self.dataset.query
        given = self.dataset.relation
        own = statements.table(given) if query is None else statements.selected(query)
        readable = [name for name, column in relation.columns.items() if column.readable]
        listed = None if len(readable) == len(relation.columns) else readable
        if self.dataset.filter is not None:
            own = statements.kept(own, listed, self.expression(self.dataset.filter))
        return own if self.dataset.through is None else borrowed.table(self, own, listed)

    def fact(self, name: str) -> Column:
        """What the catalogue says of a column, which must exist and be readable."""
        column = self.found.columns.get(name)
        if column is None and borrowed.is_borrowed(self, name):
            return borrowed.fact(self)
        if column is None:
            detail, hint = of_name(name, self.dataset.shown, self.found.columns)
            raise Unmeasured(Reason.MISSING_COLUMN, detail, hint)
        if not column.readable:
            text = f"no SELECT on column {name} of {self.dataset.shown}"
            raise Unmeasured(Reason.PERMISSION, text, self.grants())
        return column

    def grants(self) -> str:
        """What the owner of the relation has to run so that the exporter's role can read it."""
        found, relation = self.relation, spelled(self.dataset.relation)
        role = spelled((found.role,)) if found and found.role else "the exporter's role"
        grant = f"GRANT SELECT ON {relation} TO {role}"
        if found is not None and not found.usable and len(self.dataset.relation) > 1:
            schema = spelled(self.dataset.relation[:1])
            grant = f"GRANT USAGE ON SCHEMA {schema} TO {role}; {grant}"
        return f"Run: {grant}"

    def missing(self, name: str) -> str:
        """The message for a column that is not there, with the one it may have become."""
        return of_name(name, self.dataset.shown, self.found.columns)[0]

    def column(self, name: str) -> Node:
        """A column by its exact name."""
        return words.column(self.fact(name).name)

    def expression(self, text: str) -> Node:
        """An expression of the config as it is written, all of whose columns exist."""
        return self.checked(text).node

    def checked(self, text: str) -> expressions.Expression:
        """An expression of the config, all of whose columns exist."""
        found = expressions.parse(text)
        for name in found.columns:
            if name not in self.found.columns and not borrowed.is_borrowed(self, name):
                typed = found.typed(name)
                detail, hint = of_expression(typed, name, self.dataset.shown, self.found.columns)
                raise Unmeasured(Reason.MISSING_COLUMN, detail, hint)
            self.fact(name)
        return found

    def summand(self, text: str) -> Node:
        """An expression that is added up: `real` adds in single precision, so it is widened."""
        columns = self.found.columns
        narrow = {name for name, column in columns.items() if column.type == numbers.REAL}
        return numbers.widened(self.checked(text), narrow)

    def predicate(self, text: str | None) -> Node | None:
        """A `where` of the config; None where there is none."""
        return None if text is None else self.expression(text)

    def clock(self, name: str | None = None) -> Clock:
        """The dataset's time column, or another one, as a clock."""
        wanted = name or self.dataset.time
        if wanted is None:
            raise Unmeasured(Reason.MISSING_COLUMN, f"{self.dataset.name} has no time column")
        fact = self.fact(wanted)
        zone = self.dataset.time_zone
        change = change_near(self.calendar.moment, zone)
        clock = Clock.over(words.column(fact.name), fact.type, zone, change)
        if clock is None:
            raise Unmeasured(
                Reason.COLUMN_TYPE,
                f"time column {wanted} is {fact.type}: it must be {TIME_TYPES}",
            )
        return clock.parsed_in_place() if self.found.distributed else clock

    @property
    def horizon(self) -> datetime:
        """The last instant that is not the future: `as_of` plus the skew of clocks."""
        return self.calendar.as_of + SKEW

    def days(self, window: str) -> tuple[date, ...] | None:
        """The days of a window, or None for the whole table."""
        return self.calendar.window(window)

    def inside(self, days: tuple[date, ...] | None) -> Node | None:
        """The predicate for rows of consecutive days; None (no condition) for the whole table."""
        if days is None:
            return None
        low, high = self.bounds(days[0])[0], self.bounds(days[-1])[1]
        return self.clock().between(low, high)

    @property
    def tells_open_days(self) -> bool:
        """Whether the rows of open days can be found without reading those of closed ones."""
        return self.finds_times(self.dataset.time)

    def finds_times(self, column: str | None) -> bool:
        """Whether an index finds the rows of a span of time, by a column that is no text."""
        return self._indexed_clock(column) is not None

    @property
    def tells_open_rows(self) -> bool:
        """Whether the rows of open days and those of no day can be found without the others.

        Rows that have their time from another dataset are of no day where that has no row: nothing
        but a look at all of them tells which these are.
        """
        return self.tells_open_days and self.dataset.through is None

    def open_days(self, days: tuple[date, ...]) -> tuple[date, ...]:
        """Those of the days that still change: the expected day and what comes after it."""
        return tuple(day for day in days if day >= self.calendar.expected)

    def finds(self, column: str) -> bool:
        """Whether an index finds the rows with one value of a column.

        Then a few values are looked up one by one, in a correlated sub-select, at a cost that has
        nothing to do with the size of the table. Distributed Postgres refuses those.
        """
        return column in self.found.singly and not self.found.distributed

    def all_open(self, days: tuple[date, ...] | None) -> bool:
        """Whether a window has no closed day."""
        return days is not None and self.open_days(days) == days

    def closed_rows(self) -> Node:
        """The predicate for rows of closed days; where `tells_open_rows`."""
        since = self.bounds(self.calendar.expected)[0]
        early = self.clock().before(since)
        arrival = self._indexed_clock(self.dataset.loaded)
        if arrival is None:
            return early
        known = words.either(arrival.before(since), words.is_null(arrival.value))
        return words.all_of(early, known)

    def open_rows(self) -> Node:
        """The predicate for all other rows: of open days, of no day, or arrived on an open day."""
        since = self.bounds(self.calendar.expected)[0]
        clock, arrival = self.clock(), self._indexed_clock(self.dataset.loaded)
        late = [arrival.since(since)] if arrival else []
        return words.either(clock.since(since), words.is_null(clock.value), *late)

    def parted(self, days: tuple[date, ...] | None) -> tuple[Node, Node] | None:
        """The predicates for the rows of closed and of open days in a window.

        None where there is nothing to gain: no index tells them apart, or no day is closed.
        """
        if not self.tells_open_days:
            return None
        if days is None:
            return (self.closed_rows(), self.open_rows()) if self.tells_open_rows else None
        still = self.open_days(days)
        closed = days[: len(days) - len(still)]
        if not closed or not still:
            return None
        low, middle = self.bounds(days[0])[0], self.bounds(still[0])[0]
        high = self.bounds(still[-1])[1]
        return self.clock().between(low, middle), self.clock().between(middle, high)

    def _indexed_clock(self, name: str | None) -> Clock | None:
        """The clock over a column, where an index finds the rows of a span of time.

        None where there is none, or none that can be read: then everything is read, and the checks
        that are about the column say what is wrong with it.
        """
        fact = self.found.columns.get(name or "")
        if fact is None and borrowed.is_borrowed(self, name) and borrowed.is_found(self):
            fact = borrowed.fact(self)
            return Clock.over(words.column(fact.name), fact.type, self.dataset.time_zone)
        if fact is None or not fact.readable or fact.name not in self.found.indexed:
            return None
        clock = Clock.over(words.column(fact.name), fact.type, self.dataset.time_zone)
        return None if clock is None or clock.is_parsed else clock

    def source(self, days: tuple[date, ...] | None) -> str:
        """The FROM clause in which `inside` can be said."""
        return self.table() if days is None else self.clock().source(self.table())

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """The half-open bounds of a business day."""
        zone = self.calendar.zone
        return day_start(day, zone), day_start(day + ONE_DAY, zone)
