"""A campaign of breaks: the sample shop with each fault, scraped by one Prometheus at once.

Each shop is a job of its own, so that what one says is not taken for what another says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection
from warehouse_exporter.alerting import routes, rules
from warehouse_exporter.config import Config, load
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.faults import FAULTS
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import CONFIG
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.publish.scrape import Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.chain.demo.shops import connected, copied
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer

HEALTHY = "healthy"
QUICK = {"group_wait": "1s", "group_interval": "1s"}
TEMPLATES = "templates:\n- templates/*.tmpl\n"


@dataclass(frozen=True, eq=False)
class Campaign:
    """The servers that have judged all shops, and the config of all of them."""

    config: Config
    jobs: Sequence[str]
    prometheus: PrometheusServer
    alertmanager: AlertmanagerServer


def scraped(connection: Connection, at: datetime) -> str:
    """What an exporter shows of a shop."""
    config = load(CONFIG, {"WAREHOUSE_DSN": connection.dsn})
    store = SnapshotStore(config, at)
    store.publish(run_pass(config, Connector(config.warehouse), at))
    return Scrape(store, lambda: at).body("text/plain", zipped=False).content.decode()


def shops(postgres: Postgres, faults: Sequence[str]) -> dict[str, str]:
    """Job -> what is scraped there: the good shop, and the shop with each fault."""
    at = datetime.now(UTC)
    with connected(postgres.create_database("campaign")) as connection:
        shop.build(connection, as_of=at, days=16, sessions_per_day=300)
    found = {}
    for fault in (HEALTHY, *faults):
        with copied(postgres, "campaign") as connection:
            if fault != HEALTHY:
                FAULTS[fault].break_(connection, at)
            found[fault] = scraped(connection, at)
    return found


@contextmanager
def shown(texts: Mapping[str, str]) -> Iterator[str]:
    """The address where each text is at the path of its name."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = texts[self.path.removeprefix("/")].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def judged(texts: Mapping[str, str], config: Config, folder: Path) -> Iterator[Campaign]:
    """The shops, judged by Prometheus' rules, and sent to Alertmanager."""
    file = folder / "rules.yml"
    file.write_text(rules.render(config))
    with ExitStack() as stack:
        address = stack.enter_context(shown(texts))
        silent = routes.render(replace(config, routing=None), QUICK)  # nobody is notified
        alertmanager = stack.enter_context(AlertmanagerServer(silent.replace(TEMPLATES, "")))
        prometheus = PrometheusServer([], [file], alertmanager.url)
        prometheus.config["scrape_configs"] = [
            {"job_name": job, "metrics_path": f"/{job}",
             "static_configs": [{"targets": [address]}]}
            for job in texts
        ]  # fmt: skip
        stack.enter_context(prometheus)
        prometheus.wait_for(lambda: len(prometheus.query("warehouse_up")) == len(texts))
        seen = time.time() + 2  # two intervals: every scrape is judged, and every alert sent
        prometheus.wait_for(lambda: evaluated_after(prometheus, seen), timeout=120)
        yield Campaign(config, list(texts), prometheus, alertmanager)


def evaluated_after(prometheus: PrometheusServer, instant: float) -> bool:
    """Whether all rules were evaluated after an instant."""
    groups = prometheus.get("/api/v1/rules")["data"]["groups"]
    last = min(datetime.fromisoformat(group["lastEvaluation"]).timestamp() for group in groups)
    return last > instant
