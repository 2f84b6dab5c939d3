"""The sections `routing` and `maintenance`: where notifications go, and when they are muted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, create_model, model_validator

from warehouse_exporter.config.values import Names, Spec, Zone
from warehouse_exporter.core.grammar import listed
from warehouse_exporter.receivers import all_receivers, personal
from warehouse_exporter.receivers.base import Audience, Receiver

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT = 24 * 60
TIMES = re.compile(
    r"^\s*([01]?\d|2[0-3]):([0-5]\d)\s+to\s+(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)\s*$"
)
Stretch = tuple[int, int]
Routing = Mapping[str, Receiver]
"""The receivers of a config by their names, fallbacks last."""


def parse_weekdays(written: Any) -> tuple[int, ...]:
    """`saturday`, `monday to friday`, or a list of such, as numbers from 0 for Monday."""
    days: set[int] = set()
    for one in listed(written):
        first, _, last = (part.strip() for part in str(one).lower().partition(" to "))
        ends = [first, last or first]
        if any(end not in WEEKDAYS for end in ends):
            raise ValueError(f"{one!r} is not a weekday: write sunday, or monday to friday")
        begin, end = map(WEEKDAYS.index, ends)
        days.update((begin + n) % 7 for n in range((end - begin) % 7 + 1))
    return tuple(sorted(days))


def parse_times(written: Any) -> tuple[Stretch, ...]:
    """`02:00 to 03:30`, or a list of such, in minutes; one that ends earlier ends the next day."""
    found = []
    for one in listed(written):
        match = TIMES.fullmatch(one) if isinstance(one, str) else None
        if match is None:
            raise ValueError(
                f'{one!r} is not a time range: write it in quotes, such as "02:00 to 03:30"'
            )
        hour, minute, until, past = match.groups()
        start = 60 * int(hour) + int(minute)
        end = MIDNIGHT if until is None else 60 * int(until) + int(past)
        if start == end:
            raise ValueError(f"{one!r} is empty: for a whole day, leave `times` out")
        found.append((start, end or MIDNIGHT))
    return tuple(found)


ONE_OR_MORE = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)
Weekdays = Annotated[tuple[int, ...], BeforeValidator(parse_weekdays), ONE_OR_MORE]
Times = Annotated[tuple[Stretch, ...], BeforeValidator(parse_times), ONE_OR_MORE]


class RoutingSpec(Spec):
    """Where Alertmanager sends notifications; secrets are paths as Alertmanager sees them."""

    def receivers(self) -> Routing:
        """The receivers that are configured, by their names."""
        found = {name: getattr(self, name, None) for name in all_receivers()}
        return {name: one for name, one in found.items() if one is not None}

    @model_validator(mode="after")
    def reaches_somebody(self) -> RoutingSpec:
        """An alert without an owner, or of unknown severity, reaches somebody."""
        if not any(Audience.UNROUTED in one.everybody() for one in self.receivers().values()):
            ways = [one.how_to_reach_all for one in all_receivers().values()]
            add = ", or ".join(way for way in ways if way)
            raise ValueError(f"an alert without an owner would reach nobody: add {add}")
        return self


@cache
def routing_spec() -> type[RoutingSpec]:
    """The model of `routing`: one optional field per receiver."""
    fields: dict[str, Any] = {
        name: (one | None, Field(None, description=one.about))
        for name, one in all_receivers().items()
    }
    return create_model("Routing", __base__=RoutingSpec, __doc__=RoutingSpec.__doc__, **fields)


@cache
def owner_spec() -> type[Spec]:
    """The model of an owner: one optional address per receiver that can reach a single owner."""
    fields: dict[str, Any] = {
        name: (str | None, Field(None, description=one.owner_address))
        for name, one in personal().items()
    }
    return create_model("Owner", __base__=Spec, __doc__="How to reach an owner.", **fields)


class MaintenanceSpec(Spec):
    """A weekly maintenance window, for some datasets or all."""

    datasets: Names = Field((), description="Datasets it applies to; default: all.")
    weekdays: Weekdays = Field(
        (), description="Days such as sunday, or monday to friday; default: every day."
    )
    times: Times = Field((), description="Such as 02:00 to 03:30; default: the whole day.")
    timezone: Zone | None = Field(None, description="Time zone; default: the warehouse's.")

    @model_validator(mode="after")
    def ends(self) -> MaintenanceSpec:
        """It does not last for ever."""
        if not self.times and len(self.weekdays) in (0, len(WEEKDAYS)):
            raise ValueError("it would never end: write `weekdays`, `times`, or both")
        return self
