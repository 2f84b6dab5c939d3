"""`accept:` of a check: a known finding, until when it is accepted, and up to which number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from warehouse_exporter.core.bounds import plain
from warehouse_exporter.core.limits import Condition, Limit, Term
from warehouse_exporter.kinds.shared.fields import Part

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LATEST = date(9999, 12, 31) - timedelta(days=7)
"""The day after it must be a day in every time zone."""
LONGEST = 300
HOW = "write a day such as 2026-12-24"
NUMBER = re.compile(r"[+-]?[0-9]")


def parse_until(written: Any) -> date:
    """A day. Raises ValueError, also for a time of day and for a date that there is not."""
    text = str(written).strip()
    if isinstance(written, bool) or not DAY.fullmatch(text):
        raise ValueError(f"{written!r} is not a day: {HOW}")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no day {text}: {HOW}") from None
    if day > LATEST:
        raise ValueError(f"{text} never comes: write the day by which it will be repaired")
    return day


def valid_reason(text: str) -> str:
    """A reason that says something, on one line."""
    found = plain(text, LONGEST).strip()
    if not found:
        raise ValueError("is empty: say why the finding is accepted")
    return found


def parse_number(written: Any) -> str:
    """The accepted number as text, with its unit."""
    text = str(written).strip()
    if isinstance(written, bool | dict | list) or not NUMBER.match(text):
        raise ValueError(
            f"{written!r} is not a number: write the number alone, with the unit of the limit,"
            " such as 8%, 36h or 120"
        )
    return text


Until = Annotated[
    date, BeforeValidator(parse_until), WithJsonSchema({"type": "string", "format": "date",
                                                        "examples": ["2026-12-24"]})
]  # fmt: skip
Reason = Annotated[str, Field(max_length=LONGEST), AfterValidator(valid_reason)]
UpTo = Annotated[
    str, BeforeValidator(parse_number),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}], "examples": ["8%", "120"]}),
]  # fmt: skip


class Acceptance(Part):
    """A known finding: shown as accepted, and silent until the day is over."""

    until: Until = Field(
        description="Last day on which it notifies nobody, in the warehouse's time zone."
    )
    reason: Reason = Field(description="Why it is accepted, for those who see it.")
    up_to: UpTo | None = Field(
        None,
        description="The accepted number, in the unit of the limits, such as 8%, 36h or 120; of"
        " `anomaly` the accepted change, such as 40%. Beyond it a finding notifies at once;"
        " default: it notifies nobody, whatever the number.",
    )


def beyond_number(text: str, limits: Iterable[Limit], term: Callable[[Limit], Term]) -> Condition:
    """When a number is beyond the accepted one, in the direction of the limits.

    Raises ValueError where that has no meaning.
    """
    limits = tuple(limits)
    directions = {limit.op[0] for limit in limits}
    if not limits or not directions <= {"<", ">"}:
        raise ValueError("`up_to` needs a limit with > or <")
    if len(directions) > 1:
        raise ValueError(
            "`up_to` has no direction with limits in both: write two checks, one for each"
        )
    (op,) = directions
    accepted = term(Limit.parse(f"{op} {text}"))
    for limit in limits:
        if limit.unit is accepted.limit.unit and accepts_nothing(accepted.limit, limit):
            raise ValueError(
                f"`up_to: {text}` accepts nothing: the limit is {limit.text!r}; write the number"
                " that is found now, or a little more"
            )
    return Condition.any_of(accepted)


def accepts_nothing(accepted: Limit, limit: Limit) -> bool:
    """Whether no number in breach of a limit is within what is accepted."""
    if accepted.bound == limit.bound:
        return len(limit.op) == 1
    if accepted.op == ">":
        return accepted.bound < limit.bound
    return accepted.bound > limit.bound
