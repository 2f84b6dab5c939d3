"""Webhooks: one for info, one for the heartbeat, which never hears that it is over."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from warehouse_exporter.receivers.base import Audience
from warehouse_exporter.receivers.webhook import DeadMansSwitch, Observability


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


def test_it_needs_one_address() -> None:
    with pytest.raises(ValidationError, match="either `url` or `url_file`"):
        Observability()
