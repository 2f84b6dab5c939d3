"""Opsgenie: critical alerts alone."""

from __future__ import annotations

from warehouse_exporter.receivers import all_receivers
from warehouse_exporter.receivers.base import Audience


def test_only_critical_alerts_page() -> None:
    made = all_receivers()["opsgenie"].model_validate({"api_key_file": "/k"}).everybody()
    assert list(made) == [Audience.CRITICAL]
    (page,) = made[Audience.CRITICAL]["opsgenie_configs"]
    assert page["api_key_file"] == "/k"
