"""How single values are written in the config, and the base model of every section."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    WithJsonSchema,
)

from warehouse_exporter.core import grammar

LONGEST = 24 * grammar.SECONDS["d"]
"""In milliseconds, PostgreSQL keeps a timeout in 31 bits: a little more than that."""
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?: +(\S+))?")
MEMORY = re.compile(r"^([1-9][0-9]{0,9})(kB|MB|GB)$")
KILOBYTES = {"kB": 1, "MB": 1024, "GB": 1024**2}
WAREHOUSE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')


def parse_duration(written: Any) -> float:
    """`60s`, `5m`, `12h`, `1d` in seconds."""
    seconds, shown = grammar.parse_duration(written), str(written).strip()[:40]
    if not seconds:
        raise ValueError(
            f"{written!r} is not a duration: write a number and s, m, h or d, such as 60s"
        )
    if seconds > LONGEST:
        raise ValueError(f"{shown} is too long: write at most 24d")
    if seconds < 0.001:
        raise ValueError(f"{shown} is too short: write at least 0.001s")
    return seconds


def parse_duration_or_off(written: Any) -> float | None:
    """A duration in seconds; None for `off`."""
    if written == "off":
        return None
    try:
        return parse_duration(written)
    except ValueError as error:
        raise ValueError(f"{error}; or `off`") from None


def parse_warehouse_name(written: Any) -> str:
    """The value of the label `warehouse`: it must be valid in every selector and file name."""
    if not isinstance(written, str) or not WAREHOUSE_NAME.fullmatch(written):
        raise ValueError(
            f"{written!r} is not a name of a warehouse: write letters, digits, `_`, `.` and `-`,"
            " at most 63, such as shop-eu"
        )
    return written


def parse_zone(written: Any) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(str(written))
    except (ValueError, OSError, KeyError):
        raise ValueError(
            f"{written!r} is not a time zone: write an IANA name such as UTC or Europe/Berlin"
        ) from None


def parse_time(written: Any) -> dt.time:
    """A time of day such as `06:30`, or `06:30 Europe/Berlin` by the clocks of another zone."""
    found = CLOCK.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f'{written!r} is not a time of day: write it in quotes, such as "06:30"')
    hour, minute, zone = found.groups()
    return dt.time(int(hour), int(minute), tzinfo=parse_zone(zone) if zone else None)


def parse_share(written: Any) -> float:
    """`1%`, `0.5%` as a share of 1."""
    share = grammar.parse_share(written)
    if share is None or share > 1:
        raise ValueError(f"{written!r} is not a share: write a number and %, such as 1%")
    return share


def valid_memory(written: Any) -> str:
    """An amount of memory as PostgreSQL takes it for work_mem."""
    match = MEMORY.match(str(written))
    if match is None:
        raise ValueError(
            f"{written!r} is not an amount of memory: write a number and kB, MB or GB, such as 64MB"
        )
    if not 64 <= int(match.group(1)) * KILOBYTES[match.group(2)] < 2**31:
        raise ValueError(f"{written!r} is out of range: PostgreSQL takes 64kB to 2047GB")
    return str(written)


def parse_relation(written: str) -> tuple[str, ...]:
    """`schema.table` by exact names; a part that holds a dot is put in double quotes."""
    parts, place = [], 0
    while place <= len(written):
        match = PART.match(written, place)
        if match is None or (match.end() < len(written) and written[match.end()] != "."):
            raise ValueError(
                f"{written!r} is not a relation: write schema.table, such as shop.orders"
            )
        parts.append(match.group(1).replace('""', '"') if match.group(1) else match.group(2))
        place = match.end() + 1
    if len(parts) > 2:
        raise ValueError(f"{written!r} has {len(parts)} parts: write schema.table")
    return tuple(parts)


def valid_relation(written: str) -> str:
    """A relation's name that can be taken apart."""
    parse_relation(written)
    return written


def one_or_more(written: Any) -> Any:
    """A list, or a single item as a list of one."""
    if not isinstance(written, str | list | tuple):
        raise ValueError(f"{written!r} is neither a name nor a list of names")
    return [written] if isinstance(written, str) else written


def column_map(written: Any) -> Any:
    """Columns with their types, or a plain list of names."""
    if isinstance(written, list):
        if not all(isinstance(name, str) for name in written):
            raise ValueError("write a list of names, or a mapping of names to types")
        return dict.fromkeys(written)
    return written


def text_like(*examples: str) -> WithJsonSchema:
    """The JSON Schema of a text; its examples show editors and the reference how it is written."""
    return WithJsonSchema({"type": "string", "examples": list(examples)})


Span = Annotated[
    float,
    BeforeValidator(parse_duration),
    text_like("60s", "5m", "12h"),
]
SpanOrOff = Annotated[
    float | None,
    BeforeValidator(parse_duration_or_off),
    text_like("30s", "off"),
]
Share = Annotated[
    float,
    BeforeValidator(parse_share),
    text_like("1%"),
]
Zone = Annotated[
    ZoneInfo,
    BeforeValidator(parse_zone),
    text_like("UTC", "Europe/Berlin"),
]
Memory = Annotated[
    str,
    BeforeValidator(valid_memory),
    WithJsonSchema({"type": "string", "pattern": MEMORY.pattern, "examples": ["64MB"]}),
]
TimeOfDay = Annotated[
    dt.time,
    BeforeValidator(parse_time),
    text_like("06:30", "06:30 Europe/Berlin"),
]
WarehouseName = Annotated[
    str,
    BeforeValidator(parse_warehouse_name),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{WAREHOUSE_NAME.pattern}$", "examples": ["shop-eu"]}
    ),
]
RelationName = Annotated[str, AfterValidator(valid_relation)]
Relations = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Columns = Annotated[
    dict[str, str | None],
    BeforeValidator(column_map),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]


class Spec(BaseModel):
    """A section of the config; unknown keys are rejected."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True
    )
