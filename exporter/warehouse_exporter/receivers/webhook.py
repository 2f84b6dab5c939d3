"""Webhooks that take Alertmanager's own JSON: one for info, one for the heartbeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, model_validator

from warehouse_exporter.receivers.base import Audience, Configs, Receiver, Url


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
    """A webhook that takes Alertmanager's JSON."""

    name: ClassVar[str] = "dead_mans_switch"
    about: ClassVar[str] = "Webhook that gets a heartbeat every minute, and alerts when it stops."

    def everybody(self) -> Mapping[Audience, Configs]:
        """The heartbeat alone: it must never be sent that the heartbeat is over."""
        return {Audience.HEARTBEAT: self.post(resolved=False)}
