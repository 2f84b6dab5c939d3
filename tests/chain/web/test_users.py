"""Users and headers of the web config on a real exporter; all of it changes while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.secured import Secured, hashed

ROUTES = ("/", "/metrics", "/api/v1/checks", "/-/healthy", "/-/ready", "/nowhere")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One exporter for all tests of this module, without TLS."""
    with Secured(tmp_path_factory.mktemp("users"), "") as exporter:
        exporter.trusted = None
        yield exporter


@pytest.fixture
def secured(running: Secured) -> Secured:
    """The exporter with one user, and a client that is nobody yet."""
    running.auth = None
    running.write(users(alice="wonderland"))
    assert running.get("/-/healthy").status_code == 401, "it is read with the next request"
    return running


def users(**passwords: str) -> str:
    """A web config with these users."""
    listed = [f"  {name}: {hashed(password)}" for name, password in passwords.items()]
    return "\n".join(["basic_auth_users:", *listed, ""])


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_wants_a_password(secured: Secured, route: str) -> None:
    answer = secured.get(route)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Basic realm="')
    assert answer.text == "Unauthorized\n"


@pytest.mark.parametrize("route", ["/-/reload", "/-/collect"])
def test_the_lifecycle_wants_a_password_before_it_says_that_it_is_off(
    secured: Secured, route: str
) -> None:
    url = f"http://{secured.address}{route}"
    assert httpx.post(url).status_code == 401
    assert httpx.post(url, auth=("alice", "wonderland")).status_code == 403


@pytest.mark.parametrize(
    ("user", "password", "status"),
    [
        ("alice", "wonderland", 200),
        ("alice", "wonderlan", 401),
        ("alice", "", 401),
        ("alice", "wonderland\0", 401),
        ("alice", "ü" * 100, 401),
        ("Alice", "wonderland", 401),
        ("", "wonderland", 401),
        ("bob", "wonderland", 401),
    ],
)
def test_only_the_right_password_opens(
    secured: Secured, user: str, password: str, status: int
) -> None:
    secured.auth = (user, password)
    assert secured.get("/-/healthy").status_code == status
    assert secured.get("/-/healthy").status_code == status, "the second time, when remembered"


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic YWxpY2U=", "Bearer YWxpY2U6d29uZGVybGFuZA==", "é"]
)
def test_a_header_that_is_none_is_no_password(secured: Secured, header: str) -> None:
    answer = secured.get("/-/healthy", headers={"Authorization": header.encode()})
    assert answer.status_code == 401


def test_hashes_as_htpasswd_writes_them(secured: Secured) -> None:
    written = hashed("wonderland").replace("$2a$", "$2y$")
    secured.write(f"basic_auth_users: {{alice: {written}}}\n")
    secured.auth = ("alice", "wonderland")
    assert secured.get("/-/healthy").is_success


def test_a_changed_password_holds_with_the_next_request(secured: Secured) -> None:
    secured.auth = ("alice", "wonderland")
    assert secured.get("/metrics").is_success
    secured.write(users(alice="looking-glass", bob="builder"))
    assert secured.get("/metrics").status_code == 401, "what was remembered is of another hash"
    secured.auth = ("alice", "looking-glass")
    assert secured.get("/metrics").is_success
    secured.auth = ("bob", "builder")
    assert secured.get("/metrics").is_success
    secured.write(users(alice="looking-glass"))
    assert secured.get("/metrics").status_code == 401, "bob is gone"


def test_a_broken_change_opens_nothing_and_shuts_nobody_out(secured: Secured) -> None:
    secured.write("basic_auth_users: {alice: looking-glass}\n")
    assert secured.get("/metrics").status_code == 401
    secured.auth = ("alice", "wonderland")
    assert secured.metric("warehouse_web_config_last_reload_successful") == 0
    assert "looking-glass" not in secured.log.read_text()
    secured.web.unlink()
    assert secured.get("/metrics").is_success
    secured.write("")
    secured.auth = None
    assert secured.get("/metrics").is_success, "without users nobody is asked"


def test_headers_go_with_every_answer(secured: Secured) -> None:
    secured.write(
        "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n"
        "    Content-Security-Policy: default-src 'self'\n" + users(alice="wonderland")
    )
    refused = secured.get("/")
    secured.auth = ("alice", "wonderland")
    for answer in (refused, secured.get("/"), secured.get("/nowhere")):
        assert answer.headers["x-frame-options"] == "deny"
        assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]


def test_the_file_may_be_empty(tmp_path: Path) -> None:
    with Secured(tmp_path, "# nothing yet\n---\n") as exporter:
        exporter.trusted = None
        assert exporter.get("/-/healthy").is_success
