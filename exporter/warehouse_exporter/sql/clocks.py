"""A time column of any type as something that can be bounded and read as an instant.

Bounds are put on the bare column, in the column's own type, so that an index can answer; only text
has to be parsed row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlglot import exp

from warehouse_exporter.sql import words
from warehouse_exporter.sql.clock_changes import ClockChange
from warehouse_exporter.sql.words import Node

INSTANT, WALL, DATE, TEXT = "timestamptz", "timestamp", "date", "text"
TYPES = {
    "timestamp with time zone": INSTANT,
    "timestamp without time zone": WALL,
    "date": DATE,
    "text": TEXT,
    "character varying": TEXT,
}
DAYS_OF_MONTHS = (
    r"(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    r"|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)"
)
TIME_OF_DAY = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
OFFSET = r"(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
ISO = rf"^{DAYS_OF_MONTHS}({TIME_OF_DAY} ?{OFFSET}?)?$"
"""ISO 8601 times of days that exist: a value of another form is NULL, and never an error.

Digits are written [0-9]: the class of digits may hold those of other scripts, which no cast reads.
"""
HAS_OFFSET = rf":[0-5][0-9].*{OFFSET}$"
PARSED = "warehouse_exporter_time"
"""The parsed time, a column of a sub-select of that name: the table may have one of the same."""


def literal(kind: str, zone: ZoneInfo, at: datetime) -> Node:
    """An instant in the type of a column of some kind."""
    if kind == WALL:
        return wall_literal(at.astimezone(zone).replace(tzinfo=None))
    if kind == DATE:
        return words.cast(words.string(at.astimezone(zone).date().isoformat()), "date")
    return words.cast(words.string(at.isoformat(sep=" ")), "timestamptz")


@lru_cache(maxsize=1024)
def spelled(kind: str, zone: ZoneInfo, at: datetime) -> str:
    """The same as text: many tables are asked about the same days."""
    return words.render(literal(kind, zone, at))


@dataclass(frozen=True)
class Clock:
    """A time column: `value` compares with `literal(instant)`; `instant` makes it a timestamptz.

    `change` is a clock change near the instant judged: a time without a zone in the hour that
    clocks repeat, or skip, is then read as the earlier of the two instants that it may be.
    """

    value: Node
    kind: str
    zone: ZoneInfo
    parses: Node | None = None
    change: ClockChange | None = None
    in_place: bool = False

    @classmethod
    def over(
        cls, column: Node, data_type: str, zone: ZoneInfo, change: ClockChange | None = None
    ) -> Clock | None:
        """The clock over a column of `data_type` (the catalogue's name), or None for other types.

        `zone` is where timestamps without a zone, and dates, are at home.
        """
        kind = TYPES.get(data_type)
        if kind is None:
            return None
        if kind == TEXT:
            own = exp.Column(this=words.name(PARSED), table=words.name(PARSED))
            return cls(own, kind, zone, parsed(column, zone, change), change)
        return cls(column, kind, zone, None, change if kind == WALL else None)

    @property
    def is_parsed(self) -> bool:
        """Whether every row's text has to be parsed, which no plain index can help."""
        return self.parses is not None

    def source(self, table: str) -> str:
        """The table, with its text parsed once per row (`words.computed`)."""
        if self.in_place:
            return table
        return words.computed(table, self.parses, PARSED, distributed=False)

    def parsed_in_place(self) -> Clock:
        """The same clock, which parses its text wherever it is read, more than once per row.

        For distributed tables: some statements may not join them with a sub-select.
        """
        if self.parses is None:
            return self
        return replace(self, value=exp.Paren(this=self.parses.copy()), in_place=True)

    def literal(self, at: datetime) -> Node:
        """An instant in the type of the column."""
        return literal(self.kind, self.zone, at)

    def spelled(self, at: datetime) -> str:
        """The same as text."""
        return spelled(self.kind, self.zone, at)

    def instant(self, node: Node) -> Node:
        """A value of this column (or its maximum) as timestamptz; a date is its first instant."""
        if self.kind not in (WALL, DATE):
            return node
        wall = words.cast(node, "timestamp")
        read = at_zone(wall, self.zone)
        if self.change is None:
            return read
        earlier = at_offset(wall, self.change)
        return exp.Case(ifs=[exp.If(this=in_doubt(wall, self.change), true=earlier)], default=read)

    @property
    def infinite(self) -> Node | None:
        """Whether a time is infinite, and so of no day; None for text, where it is no time."""
        if self.is_parsed:
            return None
        ends = [words.cast(words.string(end), self.kind) for end in ("infinity", "-infinity")]
        return words.one_of(self.value, ends)

    @property
    def timeless(self) -> Node:
        """Whether a row is of no day."""
        absent = words.is_null(self.value)
        return absent if self.infinite is None else words.either(absent, self.infinite)

    @property
    def newest(self) -> Node:
        """The newest time as seconds since the epoch; NULL over no row."""
        return words.epoch(self.instant(words.newest_of(self.value)))

    @property
    def oldest(self) -> Node:
        """The oldest time as seconds since the epoch; NULL over no row."""
        return words.epoch(self.instant(words.oldest_of(self.value)))

    def before(self, at: datetime) -> Node:
        """Rows strictly before an instant."""
        if self._all_shown(at):
            return self._of_the_hour_and_before()
        return words.compare(self.value, "<", self.literal(at))

    def since(self, at: datetime) -> Node:
        """Rows from an instant on."""
        return words.compare(self.value, ">=", self.literal(at))

    def until(self, at: datetime) -> Node:
        """Rows up to and including an instant (its whole day, where the column is a date)."""
        if self._all_shown(at):
            return self._of_the_hour_and_before()
        return words.compare(self.value, "<=", self.literal(at))

    def after(self, at: datetime) -> Node:
        """Rows strictly after an instant."""
        if self._all_shown(at):
            return words.negated(self._of_the_hour_and_before())
        return words.compare(self.value, ">", self.literal(at))

    def _all_shown(self, at: datetime) -> bool:
        """Whether clocks repeat an hour at an instant: all its wall times have been shown once."""
        return self.kind == WALL and self.change is not None and self.change.shows_again(at)

    def _of_the_hour_and_before(self) -> Node:
        """Rows up to the end of the repeated hour."""
        assert self.change is not None
        return words.compare(self.value, "<", wall_literal(self.change.high))

    def between(self, low: datetime, high: datetime) -> Node:
        """Rows of the half-open range from `low` to before `high`."""
        return words.all_of(self.since(low), self.before(high))


def at_zone(node: Node, zone: ZoneInfo) -> Node:
    """A timestamp without a zone as the instant at which clocks in `zone` show it."""
    return exp.Paren(this=exp.AtTimeZone(this=node, zone=words.string(zone.key)))


def at_offset(node: Node, change: ClockChange) -> Node:
    """A timestamp without a zone as the earlier instant that it may be."""
    seconds = int(change.offset.total_seconds())
    ahead = exp.Interval(this=words.string(f"{seconds} seconds"))
    return exp.Paren(this=exp.AtTimeZone(this=node.copy(), zone=ahead))


def in_doubt(node: Node, change: ClockChange) -> Node:
    """Whether a timestamp without a zone is of the hour that clocks repeat, or skip."""
    since = words.compare(node, ">=", wall_literal(change.low))
    return words.all_of(since, words.compare(node, "<", wall_literal(change.high)))


def wall_literal(wall: datetime) -> Node:
    """A time on the wall, without a zone."""
    return words.cast(words.string(wall.isoformat(sep=" ")), "timestamp")


def parsed(column: Node, zone: ZoneInfo, change: ClockChange | None = None) -> Node:
    """Text as timestamptz, in `zone` if it has no offset; NULL where it is not an ISO 8601 time."""

    def matches(pattern: str) -> Node:
        return exp.RegexpLike(this=column.copy(), expression=words.string(pattern))

    home = words.string(f" {zone.key}")
    ifs = [exp.If(this=matches(HAS_OFFSET), true=words.string(""))]
    if change is not None:
        wall = words.cast(column.copy(), "timestamp")
        earlier = words.string(f" {offset_text(change)}")
        ifs.append(exp.If(this=in_doubt(wall, change), true=earlier))
    offset = exp.Case(ifs=ifs, default=home)
    whole = words.cast(exp.Paren(this=exp.DPipe(this=column.copy(), expression=offset)), INSTANT)
    return exp.Case(ifs=[exp.If(this=matches(ISO), true=whole)])


def offset_text(change: ClockChange) -> str:
    """How far clocks are ahead of UTC, at the earlier instant: `+02:00`."""
    minutes = int(change.offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
