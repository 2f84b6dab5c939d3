"""Messages in Slack, by an incoming webhook or a bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, model_validator

from warehouse_exporter.receivers.base import Audience, Configs, Receiver, template

SLACK_API = "https://slack.com/api/chat.postMessage"
"""Where a bot posts; an incoming webhook has a URL of its own."""


class Slack(Receiver):
    """The Slack workspace, and the channels of everybody."""

    name: ClassVar[str] = "slack"
    about: ClassVar[str] = "Channels for critical and warning."
    owner_address: ClassVar[str] = "Channel for warnings, such as '#growth-data'."
    how_to_reach_all: ClassVar[str] = "`slack`"

    api_url_file: str | None = Field(
        None, description="File with the URL of an incoming webhook that may post to any channel."
    )
    token_file: str | None = Field(
        None, description="File with a bot token, instead; the bot posts where it was invited."
    )
    critical: str = Field("#data-alerts", description="Channel of all critical alerts.")
    warning: str = Field("#data-warnings", description="Channel of all warnings.")

    @model_validator(mode="after")
    def has_one_secret(self) -> Slack:
        """The secret comes from one file."""
        if (self.api_url_file is None) == (self.token_file is None):
            raise ValueError("write either `api_url_file` or `token_file`")
        return self

    def everybody(self) -> Mapping[Audience, Configs]:
        critical = self.owner(self.critical)
        return {
            Audience.UNROUTED: critical,
            Audience.CRITICAL: critical,
            Audience.WARNING: self.owner(self.warning),
        }

    def owner(self, address: str) -> Configs:
        """A message to a channel, and another one when the alert resolves."""
        found: dict[str, Any] = {
            "send_resolved": True,
            "channel": address,
            "color": template("slack.color"),
            "title": template("title"),
            "title_link": template("link"),
            "fallback": template("title"),
            "text": template("slack.text"),
            "footer": template("slack.footer"),
        }
        if self.token_file:
            found["http_config"] = {"authorization": {"credentials_file": self.token_file}}
        return {"slack_configs": [found]}

    def shared(self) -> Mapping[str, Any]:
        if self.api_url_file:
            return {"slack_api_url_file": self.api_url_file}
        return {"slack_api_url": SLACK_API}
