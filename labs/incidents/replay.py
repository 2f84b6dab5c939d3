"""Many warehouses at once: their recorded metrics are replayed, and the pages are collected.

Each scene is a warehouse of its own, with its own name. All of them are scraped by one Prometheus
and page through one Alertmanager: first healthy, then broken from one instant on, then repaired.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.alerting import routes
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.names import MEASURED
from warehouse_exporter.demo.runner import CONFIG

from labs.incidents.catalogue import INCIDENTS
from labs.incidents.recording import TIME, Page, Recorded
from labs.incidents.shops import config_text
from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.support.serving import wait_for

WAREHOUSE = re.compile(r'warehouse="[^"]*"')
PATIENCE, ANY = 900.0, "any-of-them"
MORE = re.compile(r" \(one of \d+ alerts\)$")
EVERY = 6
"""Seconds between two passes, two scrapes and two evaluations: 50 times as fast as shipped."""


@dataclass(frozen=True)
class Told:
    """A page: what tells faults apart, the checks in it, whose they are, and its title."""

    incident: str
    checks: tuple[str, ...]
    title: str
    owners: str
    over: bool

    @property
    def sentence(self) -> str:
        """The title, without how many alerts there are."""
        return MORE.sub("", self.title)

    def names(self, incident: str) -> bool:
        """Whether it names the cause of an incident, as the catalogue wants it."""
        wanted = INCIDENTS[incident].cause.split(":")[0]
        return any(re.match(f"{wanted}:", f"{check}:") for check in self.checks)


@dataclass
class Scene:
    """What happens in one warehouse, and the pages that were sent of it, in order."""

    incidents: tuple[str, ...]
    changes: Sequence[Mapping[str, float | None]]
    told: list[Told] = field(default_factory=list)

    @property
    def begun(self) -> dict[str, Told]:
        """The first message of each page, by what tells faults apart."""
        found: dict[str, Told] = {}
        for one in self.told:
            if not one.over:
                found.setdefault(one.incident, one)
        return found

    def sentences(self, incident: str) -> set[str]:
        """The titles of a page: it may begin with one finding, and another one leads it later."""
        shown = [one for one in self.told if one.incident == incident and not one.over]
        return {one.sentence for one in shown}

    def stories(self, incident: str) -> list[bool]:
        """How a page began (False) and ended (True), in turn; updates are left out."""
        found: list[bool] = []
        for one in self.told:
            if one.incident == incident and found[-1:] != [one.over]:
                found.append(one.over)
        return found

    def page(self, healthy: Page) -> Page:
        """The metrics of the shop after all that happens."""
        found: Page = dict(healthy)
        for changes in self.changes:
            for series, value in changes.items():
                if value is None:
                    found.pop(series, None)
                else:
                    found[series] = value
        return found


def text_of(page: Page, warehouse: str, ahead: float) -> bytes:
    """A page as it is scraped; times are as long ago as they were when it was recorded."""
    lines = (
        f"{series} {value + ahead if TIME.match(series) and value > 1e9 else value!r}\n"
        for series, value in page.items()
    )
    return WAREHOUSE.sub(f'warehouse="{warehouse}"', "".join(lines)).encode()


@contextmanager
def served(pages: Mapping[str, bytes]) -> Iterator[str]:
    """A server with the page of each warehouse at `/NAME`; the mapping may change meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages[self.path.strip("/")]
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            with suppress(ConnectionError):  # a scrape that was given up
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def config_of(name: str, every: int) -> Config:
    """The shipped config for one scene, with passes this many seconds apart."""
    text = config_text("UTC").replace("name: shop", f"name: {name}", 1)
    text = re.sub(r"every: \w+", f"every: {every}s", text)
    return parse(
        f"{text}\nalerts: {{unmeasured_for: {2 * every}s}}\n", str(CONFIG), {"WAREHOUSE_DSN": ""}
    )


