"""Webhooks: one for info, one for the heartbeat, which never hears that it is over."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from warehouse_exporter.receivers.base import Audience
from warehouse_exporter.receivers.pagerduty import PagerDuty
from warehouse_exporter.receivers.webhook import DeadMansSwitch, Observability, without_templates


def test_info_goes_to_observability() -> None:
    made = Observability(url="https://hooks.example/x", token_file="/t").everybody()
    (post,) = made[Audience.INFO]["webhook_configs"]
    assert post == {
        "send_resolved": True,
        "url": "https://hooks.example/x",
        "http_config": {"authorization": {"credentials_file": "/t"}},
    }


def test_the_heartbeat_never_resolves() -> None:
    made = DeadMansSwitch(url_file="/u").everybody()
    assert made == {
        Audience.HEARTBEAT: {"webhook_configs": [{"send_resolved": False, "url_file": "/u"}]}
    }


def test_the_heartbeat_has_the_texts_of_a_page() -> None:
    made = DeadMansSwitch(url="https://beat.example/x", token_file="/t").everybody()
    (beat,) = made[Audience.HEARTBEAT]["pagerduty_configs"]
    (page,) = PagerDuty(routing_key_file="/k").everybody()[Audience.CRITICAL]["pagerduty_configs"]
    assert beat["description"] == page["description"]
    assert beat["details"].items() > page["details"].items()
    assert not beat["send_resolved"]
    assert beat["http_config"] == {"authorization": {"credentials_file": "/t"}}
    assert without_templates({"name": "b", "pagerduty_configs": [beat]}) == {
        "name": "b",
        "webhook_configs": [
            {
                "send_resolved": False,
                "url": "https://beat.example/x",
                "http_config": {"authorization": {"credentials_file": "/t"}},
            }
        ],
    }
    assert without_templates({"name": "c", "pagerduty_configs": [page]})["pagerduty_configs"]


def test_it_needs_one_address() -> None:
    with pytest.raises(ValidationError, match="either `url` or `url_file`"):
        Observability()
