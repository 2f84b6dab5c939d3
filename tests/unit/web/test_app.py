"""The routes, on an exporter that has not begun to measure."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from warehouse_exporter.alerting.assets import runbooks
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.server.scheduler import Exporter
from warehouse_exporter.server.web.app import make_app

from tests.support.made import pass_of, passed
from tests.support.warehouses import NOON, config_of

CHECKS = "volume: {critical: '< 5'}"


@pytest.fixture
def exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exporter:
    """An exporter whose warehouse is nowhere; it is not started."""
    monkeypatch.setenv("WAREHOUSE_DSN", "dbname=nowhere")
    file = tmp_path / "config.yml"
    file.write_text(config_of(CHECKS))
    return Exporter(str(file))


class Client:
    """Asks the application without a network."""

    def __init__(self, exporter: Exporter, *, lifecycle: bool) -> None:
        registry = Scrape(exporter.store, lambda: NOON)
        self.app = make_app(exporter, registry, lambda: NOON, lifecycle=lifecycle)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        """One request; `_` in the name of a header is `-`."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://exporter") as client:
                given = {name.replace("_", "-"): text for name, text in headers.items()}
                return await client.request(method, path, headers=given)

        return asyncio.run(asked())

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer to a GET."""
        return self.ask("GET", path, **headers)

    def post(self, path: str) -> httpx.Response:
        """The answer to a POST."""
        return self.ask("POST", path)


@pytest.fixture
def client(exporter: Exporter) -> Client:
    """A client without the lifecycle endpoints."""
    return Client(exporter, lifecycle=False)


@pytest.fixture
def operator(exporter: Exporter) -> Client:
    """A client with them."""
    return Client(exporter, lifecycle=True)


def test_metrics_are_compressed_for_those_who_can_read_it(client: Client) -> None:
    plain = client.get("/metrics", accept_encoding="identity")
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Content-Type"].startswith("text/plain; version=")
    packed = client.get("/metrics", accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 2
    names = {family.name for family in text_string_to_metric_families(packed.text)}
    assert names == {family.name for family in text_string_to_metric_families(plain.text)}
    assert "warehouse_check_measured" in names


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5, br", True),
        ("gzip; q=1.000", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, identity", False),
        ("gzip;q=much", False),
        ("identity;q=0.5, *;q=0.1", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_sent_only_to_those_who_accept_it(
    client: Client, accepted: str, packed: bool
) -> None:
    answer = client.get("/metrics", accept_encoding=accepted)
    assert ("Content-Encoding" in answer.headers) == packed


def test_nobody_is_sent_to_another_host(client: Client) -> None:
    for path in ("/metrics/", "/api/v1/checks/", "/-/healthy/"):
        answer = client.get(path, host="evil.example")
        assert answer.status_code == 404
        assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/-/reload", "/-/collect"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://exporter.evil.example", "sec_fetch_site": "same-origin"},
    ],
)
def test_a_page_of_another_site_controls_nothing(
    operator: Client, path: str, headers: dict[str, str]
) -> None:
    answer = operator.ask("POST", path, **headers)
    assert answer.status_code == 403
    assert "another site" in answer.text


@pytest.mark.parametrize(
    "headers", [{"origin": "http://exporter"}, {"sec_fetch_site": "same-origin"}]
)
def test_a_page_of_our_own_may_ask(operator: Client, headers: dict[str, str]) -> None:
    assert operator.ask("POST", "/-/collect", **headers).status_code == 202


def test_metrics_are_open_metrics_for_those_who_ask(client: Client) -> None:
    answer = client.get("/metrics", accept="application/openmetrics-text")
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_it_is_healthy_at_once_and_ready_after_the_first_pass(
    exporter: Exporter, client: Client
) -> None:
    assert client.get("/-/healthy").status_code == 200
    assert client.get("/-/ready").status_code == 503
    exporter.store.publish(pass_of({"orders.volume": passed(rows=9)}))
    assert client.get("/-/ready").status_code == 200


def test_the_checks_as_json(exporter: Exporter, client: Client) -> None:
    (pending,) = client.get("/api/v1/checks").json()["checks"]
    assert (pending["outcome"], pending["reason"]) == ("unmeasured", "pending")
    exporter.store.publish(pass_of({"orders.volume": passed(rows=9)}))
    data = client.get("/api/v1/checks").json()
    assert data["as_of"] == NOON.isoformat()
    (check,) = data["checks"]
    assert (check["dataset"], check["check"], check["outcome"]) == ("orders", "volume", "pass")
    assert check["values"] == {"warehouse_rows": 9}
    assert check["limits"] == {"critical": "< 5"}
    assert client.get("/api/v1/checks?verdict=critical").json()["checks"] == []
    wrong = client.get("/api/v1/checks?verdict=bad")
    assert wrong.status_code == 400
    assert "write one of problem, critical" in wrong.json()["error"]
    packed = client.get("/api/v1/days", accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json()["status"] == ""
    assert "$defs" in client.get("/api/v1/schema.json").json()


def test_the_page_runs_no_script_from_anywhere(client: Client) -> None:
    answer = client.get("/")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert client.ask("HEAD", "/").status_code == 200
    assert client.get("/nothing").status_code == 404


def test_every_page_is_there_before_anything_is_measured(client: Client) -> None:
    assert "first pass is under way" in client.get("/").text
    for path in ("datasets/orders", "checks/orders/volume", "?verdict=unmeasured", "days"):
        answer = client.get(f"/{path}")
        assert answer.status_code == 200
        assert "waiting for the first pass" in answer.text or path == "days"
    style = client.get("/style.css")
    assert style.headers["Content-Type"].startswith("text/css")
    for path in ("datasets/users", "checks/orders/nothing", "checks/users/volume"):
        assert client.get(f"/{path}").status_code == 404


def test_a_wrong_filter_is_told(client: Client) -> None:
    page = client.get("/?verdict=bad").text
    assert "there is no verdict &#39;bad&#39;: write one of problem, critical" in page


def test_pages_are_compressed_for_those_who_can_read_it(client: Client) -> None:
    plain = client.get("/", accept_encoding="identity")
    packed = client.get("/", accept_encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 2
    assert packed.text == plain.text


def test_the_lifecycle_is_off_unless_asked_for(client: Client, operator: Client) -> None:
    assert client.post("/-/reload").status_code == 403
    assert client.post("/-/collect").status_code == 403
    assert operator.post("/-/collect").status_code == 202
    assert operator.get("/-/reload").status_code == 405


def test_a_reload_says_what_is_wrong(exporter: Exporter, operator: Client) -> None:
    assert operator.post("/-/reload").status_code == 200
    Path(exporter.config_file).write_text("warehouse: {}\n")
    answer = operator.post("/-/reload")
    assert answer.status_code == 500
    assert "warehouse" in answer.text
    assert not exporter.store.snapshot.reload_ok
    Path(exporter.config_file).unlink()
    assert "cannot be read" in operator.post("/-/reload").text


def test_every_runbook_is_a_page_whose_links_open(client: Client) -> None:
    start = client.get("/runbooks/")
    assert "<h1>Runbooks</h1>" in start.text
    links = set(re.findall(r'href="\./(\w+)', start.text))
    assert {f"{alert}" for alert in runbooks()} == links | {"README"}
    for alert in links:
        page = client.get(f"/runbooks/{alert}")
        assert page.status_code == 200
        assert f"<h1>{alert}</h1>" in page.text or alert == "README"
        assert "<script" not in page.text
        assert set(re.findall(r'href="\./(\w+)', page.text)) <= set(runbooks())
        assert "../docs" not in page.text
    assert client.get("/runbooks/WarehouseNothing").status_code == 404
    assert client.get("/runbooks/..%2f..%2fpyproject.toml").status_code == 404


def test_a_runbook_has_the_statements_for_the_tables_of_this_config(client: Client) -> None:
    checks = client.get("/api/v1/checks").json()["checks"]
    volume = next(c for c in checks if c["kind"] == "volume")
    dataset = volume["dataset"]
    given = {"dataset": dataset, "check": volume["check"]}
    general = client.get("/runbooks/WarehouseVolumeOutOfBounds").text
    page = client.get(f"/runbooks/WarehouseVolumeOutOfBounds?{urlencode(given)}").text
    assert "FROM :relation" in general
    assert ":relation" not in page
    assert "FROM orders" in page
    assert "analytics." not in page
