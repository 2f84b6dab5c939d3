"""Values of a list as values of a column's type, which may be written in several ways.

They are read here, so that one that is no such value is left out, and never fails a statement.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from ipaddress import ip_interface
from uuid import UUID
from zoneinfo import ZoneInfo

from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

AMBIGUOUS = (
    "interval", "bytea", "money", "time with time zone", "macaddr", "macaddr8", "json", "jsonb",
    "xml", "hstore", "point", "tsvector",
)  # fmt: skip
"""Types whose values have several spellings, and none that is read here."""
ENDS = ("infinity", "-infinity")


def is_ambiguous(column_type: str) -> bool:
    """Whether a list of texts cannot say which values of a type it means."""
    several = column_type.endswith(("[]", "range"))
    return several or column_type in AMBIGUOUS


def typed(text: str, column_type: str, zone: ZoneInfo) -> Node | None:
    """A text as a value of a type of `READERS`; None where it is none. Times are of `zone`."""
    to, read = READERS[column_type]
    try:
        return words.cast(words.string(read(text.strip(), zone)), to)
    except ValueError:
        return None


def as_uuid(text: str, zone: ZoneInfo) -> str:
    """An id, in any spelling."""
    return str(UUID(text))


def as_address(text: str, zone: ZoneInfo) -> str:
    """An address with its network; without one it is a single address."""
    if "%" in text:
        raise ValueError("an address with a zone is none that a column can hold")
    return str(ip_interface(text))


def as_date(text: str, zone: ZoneInfo) -> str:
    """A day, as ISO 8601 has it."""
    return text if text in ENDS else date.fromisoformat(text).isoformat()


def as_time(text: str, zone: ZoneInfo) -> str:
    """A time of day."""
    return time.fromisoformat(text).replace(tzinfo=None).isoformat()


def as_wall(text: str, zone: ZoneInfo) -> str:
    """A time without a zone."""
    if text in ENDS:
        return text
    return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(sep=" ")


def as_instant(text: str, zone: ZoneInfo) -> str:
    """A time with an offset; without one it is of the dataset's zone."""
    if text in ENDS:
        return text
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=zone)).isoformat(sep=" ")


READERS: dict[str, tuple[str, Callable[[str, ZoneInfo], str]]] = {
    "uuid": ("uuid", as_uuid),
    "inet": ("inet", as_address),
    "cidr": ("inet", as_address),
    "date": ("date", as_date),
    "time without time zone": ("time", as_time),
    "timestamp without time zone": ("timestamp", as_wall),
    "timestamp with time zone": ("timestamptz", as_instant),
}
"""Column type -> the type in which values are compared, and what reads one."""
