"""Webhooks: one for info, with Alertmanager's own JSON, and one for the heartbeat.

The heartbeat must stop when messages can no longer be written. A webhook of Alertmanager uses no
template; so the heartbeat is an event like those to PagerDuty, with the texts of every message. Its
service only counts what arrives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, model_validator

from warehouse_exporter.receivers.base import Audience, Configs, Receiver, Url, template
from warehouse_exporter.receivers.pagerduty import PagerDuty

BEAT = "heartbeat"
"""What stands in place of a key of PagerDuty."""


class Webhook(Receiver):
    """A webhook that takes Alertmanager's JSON."""

    url: Url | None = Field(None, description="URL, if it is not a secret.")
    url_file: str | None = Field(
        None, description="File with the URL, if it is a secret; needs Alertmanager 0.26."
    )
    token_file: str | None = Field(None, description="File with a token sent as Bearer.")

    @model_validator(mode="after")
    def has_one_address(self) -> Webhook:
        """The URL comes from one place."""
        if (self.url is None) == (self.url_file is None):
            raise ValueError("write either `url` or `url_file`")
        return self

    def post(self, *, resolved: bool) -> Configs:
        """A POST, and another one when the alert resolves."""
        found: dict[str, Any] = {"send_resolved": resolved}
        found.update(self.model_dump(include={"url", "url_file"}, exclude_none=True))
        if self.token_file:
            found["http_config"] = {"authorization": {"credentials_file": self.token_file}}
        return {"webhook_configs": [found]}


class Observability(Webhook):
    """A webhook that takes Alertmanager's JSON."""

    name: ClassVar[str] = "observability"
    about: ClassVar[str] = "Webhook for info."

    def everybody(self) -> Mapping[Audience, Configs]:
        return {Audience.INFO: self.post(resolved=True)}


class DeadMansSwitch(Webhook):
    """A webhook for JSON: a page as PagerDuty gets it; with `url_file`, that of Alertmanager."""

    name: ClassVar[str] = "dead_mans_switch"
    about: ClassVar[str] = "Webhook that gets a heartbeat every minute, and alerts when it stops."

    def everybody(self) -> Mapping[Audience, Configs]:
        """The heartbeat alone: it must never be sent that the heartbeat is over."""
        plain = self.post(resolved=False)
        if self.url is None:  # only a webhook reads its address from a file
            return {Audience.HEARTBEAT: plain}
        (post,), page = plain["webhook_configs"], dict(event())
        del page["routing_key_file"]
        return {Audience.HEARTBEAT: {"pagerduty_configs": [{**page, "routing_key": BEAT, **post}]}}


def event() -> Mapping[str, Any]:
    """A page, with the texts of mails and Slack as well."""
    (page,) = PagerDuty(routing_key_file=BEAT).everybody()[Audience.CRITICAL]["pagerduty_configs"]
    others = {name.partition(".")[0]: template(name) for name in ("slack.text", "email.text")}
    return {**page, "details": {**page["details"], **others}}


def without_templates(receiver: Mapping[str, Any]) -> Mapping[str, Any]:
    """A receiver for formats in which the key of an event must be a secret: a plain webhook."""
    ways = receiver.get("pagerduty_configs", [])
    beats = [way for way in ways if way.get("routing_key") == BEAT]
    if not beats:
        return receiver
    kept = ("send_resolved", "url", "http_config")
    plain = [{key: way[key] for key in kept if key in way} for way in beats]
    others = {key: value for key, value in receiver.items() if key != "pagerduty_configs"}
    return {**others, "webhook_configs": plain}
