"""An exporter behind a proxy: all paths below a prefix, and links that stay there."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.server.scheduler import Exporter
from warehouse_exporter.server.web.prefix import Prefixed, route_prefix

from tests.unit.web.test_app import Client, exporter

__all__ = ["exporter"]


@pytest.fixture
def client(exporter: Exporter) -> Client:
    """A client of an exporter below /data/shop."""
    found = Client(exporter, lifecycle=False)
    found.app = Prefixed(found.app, "/data/shop")  # type: ignore[assignment]
    return found


@pytest.mark.parametrize("path", ["/metrics", "/-/healthy", "/api/v1/checks", "/runbooks/", "/"])
def test_everything_is_below_the_prefix(client: Client, path: str) -> None:
    assert client.get(f"/data/shop{path}").status_code == 200
    outside = client.get(path)
    if path == "/":
        assert (outside.status_code, outside.headers["Location"]) == (307, "/data/shop/")
    else:
        assert outside.status_code == 404
        assert "below /data/shop/" in outside.text
    assert client.get("/data/shop").headers["Location"] == "/data/shop/"
    assert client.get(f"/data/shopping{path}").status_code == 404


def test_every_link_of_the_pages_stays_below_it(client: Client) -> None:
    for page in ("/data/shop/", "/data/shop/datasets/orders", "/data/shop/checks/orders/volume"):
        links = re.findall(r'(?:href|action)="([^"#]*)"', client.get(page).text)
        followed = {urljoin(page, link) for link in links if not link.startswith("http")}
        assert len(followed) > 3
        for link in followed:
            assert client.get(link).status_code == 200, (page, link)


@pytest.mark.parametrize(
    ("external_url", "given", "prefix"),
    [
        (None, None, ""),
        ("https://example.org", None, ""),
        ("https://example.org/shop/", None, "/shop"),
        ("https://example.org/shop", "/", ""),
        ("https://example.org/shop", "/other/", "/other"),
        (None, "shop", "/shop"),
    ],
)
def test_the_prefix_is_that_of_the_external_url_or_given(
    external_url: str | None, given: str | None, prefix: str
) -> None:
    assert route_prefix(external_url, given) == prefix


@pytest.mark.parametrize(
    ("external_url", "given", "text"),
    [
        ("example.org/shop", None, "write it like https://"),
        ("ftp://example.org", None, "write it like https://"),
        ("https://[::1", None, "write it like https://"),
        ("https://example.org:x/", None, "write it like https://"),
        ("https://example.org/?a=1", None, "write it like https://"),
        (None, "/a b", "is not a path"),
        (None, "/../etc", "is not a path"),
        (None, "https://example.org", "is not a path"),
    ],
)
def test_what_is_no_address_is_refused(
    external_url: str | None, given: str | None, text: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(text)):
        route_prefix(external_url, given)
