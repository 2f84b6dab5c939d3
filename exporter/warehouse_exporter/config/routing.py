"""The sections `routing` and `maintenance`: where notifications go, and when they are muted."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from warehouse_exporter.config.values import Names, Spec, Zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT = 24 * 60
TIMES = re.compile(
    r"^\s*([01]?\d|2[0-3]):([0-5]\d)\s+to\s+(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)\s*$"
)
HOST_AND_PORT = re.compile(r"^[^\s:/]+:[0-9]{1,5}$")
Stretch = tuple[int, int]


def items(written: Any) -> list[Any]:
    """A list, or a single item as a list of one."""
    return list(written) if isinstance(written, list | tuple) else [written]


def parse_weekdays(written: Any) -> tuple[int, ...]:
    """`saturday`, `monday to friday`, or a list of such, as numbers from 0 for Monday."""
    days: set[int] = set()
    for one in items(written):
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
    for one in items(written):
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


def open_url(written: str) -> str:
    """A URL without a password: who may read this file may read that."""
    if not re.match(r"^https?://[^\s/@]+(/\S*)?$", written):
        raise ValueError(
            "this must be an http(s) URL without a password: put secrets in files, with url_file"
        )
    return written


def host_and_port(written: str) -> str:
    """`smtp.example.com:587`."""
    if not HOST_AND_PORT.match(written):
        raise ValueError(f"{written!r} is not HOST:PORT, such as smtp.example.com:587")
    return written


ONE_OR_MORE = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)
Weekdays = Annotated[tuple[int, ...], BeforeValidator(parse_weekdays), ONE_OR_MORE]
Times = Annotated[tuple[Stretch, ...], BeforeValidator(parse_times), ONE_OR_MORE]
Url = Annotated[str, AfterValidator(open_url)]


class SlackSpec(Spec):
    """The Slack workspace, and the channels of everybody."""

    api_url_file: str | None = Field(
        None, description="File with the URL of an incoming webhook that may post to any channel."
    )
    token_file: str | None = Field(
        None, description="File with a bot token, instead; the bot posts where it was invited."
    )
    critical: str = Field("#data-alerts", description="Channel of all critical alerts.")
    warning: str = Field("#data-warnings", description="Channel of all warnings.")

    @model_validator(mode="after")
    def has_one_secret(self) -> SlackSpec:
        """The secret comes from one file."""
        if (self.api_url_file is None) == (self.token_file is None):
            raise ValueError("write either `api_url_file` or `token_file`")
        return self


class PagerDutySpec(Spec):
    """Who is paged."""

    routing_key_file: str = Field(description="File with the key of an Events v2 integration.")
    url: Url | None = Field(None, description="URL for events; default: PagerDuty's US region.")


class EmailSpec(Spec):
    """The relay for mail."""

    smarthost: Annotated[str, AfterValidator(host_and_port)] = Field(description="HOST:PORT.")
    sender: str = Field(alias="from", description="Sender's address.")
    username: str | None = Field(None, description="User name; needs `password_file`.")
    password_file: str | None = Field(None, description="File with the password.")
    require_tls: bool = Field(True, description="Whether the relay must offer STARTTLS.")
    to: str | None = Field(
        None, description="Shared address: gets everything that has no Slack channel."
    )

    @model_validator(mode="after")
    def logs_in_with_both(self) -> EmailSpec:
        """A name goes with a password."""
        if (self.username is None) != (self.password_file is None):
            raise ValueError("`username` and `password_file` go together")
        return self


class WebhookSpec(Spec):
    """A webhook that takes Alertmanager's JSON."""

    url: Url | None = Field(None, description="URL, if it is not a secret.")
    url_file: str | None = Field(
        None, description="File with the URL, if it is a secret; needs Alertmanager 0.26."
    )
    token_file: str | None = Field(None, description="File with a token sent as Bearer.")

    @model_validator(mode="after")
    def has_one_address(self) -> WebhookSpec:
        """The URL comes from one place."""
        if (self.url is None) == (self.url_file is None):
            raise ValueError("write either `url` or `url_file`")
        return self


class RoutingSpec(Spec):
    """Where Alertmanager sends notifications; secrets are paths as Alertmanager sees them."""

    slack: SlackSpec | None = Field(None, description="Channels for critical and warning.")
    pagerduty: PagerDutySpec | None = Field(None, description="Pages for critical.")
    email: EmailSpec | None = Field(None, description="E-mail, for alerts without a channel.")
    observability: WebhookSpec | None = Field(None, description="Webhook for info.")
    dead_mans_switch: WebhookSpec | None = Field(
        None, description="Webhook that gets a heartbeat every minute, and alerts when it stops."
    )

    @model_validator(mode="after")
    def reaches_somebody(self) -> RoutingSpec:
        """An alert without an owner, or of unknown severity, reaches somebody."""
        if self.slack is None and (self.email is None or self.email.to is None):
            raise ValueError(
                "an alert without an owner would reach nobody: add `slack`, or `to` under `email`"
            )
        return self


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