class Replay(PrometheusServer):
    """A Prometheus with the rules of every warehouse, each of which is a target."""

    def __init__(self, target: str, manager: str, warehouses: Sequence[str], every: int) -> None:
        """Describe it; the rules lie in a folder that goes with it."""
        super().__init__((), (), manager, f"{every}s")
        *groups, _ourselves = yaml.load(render(config_of(ANY, every)), yaml.CSafeLoader)["groups"]
        named = [{**group, "name": f"{ANY}-{group['name']}"} for group in groups]
        text = yaml.dump({"groups": named}, Dumper=yaml.CSafeDumper)
        self.rules = {name: text.replace(ANY, name) for name in warehouses}
        (job,) = list[Any](self.config["scrape_configs"])
        self.config["scrape_configs"] = [
            {
                **job,
                "job_name": f"warehouse-{name}",
                "metrics_path": f"/{name}",
                "static_configs": [{"targets": [target]}],
            }
            for name in warehouses
        ]

    def prepare(self) -> list[str]:
        """Write the rules about data beside prometheus.yml."""
        for name, text in self.rules.items():
            (self.folder / f"{name}.yml").write_text(text)
        self.config["rule_files"] = [str(self.folder / "scene-*.yml")]
        return super().prepare()


def alertmanager_file(folder: Path, sent: Recorder) -> Path:
    """The shipped routes; a page also says its warehouse, incident, checks and owners."""
    data = yaml.safe_load(routes.render(config_of(ANY, EVERY)))
    for receiver in data["receivers"]:
        receiver.pop("slack_configs", None)
        receiver.pop("email_configs", None)
        for page in receiver.get("pagerduty_configs", []):
            page["group"] = "{{ .GroupLabels.warehouse }}"
            page["class"] = "{{ .GroupLabels.incident }}"
            page["component"] = (
                "{{ range .Alerts }}{{ .Labels.dataset }}.{{ .Labels.check }} {{ end }}"
            )
            page["details"] = {"owners": "{{ range .Alerts }}{{ .Labels.owner }} {{ end }}"}
    return shipped.served(yaml.safe_dump(data), folder, sent)


def told(sent: Recorder) -> Iterator[tuple[str, Told]]:
    """Every page, by warehouse, in order. A resolve is known by the key of its page."""
    keys: dict[str, tuple[str, str]] = {}
    for request in list(sent.requests):
        if request.path == "/pagerduty":
            body, payload = request.body, request.body.get("payload", {})
            if body["event_action"] == "trigger":
                keys[body["dedup_key"]] = (payload["group"], payload["class"])
            warehouse, incident = keys[body["dedup_key"]]
            owners = payload.get("custom_details", {}).get("owners", "")
            yield warehouse, Told(
                incident, tuple(payload.get("component", "").split()), payload.get("summary", ""),
                " ".join(sorted(set(owners.split()))), body["event_action"] == "resolve",
            )  # fmt: skip


def replayed(
    shop: Recorded, scenes: Sequence[Scene], every: int, tell: Callable[[str], None]
) -> None:
    """Replay all scenes at once, until every page that was sent is over; fill in what was sent."""
    ahead, pages = time.time() - shop.at, dict[str, bytes]()
    places = {f"scene-{place}": scene for place, scene in enumerate(scenes)}
    healthy = {name: text_of(shop.healthy, name, ahead) for name in places}
    loud = {n: text_of(scene.page(shop.healthy), n, ahead) for n, scene in places.items()}
    pages |= healthy
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        sent = undo.enter_context(Recorder())
        manager = undo.enter_context(AlertmanagerServer(alertmanager_file(folder, sent)))
        target = undo.enter_context(served(pages))
        prometheus = undo.enter_context(Replay(target, manager.url, list(places), every))
        wait_for(lambda: measured(prometheus) == len(scenes), PATIENCE, 0.5)
        tell(f"{len(scenes)} healthy warehouses are measured: breaking them")
        pages |= loud
        since = time.time()
        wait_for(lambda: quiet_since(sent, since, 6 * every), PATIENCE, 0.5)
        tell(f"{len(sent.requests)} messages after {time.time() - since:.0f} s: repairing them")
        pages |= healthy
        wait_for(lambda: all_over(sent), PATIENCE, 0.5)
    for warehouse, one in told(sent):
        places[warehouse].told.append(one)


def measured(prometheus: PrometheusServer) -> int:
    """How many warehouses Prometheus sees."""
    found = prometheus.query(f"count(count by (warehouse) ({MEASURED.name}))")
    return int(float(found[0]["value"][1])) if found else 0


def quiet_since(sent: Recorder, since: float, seconds: float) -> bool:
    """Whether nothing new was sent for so long, after something was."""
    last = max((request.at for request in list(sent.requests)), default=0.0)
    return last > since and time.time() - last > seconds


def all_over(sent: Recorder) -> bool:
    """Whether everything that was told was told to be over."""
    last = {(warehouse, one.incident): one.over for warehouse, one in told(sent)}
    return all(last.values())
