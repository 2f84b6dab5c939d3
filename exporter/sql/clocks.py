"""A time column of any type as something that can be bounded and read as an instant.

Bounds are put on the bare column, in the column's own type, so that an index can answer; only text
has to be parsed row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlglot import exp

from exporter.sql import words
from exporter.sql.words import Node

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


@dataclass(frozen=True)
class Clock:
    """A time column: `value` compares with `literal(instant)`; `instant` makes it a timestamptz."""

    value: Node
    kind: str
    zone: ZoneInfo
    parses: Node | None = None

    @classmethod
    def over(cls, column: Node, data_type: str, zone: ZoneInfo) -> Clock | None:
        """The clock over a column of `data_type` (the catalogue's name), or None if it is no time.

        `zone` is where timestamps without a zone, and dates, are at home.
        """
        kind = TYPES.get(data_type)
        if kind is None:
            return None
        if kind == TEXT:
            return cls(words.column(PARSED), kind, zone, parsed(column, zone))
        return cls(column, kind, zone)

    @property
    def is_parsed(self) -> bool:
        """Whether every row's text has to be parsed, which no plain index can help."""
        return self.parses is not None

    def source(self, table: str) -> str:
        """The table, with its text parsed once per row (OFFSET 0 keeps it from being repeated)."""
        if self.parses is None:
            return table
        expression = words.render(self.parses)
        return f"{table} CROSS JOIN LATERAL (SELECT {expression} AS {PARSED} OFFSET 0) AS {PARSED}"

    def literal(self, at: datetime) -> Node:
        """An instant in the type of the column."""
        if self.kind == WALL:
            wall = at.astimezone(self.zone).replace(tzinfo=None)
            return words.cast(words.string(wall.isoformat(sep=" ")), "timestamp")
        if self.kind == DATE:
            return words.cast(words.string(at.astimezone(self.zone).date().isoformat()), "date")
        return words.cast(words.string(at.isoformat(sep=" ")), "timestamptz")

    def instant(self, node: Node) -> Node:
        """A value of this column (or its maximum) as timestamptz; a date is its first instant."""
        if self.kind in (WALL, DATE):
            return at_zone(words.cast(node, "timestamp"), self.zone)
        return node

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
        return words.compare(self.value, "<", self.literal(at))

    def since(self, at: datetime) -> Node:
        """Rows from an instant on."""
        return words.compare(self.value, ">=", self.literal(at))

    def until(self, at: datetime) -> Node:
        """Rows up to and including an instant (its whole day, where the column is a date)."""
        return words.compare(self.value, "<=", self.literal(at))

    def after(self, at: datetime) -> Node:
        """Rows strictly after an instant."""
        return words.compare(self.value, ">", self.literal(at))

    def between(self, low: datetime, high: datetime) -> Node:
        """Rows of the half-open range from `low` to before `high`."""
        return words.all_of(self.since(low), self.before(high))


def at_zone(node: Node, zone: ZoneInfo) -> Node:
    """A timestamp without a zone as the instant at which clocks in `zone` show it."""
    return exp.Paren(this=exp.AtTimeZone(this=node, zone=words.string(zone.key)))


def parsed(column: Node, zone: ZoneInfo) -> Node:
    """Text as timestamptz, in `zone` if it has no offset; NULL where it is no ISO 8601 time."""

    def matches(pattern: str) -> Node:
        return exp.RegexpLike(this=column.copy(), expression=words.string(pattern))

    home = words.string(f" {zone.key}")
    offset = exp.Case(ifs=[exp.If(this=matches(HAS_OFFSET), true=words.string(""))], default=home)
    whole = words.cast(exp.Paren(this=exp.DPipe(this=column.copy(), expression=offset)), INSTANT)
    return exp.Case(ifs=[exp.If(this=matches(ISO), true=whole)])
