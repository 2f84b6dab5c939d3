"""Connections that never finish a request, on a real exporter."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from warehouse_exporter.server.web.timeouts import MOST_CLIENTS

from labs.reliability.scrapers import said
from tests.support.secured import NOWHERE, hashed
from tests.support.serving import Serving

WEB = {"for anybody": "", "with a user": f"basic_auth_users: {{prometheus: {hashed('sesame')}}}\n"}


@pytest.mark.parametrize("web", WEB.values(), ids=WEB.keys())
def test_half_open_connections_cost_no_scrape(tmp_path: Path, web: str) -> None:
    (tmp_path / "web.yml").write_text(web)
    (tmp_path / "config.yml").write_text(NOWHERE)
    options = [f"--web.config.file={tmp_path / 'web.yml'}"]
    with Asking(tmp_path / "config.yml", options) as exporter:
        asked: list[int] = []
        with said(exporter.address, MOST_CLIENTS + 75, b"GET /metr"):
            for _ in range(10):
                asked.append(status(exporter))
        assert set(asked) <= {200, CUT}
        assert asked.count(200) >= (10 if web else 9), "a known scraper loses none"


CUT = 0
"""What stands for an answer where the connection was closed to make room."""


def status(exporter: Asking) -> int:
    """The status of a scrape."""
    try:
        return exporter.get("/metrics").status_code
    except httpx.ReadError:
        return CUT


class Asking(Serving):
    """An exporter that is asked with a password."""

    def get(self, path: str) -> httpx.Response:
        """The answer to a GET."""
        auth = ("prometheus", "sesame")
        return httpx.get(f"http://{self.address}{path}", auth=auth, timeout=30)
