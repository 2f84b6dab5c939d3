"""What the parameters of kinds are made of: expressions, windows, durations, limits."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)

from warehouse_exporter.core import grammar
from warehouse_exporter.core.calendar import WINDOW
from warehouse_exporter.core.limits import Limit
from warehouse_exporter.sql import expressions


def valid_expression(text: str) -> str:
    """An allowed SQL expression; the ValueError says why another is not."""
    expressions.parse(text)
    return text


def valid_window(text: str) -> str:
    """`day`, `open`, `today`, `all` or a number of days such as `7d`."""
    if not WINDOW.match(text):
        raise ValueError(f"{text!r} is not a window: write day, open, today, all, or 7d")
    return text


def valid_duration(text: str) -> str:
    """A whole number and its unit, such as `10m`, of at most `LONGEST`."""
    seconds = grammar.parse_duration(text) if grammar.WHOLE_DURATION.fullmatch(text) else None
    if seconds is None:
        raise ValueError(
            f"{text!r} is not a duration: write a number and s, m, h or d, such as 10m"
        )
    if seconds > LONGEST:
        raise ValueError(f"{text[:40]} is too long: write at most 30d")
    return text


def parse_limits(written: Any) -> tuple[Limit, ...]:
    """One limit, or a list of limits of which any may be breached."""
    texts = grammar.listed(written)
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{written!r} is not a limit: write it in quotes, such as '> 5%'")
    return tuple(Limit.parse(text) for text in texts)


LONGEST = 30 * grammar.SECONDS["d"]
"""An alert that waits, or goes on, for longer says nothing."""
LIMIT_SCHEMA: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
    "description": "A breach: '> 5%', '> 12h', '> 10 rows', '< 100'. In a list, any of them.",
}
Expression = Annotated[str, AfterValidator(valid_expression)]
Window = Annotated[str, AfterValidator(valid_window)]
Limits = Annotated[tuple[Limit, ...], BeforeValidator(parse_limits), WithJsonSchema(LIMIT_SCHEMA)]
Name = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=63)]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Duration = Annotated[
    str,
    AfterValidator(valid_duration),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+(s|m|h|d)$"}),
]


class Part(BaseModel):
    """A group of a kind's parameters, such as the other dataset it compares with."""

    model_config = ConfigDict(frozen=True, extra="forbid")
