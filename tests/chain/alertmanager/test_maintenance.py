"""Maintenance windows: how they are written for Alertmanager, and that nobody is told in them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse_exporter.alerting.routes.maintenance import intervals

from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.alertmanager.shipped import alert, fire
from tests.chain.e2e.servers import AlertmanagerServer
from tests.support.programs import needs

VOLUME = "WarehouseVolumeOutOfBounds"
ALWAYS = '"00:00 to 24:00"'


def written(window: str) -> list[Any]:
    """The intervals of one window."""
    (found,) = intervals(shipped.config(f"maintenance: {{rebuild: {window}}}\n"))
    assert found["name"] == "rebuild"
    return list(found["time_intervals"])


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (
            '{times: "2:00 to 03:30", timezone: Europe/Berlin}',
            [{"times": [("02:00", "03:30")], "location": "Europe/Berlin"}],
        ),
        (
            '{times: ["02:00 to 03:00", "14:00 to 24:00"], weekdays: sunday}',
            [
                {"times": [("02:00", "03:00")], "weekdays": ["sunday"], "location": "UTC"},
                {"times": [("14:00", "24:00")], "weekdays": ["sunday"], "location": "UTC"},
            ],
        ),
        (
            "{weekdays: [saturday to monday, Wednesday]}",
            [{"weekdays": ["monday", "wednesday", "saturday", "sunday"], "location": "UTC"}],
        ),
        (
            '{times: "22:30 to 01:00", weekdays: [friday, sunday]}',
            [
                {"times": [("22:30", "24:00")], "weekdays": ["friday", "sunday"],
                 "location": "UTC"},
                {"times": [("00:00", "01:00")], "weekdays": ["monday", "saturday"],
                 "location": "UTC"},
            ],
        ),
        ('{times: "22:30 to 00:00"}', [{"times": [("22:30", "24:00")], "location": "UTC"}]),
    ],
)  # fmt: skip
def test_a_window_is_intervals_of_a_week(window: str, expected: list[dict[str, Any]]) -> None:
    for interval in expected:
        if "times" in interval:
            ((start, end),) = interval["times"]
            interval["times"] = [{"start_time": start, "end_time": end}]
    assert written(window) == expected


def test_the_root_and_the_heartbeat_are_never_silent() -> None:
    more = (
        f"maintenance: {{all: {{times: {ALWAYS}}}, one: {{datasets: orders, times: {ALWAYS}}}}}\n"
    )
    root = yaml.safe_load(shipped.of(shipped.config(more)))["route"]
    heartbeat, explained, *severities = root["routes"]
    assert "mute_time_intervals" not in root | heartbeat | explained
    assert all(route["mute_time_intervals"] == ["all"] for route in severities)
    children = [child for route in severities for child in route["routes"]]
    assert len(children) == len(severities)
    assert all(child["mute_time_intervals"] == ["all", "one"] for child in children)
    assert all(child["matchers"] == ['dataset="orders"'] for child in children)


@needs("prometheus-alertmanager")
def test_nobody_is_told_of_a_dataset_in_its_window(tmp_path: Path) -> None:
    more = f"maintenance: {{rebuild: {{datasets: [orders, users], times: {ALWAYS}}}}}\n"
    text = shipped.of(shipped.config(more))
    with (
        Recorder() as sent,
        AlertmanagerServer(shipped.served(text, tmp_path, sent)) as server,
    ):
        fire(server, alert(VOLUME, "orders.volume"), alert(VOLUME, "users.volume", "warning"))
        threading.Event().wait(1)
        fire(server, alert(VOLUME, "attribution.volume"))
        (page,) = sent.wait_at("/pagerduty")
        assert page["payload"]["summary"] == "CRITICAL attribution.volume: it is wrong"
        (message,) = sent.wait_at("/slack")
        assert message["channel"] == "#data-alerts"
