"""What a running exporter has loaded: it is memory for as long as it runs."""

from __future__ import annotations

from pathlib import Path

from tests.support.loaded import TOLD
from tests.support.serving import Serving
from tests.support.shop_warehouse import CONFIG


def test_the_exporter_carries_nothing_that_a_scrape_does_not_need(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text(CONFIG.read_text().replace("${WAREHOUSE_DSN}", "host=127.0.0.1 port=1"))
    serving = Serving(config)
    serving.command[1:3] = ["-c", TOLD]
    with serving:
        serving.wait_ready()
        serving.get("/metrics")
        serving.end()
    (told,) = serving.events("loaded")
    assert {"psycopg2", "prometheus_client", "uvicorn"} <= set(told["modules"])
    unneeded = {
        "rich",
        "jinja2",
        "bcrypt",
        "anyio._backends._asyncio",
        "warehouse_exporter.server.web.auth",
        "numpy",
    }
    assert sorted(unneeded & set(told["modules"])) == []
