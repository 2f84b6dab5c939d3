"""What a real Alertmanager with the shipped files sends to Slack, PagerDuty, mail and webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.alertmanager.shipped import alert, fire
from tests.chain.e2e.servers import AlertmanagerServer
from tests.support.programs import needs
from tests.support.serving import wait_for

pytestmark = needs("prometheus-alertmanager")
STALE, VOLUME = "WarehouseDataStale", "WarehouseVolumeOutOfBounds"


@dataclass(frozen=True)
class Routed:
    """An Alertmanager, and what it has sent."""

    server: AlertmanagerServer
    sent: Recorder

    def slack(self, channel: str) -> list[dict[str, Any]]:
        """The messages to a channel."""
        messages = [body for body in self.sent.at("/slack") if body["channel"] == channel]
        return [attachment for body in messages for attachment in body["attachments"]]

    def events(self, action: str) -> list[dict[str, Any]]:
        """The events that PagerDuty got."""
        return [e for e in self.sent.at("/pagerduty") if e["event_action"] == action]


@pytest.fixture
def routed(tmp_path: Path) -> Iterator[Routed]:
    """The shipped alertmanager.yml, served."""
    with (
        Recorder() as sent,
        AlertmanagerServer(shipped.served(shipped.shipped_text(), tmp_path, sent)) as server,
    ):
        yield Routed(server, sent)


def test_a_critical_alert_is_one_page_and_one_message_and_both_end(routed: Routed) -> None:
    stale = alert(STALE, "events.freshness", owner="growth-data")
    fire(routed.server, stale)
    (page,) = routed.sent.wait_at("/pagerduty")
    assert page["routing_key"] == "the key"
    assert page["payload"]["summary"] == "CRITICAL events.freshness: it is wrong"
    wait_for(lambda: routed.slack("#data-alerts"))
    fire(routed.server, stale, ended=True)
    wait_for(lambda: routed.events("resolve"))
    assert routed.events("resolve")[0]["dedup_key"] == page["dedup_key"]
    wait_for(lambda: len(routed.slack("#data-alerts")) == 2)
    begun, over = routed.slack("#data-alerts")
    assert (begun["color"], over["color"]) == ("danger", "good")
    assert over["title"] == "RESOLVED events.freshness after less than a minute"
    assert len(routed.events("trigger")) == len(routed.events("resolve")) == 1
    assert not routed.slack("#growth-data")
    assert not routed.sent.mails


def test_a_warning_goes_to_all_and_to_its_owner_and_pages_nobody(routed: Routed) -> None:
    fire(
        routed.server,
        alert(VOLUME, "events.volume", "warning", owner="growth-data", incident="a"),
        alert("WarehouseZeroRevenue", "orders.zero", "warning", owner="finance-data", incident="b"),
        alert(VOLUME, "users.volume", "warning", owner="somebody", incident="c"),
    )
    wait_for(lambda: len(routed.slack("#data-warnings")) == 3)
    wait_for(lambda: routed.sent.mails and routed.slack("#growth-data"))
    (mail,) = routed.sent.mails
    assert mail.login == ("warehouse", "the password")
    assert mail.to == "finance-data@shop.example"
    assert mail.message["From"] == "warehouse@shop.example"
    assert mail.message["Subject"] == "WARNING orders.zero: it is wrong"
    assert len(routed.slack("#growth-data")) == 1
    assert not routed.sent.at("/pagerduty")


def test_info_and_the_heartbeat_go_to_their_webhooks(routed: Routed) -> None:
    beat = alert("WarehouseHeartbeat", severity="info")
    appeared = alert("WarehouseColumnsAppeared", "orders.new_columns", "info")
    fire(routed.server, beat, appeared)
    wait_for(lambda: routed.sent.at("/info") and routed.sent.at("/dead-mans-switch"))
    (info,) = [r for r in routed.sent.requests if r.path == "/info"]
    assert info.authorization == "Bearer the token"
    assert [a["labels"] for a in info.body["alerts"]] == [appeared]
    fire(routed.server, beat, appeared, ended=True)
    wait_for(lambda: len(routed.sent.at("/info")) == 2)
    assert {body["event_action"] for body in routed.sent.at("/dead-mans-switch")} == {"trigger"}
    assert not routed.sent.at("/slack")


def test_what_is_of_no_known_severity_reaches_the_loud_channel(routed: Routed) -> None:
    fire(routed.server, alert(STALE, "events.freshness", "catastrophe"), {"alertname": "Other"})
    wait_for(lambda: len(routed.slack("#data-alerts")) == 2)
    titles = {message["title"] for message in routed.slack("#data-alerts")}
    assert "CATASTROPHE events.freshness: it is wrong" in titles


def test_what_follows_from_a_cause_notifies_nobody_also_after_it(routed: Routed) -> None:
    cause = alert(STALE, "events.freshness")
    silent = alert(VOLUME, "orders.volume", explained_by=cause["incident"])
    fire(routed.server, silent, cause)
    (page,) = routed.sent.wait_at("/pagerduty")
    assert page["payload"]["summary"] == "CRITICAL events.freshness: it is wrong"
    assert "orders.volume" not in page["payload"]["custom_details"]["firing"]
    fire(routed.server, cause, ended=True)
    wait_for(lambda: routed.events("resolve"))
    other = alert(VOLUME, "ads.volume")  # after which nothing else can be on its way
    fire(routed.server, other)
    routed.sent.wait_at("/pagerduty", 3)
    said = [e["payload"].get("summary", "") for e in routed.sent.at("/pagerduty")]
    assert not [text for text in said if "orders.volume" in text]


def test_two_incidents_and_two_warehouses_are_pages_of_their_own(routed: Routed) -> None:
    fire(
        routed.server,
        alert(VOLUME, "orders.volume"),
        alert(VOLUME, "orders.volume", job="other"),
        alert("WarehouseQueryOutOfBounds", "queries.stuck", incident="queries"),
    )
    pages = routed.sent.wait_at("/pagerduty", 3)
    assert len({page["dedup_key"] for page in pages}) == 3
