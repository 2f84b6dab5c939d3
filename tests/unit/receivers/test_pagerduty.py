"""PagerDuty: critical alerts alone, with a key that is a file."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from warehouse_exporter.receivers.base import Audience
from warehouse_exporter.receivers.pagerduty import PagerDuty


def test_only_critical_alerts_page() -> None:
    made = PagerDuty(routing_key_file="/k").everybody()
    assert list(made) == [Audience.CRITICAL]
    (page,) = made[Audience.CRITICAL]["pagerduty_configs"]
    assert page["routing_key_file"] == "/k"
    assert "url" not in page


def test_its_url_may_be_another_but_holds_no_password() -> None:
    made = PagerDuty(routing_key_file="/k", url="https://events.eu.pagerduty.com/v2/enqueue")
    (page,) = made.everybody()[Audience.CRITICAL]["pagerduty_configs"]
    assert page["url"] == "https://events.eu.pagerduty.com/v2/enqueue"
    with pytest.raises(ValidationError, match="without a password"):
        PagerDuty(routing_key_file="/k", url="https://me:secret@pagerduty.example")
