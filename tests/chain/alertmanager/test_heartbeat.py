"""The heartbeat stops when messages can no longer be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.alertmanager.shipped import alert, fire
from tests.chain.e2e.servers import AlertmanagerServer
from tests.support.programs import needs
from tests.support.serving import wait_for

pytestmark = needs("prometheus-alertmanager")
BEAT = alert("WarehouseHeartbeat", severity="info")
FAILED = 'alertmanager_notifications_failed_total{integration="pagerduty"} '
BROKEN = (
    "warehouse.title",
    "warehouse.pagerduty.firing",
    "warehouse.slack.text",
    "warehouse.email.text",
)


@contextmanager
def alertmanager(folder: Path, sent: Recorder, more: str) -> Iterator[AlertmanagerServer]:
    """The shipped alertmanager.yml, served with one more file of templates."""
    file = shipped.served(shipped.shipped_text(), folder, sent)
    (folder / "templates" / "zz.tmpl").write_text(more)
    with AlertmanagerServer(file) as server:
        yield server


def failed(server: AlertmanagerServer) -> float:
    """How many events could not be sent."""
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    return sum(float(line.removeprefix(FAILED)) for line in lines if line.startswith(FAILED))


def test_the_heartbeat_says_what_a_page_would(tmp_path: Path) -> None:
    with Recorder() as sent, alertmanager(tmp_path, sent, "") as server:
        fire(server, BEAT)
        first, *_ = sent.wait_at("/dead-mans-switch")
        assert failed(server) == 0
    assert first["payload"]["summary"] == "INFO None.None: it is wrong"
    assert "it is wrong" in first["payload"]["custom_details"]["firing"]
    assert first["payload"]["custom_details"]["slack"]
    assert first["payload"]["custom_details"]["email"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_template_that_breaks_stops_the_heartbeat(name: str, tmp_path: Path) -> None:
    broken = f'{{{{ define "{name}" }}}}{{{{ (index .Alerts 99).Status }}}}{{{{ end }}}}'
    with Recorder() as sent, alertmanager(tmp_path, sent, broken) as server:
        fire(server, BEAT)
        wait_for(lambda: failed(server) > 0)
        assert sent.at("/dead-mans-switch") == []
