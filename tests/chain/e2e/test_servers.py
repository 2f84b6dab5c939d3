"""The Prometheus and the Alertmanager of the end-to-end tests are real, and leave nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer, Server
from tests.support.programs import needs

ROUTES = "{route: {receiver: people, group_wait: 0s}, receivers: [{name: people}]}"

RULES = """
groups:
  - name: shop
    rules:
      - {alert: ShopIsEmpty, expr: customers == 0, labels: {severity: critical}}
"""


@pytest.fixture
def target() -> Iterator[str]:
    """Something to scrape: a gauge `customers`, which is 0."""
    registry = CollectorRegistry()
    Gauge("customers", "People in the shop.", registry=registry)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def assert_gone(server: Server) -> None:
    """Neither process nor directory is left."""
    assert server.process.poll() is not None
    assert not server.folder.exists()


@needs("prometheus")
@needs("prometheus-alertmanager")
def test_an_alert_goes_from_a_scraped_gauge_to_the_alertmanager(
    target: str, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(RULES)
    with (
        AlertmanagerServer(ROUTES) as manager,
        PrometheusServer([target], [rules], manager.url) as prometheus,
    ):
        told = manager.wait_for(manager.alerts)
        assert [alert["labels"]["alertname"] for alert in told] == ["ShopIsEmpty"]
        assert [alert["state"] for alert in prometheus.alerts()] == ["firing"]
        assert prometheus.query("customers")[0]["metric"]["instance"] == target
        assert prometheus.query("customers")[0]["value"][1] == "0"
    assert_gone(prometheus)
    assert_gone(manager)


@needs("prometheus-alertmanager")
def test_the_alertmanager_routes_what_it_is_told(tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yml"
    config.write_text(ROUTES)
    with AlertmanagerServer(config) as manager:
        alert = {"labels": {"alertname": "Late"}}
        httpx.post(f"{manager.url}/api/v2/alerts", json=[alert]).raise_for_status()
        (told,) = manager.wait_for(manager.alerts)
        assert told["receivers"] == [{"name": "people"}]
    assert_gone(manager)


@needs("prometheus")
def test_a_server_that_does_not_come_up_says_why_and_leaves_nothing() -> None:
    server = PrometheusServer(scrape_interval="soon")
    with pytest.raises(AssertionError, match="not a valid duration"):
        server.__enter__()
    assert_gone(server)


@needs("prometheus")
def test_waiting_in_vain_ends_with_the_last_answer() -> None:
    expected = pytest.raises(AssertionError, match=r"after 0.2 s still \[\]")
    with PrometheusServer() as prometheus, expected:
        prometheus.wait_for(prometheus.alerts, timeout=0.2)
