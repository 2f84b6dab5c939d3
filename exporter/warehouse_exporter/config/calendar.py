"""The `calendar` section: known events and holidays, on which the past is a bad example."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from warehouse_exporter.config.holidays import holidays_of
from warehouse_exporter.config.routing import Weekdays
from warehouse_exporter.core.calendar import LAST, Event
from warehouse_exporter.core.grammar import listed

Span = tuple[dt.date, dt.date]
ONE_OF = ("days", "weekdays", "month_days", "country")
MONTH = 31
MONTH_DAY = "write a day of the month from 1 to 31, or last"
HOW = "write a date such as 2026-11-27, or two such as 2026-12-24 to 2026-12-26"


def parse_day(written: str) -> dt.date:
    """A day as `2026-11-27`."""
    try:
        return dt.datetime.strptime(written.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"{written!r} is not a day: {HOW}") from None


def parse_span(written: Any) -> Span:
    """A day, or the first and the last of a range."""
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is not a day: {HOW}")
    first, _, last = written.partition(" to ")
    span = parse_day(first), parse_day(last or first)
    if span[1] < span[0]:
        raise ValueError(f"{written!r} ends before it begins")
    return span


def parse_spans(written: Any) -> tuple[Span, ...]:
    """A list of days and ranges, or a single one."""
    spans = tuple(parse_span(one) for one in listed(written))
    if not spans:
        raise ValueError(f"names no day: {HOW}")
    return spans


def parse_month_days(written: Any) -> tuple[int, ...]:
    """`1`, `last`, or a list of such: numbers in order, the last day at the end."""
    days = tuple(listed(written))
    for one in days:
        number = int(one) if isinstance(one, str) and one.isdecimal() else one
        if number != "last" and (type(number) is not int or not 1 <= number <= MONTH):
            raise ValueError(f"{one!r}: {MONTH_DAY}")
    if not days:
        raise ValueError(f"names no day: {MONTH_DAY}")
    return tuple(sorted({LAST if one == "last" else int(one) for one in days}, key=late))


def late(day: int) -> int:
    """The place of a day in a month."""
    return day or MONTH + 1


def names(written: Any) -> Any:
    """A list of names, or a single one."""
    return [written] if isinstance(written, str) else written


def code(written: Any) -> Any:
    """A code as it is written; a number is the code of some subdivisions."""
    return str(written) if type(written) is int else written


ONE_OR_MORE: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
}
Spans = Annotated[tuple[Span, ...], BeforeValidator(parse_spans), WithJsonSchema(ONE_OR_MORE)]
NUMBER: dict[str, Any] = {"anyOf": [{"type": "integer"}, {"const": "last"}]}
MONTH_DAYS: dict[str, Any] = {"anyOf": [*NUMBER["anyOf"], {"type": "array", "items": NUMBER}]}
MonthDays = Annotated[
    tuple[int, ...], BeforeValidator(parse_month_days), WithJsonSchema(MONTH_DAYS)
]
Code = Annotated[str, BeforeValidator(code)]
Named = Annotated[tuple[str, ...], BeforeValidator(names), WithJsonSchema(ONE_OR_MORE)]


def may_be_a_country(schema: dict[str, Any]) -> None:
    """Let editors take a country in the place of an event."""
    schema["additionalProperties"] = {"anyOf": [schema["additionalProperties"], {"type": "string"}]}


class EventSpec(BaseModel):
    """A known event or holiday: baselines skip its days, and a rise on them is not judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: Spans = Field(
        (), description="Days such as 2026-11-27, and ranges such as 2026-12-24 to 2026-12-26."
    )
    weekdays: Weekdays = Field(
        (), description="Instead: weekdays, such as saturday, or saturday to sunday."
    )
    month_days: MonthDays = Field(
        (), description="Instead: days of every month, such as 1, or [15, last]."
    )
    country: Code | None = Field(
        None,
        description="Instead: the public holidays of a country, by its ISO code, such as DE."
        " Needs the extra `holidays`.",
    )
    subdivision: Code | None = Field(
        None, description="With country: a state or region of it by its ISO code, such as BY."
    )
    datasets: Named = Field((), description="Datasets it applies to; default: all.")
    metrics: Named = Field((), description="Metrics it applies to; default: all.")
    falls: Literal["judged", "silent"] | None = Field(
        None,
        description="judged: a fall on these days fires, a rise does not. silent: nothing is"
        " expected on these days, by any check. Default: silent with country, otherwise judged.",
    )

    @model_validator(mode="before")
    @classmethod
    def of_a_country(cls, written: Any) -> Any:
        """`DE` in the place of a mapping."""
        return {"country": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def names_days(self) -> EventSpec:
        """It is on days, weekdays, days of each month, or the holidays of a country."""
        given = [key for key in ONE_OF if getattr(self, key)]
        if len(given) > 1:
            raise ValueError(
                f"`{given[0]}` and `{given[1]}` are two events: write one of them here"
            )
        if self.subdivision and not self.country:
            raise ValueError("`subdivision` needs `country`, such as DE")
        if not given:
            raise ValueError(
                "names no day: write `days: 2026-11-27`, or `weekdays: saturday to sunday`,"
                " or `month_days: last`, or `country: DE`"
            )
        if self.country:
            holidays_of(self.country, self.subdivision)
        return self

    def event(self, name: str) -> Event:
        """The same, under its name."""
        silent = (self.falls or ("silent" if self.country else "judged")) == "silent"
        holidays = holidays_of(self.country, self.subdivision) if self.country else None
        return Event(
            name, self.days, self.datasets, self.metrics, silent, self.weekdays, holidays,
            self.month_days,
        )  # fmt: skip
