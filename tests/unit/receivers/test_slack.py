"""Slack: a webhook or a bot, two channels for everybody, and one of each owner."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from warehouse_exporter.receivers.base import Audience
from warehouse_exporter.receivers.slack import SLACK_API, Slack


def test_critical_and_warning_have_a_channel_each() -> None:
    slack = Slack(api_url_file="/s", critical="#c", warning="#w")
    channels = {to: made["slack_configs"][0]["channel"] for to, made in slack.everybody().items()}
    assert channels == {Audience.UNROUTED: "#c", Audience.CRITICAL: "#c", Audience.WARNING: "#w"}
    assert slack.shared() == {"slack_api_url_file": "/s"}


def test_a_bot_sends_its_token_with_each_message() -> None:
    slack = Slack(token_file="/t")
    (message,) = slack.owner("#growth")["slack_configs"]
    assert message["channel"] == "#growth"
    assert message["http_config"]["authorization"]["credentials_file"] == "/t"
    assert slack.shared() == {"slack_api_url": SLACK_API}


@pytest.mark.parametrize("files", [{}, {"api_url_file": "/s", "token_file": "/t"}])
def test_it_needs_one_secret(files: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="either `api_url_file` or `token_file`"):
        Slack.model_validate(files)
