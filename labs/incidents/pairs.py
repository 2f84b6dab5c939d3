"""Two incidents at once in one shop: who is paged of what.

The pages are recorded (`recording.py`); each pair is a warehouse of its own, and all of them are
replayed into one Prometheus and one Alertmanager: healthy, both broken at the same instant, both
repaired. Of two unrelated faults there must be two pages, each with its own cause and its own end.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter.alerting import routes
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.names import MEASURED
from warehouse_exporter.demo.runner import CONFIG
from warehouse_exporter.passes.causes import reasons

from labs.incidents.catalogue import INCIDENTS
from labs.incidents.recording import TIME, Page, Recorded, names, recorded
from labs.incidents.shops import config_text
from tests.chain.alertmanager import shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.support.serving import wait_for

WAREHOUSE = re.compile(r'warehouse="[^"]*"')
PATIENCE, ANY = 600.0, "any-of-them"


@dataclass(frozen=True)
class Told:
    """A page: what tells faults apart, the checks in it, whose they are, and its title."""

    incident: str
    checks: tuple[str, ...]
    title: str
    owners: str
    over: bool


@dataclass
class Scene:
    """Incidents that happen together in one warehouse, and the pages that were sent of them."""

    name: str
    incidents: tuple[str, ...]
    told: list[Told] = field(default_factory=list)

    @property
    def begun(self) -> dict[str, Told]:
        """The pages by incident."""
        return {one.incident: one for one in self.told if not one.over}

    @property
    def ended(self) -> set[str]:
        """The incidents of which somebody was told that they are over."""
        return {one.incident for one in self.told if one.over}

    def names(self, told: Told) -> list[str]:
        """The incidents that a page names as the catalogue wants it."""
        shown = [f"{check}: {told.title}" for check in told.checks]
        return [
            name
            for name in self.incidents
            if any(re.match(INCIDENTS[name].cause.split(":")[0], line) for line in shown)
        ]


def broken(shop: Recorded, incidents: Iterable[str]) -> Page:
    """The page of a shop in which all of them happened."""
    found: Page = dict(shop.healthy)
    for name in incidents:
        for series, value in shop.incidents[name].items():
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
    """A Prometheus with the rules of every scene, each of which is a target."""

    def __init__(self, target: str, manager: str, scenes: Sequence[Scene], every: int) -> None:
        """Describe it; the rules lie in a folder that goes with it."""
        super().__init__((), (), manager, f"{every}s")
        text = render(config_of(ANY, every))
        self.rules = {scene.name: text.replace(ANY, scene.name) for scene in scenes}
        (job,) = list[Any](self.config["scrape_configs"])
        self.config["scrape_configs"] = [
            {
                **job,
                "job_name": f"warehouse-{scene.name}",
                "metrics_path": f"/{scene.name}",
                "static_configs": [{"targets": [target]}],
            }
            for scene in scenes
        ]

    def prepare(self) -> list[str]:
        """Write the rules about data beside prometheus.yml."""
        for name, text in self.rules.items():
            group, _ = yaml.load(text, yaml.CSafeLoader)["groups"]
            group["name"] = name
            (self.folder / f"{name}.yml").write_text(
                yaml.dump({"groups": [group]}, Dumper=yaml.CSafeDumper)
            )
        self.config["rule_files"] = [str(self.folder / "pair-*.yml")]
        return super().prepare()


def alertmanager_file(folder: Path, sent: Recorder) -> Path:
    """The shipped routes; a page also says its warehouse, incident, checks and owners."""
    data = yaml.safe_load(routes.render(config_of(ANY, 5)))
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
    """Every page, by warehouse, in order."""
    for request in list(sent.requests):
        if request.path == "/pagerduty":
            body, payload = request.body, request.body.get("payload", {})
            if body["event_action"] == "trigger":
                KEYS[body["dedup_key"]] = (payload["group"], payload["class"])
            warehouse, incident = KEYS[body["dedup_key"]]
            owners = payload.get("custom_details", {}).get("owners", "")
            yield warehouse, Told(
                incident, tuple(payload.get("component", "").split()), payload.get("summary", ""),
                " ".join(sorted(set(owners.split()))), body["event_action"] == "resolve",
            )  # fmt: skip


KEYS: dict[str, tuple[str, str]] = {}
"""PagerDuty's key -> warehouse and incident: a resolve has the key alone."""


def play(sets: Sequence[tuple[str, ...]], every: int = 5) -> list[Scene]:
    """Replay sets of incidents, all at once; what was sent of each until all of it was over."""
    shop, ahead = recorded(), 0.0
    ahead = time.time() - shop.at
    scenes = [Scene(f"pair-{place}", incidents) for place, incidents in enumerate(sets)]
    healthy = {s.name: text_of(shop.healthy, s.name, ahead) for s in scenes}
    loud = {s.name: text_of(broken(shop, s.incidents), s.name, ahead) for s in scenes}
    pages = dict(healthy)
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        sent = undo.enter_context(Recorder())
        manager = undo.enter_context(AlertmanagerServer(alertmanager_file(folder, sent)))
        target = undo.enter_context(served(pages))
        prometheus = undo.enter_context(Replay(target, manager.url, scenes, every))
        seen = f"count(count by (warehouse) ({MEASURED.name}))"
        wait_for(
            lambda: (
                prometheus.query(seen)
                and int(float(prometheus.query(seen)[0]["value"][1])) == len(scenes)
            ),
            PATIENCE,
            0.5,
        )
        pages |= loud
        since = time.time()
        wait_for(lambda: quiet_since(sent, since, 6 * every), PATIENCE, 0.5)
        pages |= healthy
        wait_for(lambda: all_over(scenes, sent), PATIENCE, 0.5)
    for warehouse, one in told(sent):
        scene = scenes[int(warehouse.removeprefix("pair-"))]
        scene.told.append(one)
    return scenes


def quiet_since(sent: Recorder, since: float, seconds: float) -> bool:
    """Whether nothing new was sent for so long, after something was."""
    last = max((request.at for request in list(sent.requests)), default=0.0)
    return last > since and time.time() - last > seconds


def all_over(scenes: Sequence[Scene], sent: Recorder) -> bool:
    """Whether everything that was told was told to be over."""
    last = {(warehouse, one.incident): one.over for warehouse, one in told(sent)}
    return all(last.values())


def pairs() -> list[tuple[str, str]]:
    """All pairs of the incidents that page."""
    return list(combinations(names(), 2))


@dataclass(frozen=True)
class Pair:
    """Two incidents together: whether one may follow from the other, and who was paged."""

    scene: Scene
    related: bool
    wanted: frozenset[str]
    """The labels `incident` of the pages that each has alone."""

    def complaints(self) -> list[str]:
        """What was not as it has to be."""
        begun, found = self.scene.begun, []
        if not self.related and set(begun) != self.wanted:
            found.append(f"paged of {sorted(begun)}, not of {sorted(self.wanted)}")
        if self.related and not (begun and set(begun) <= self.wanted and len(begun) <= 2):
            found.append(
                f"paged of {sorted(begun)}, and not of one or two of {sorted(self.wanted)}"
            )
        if len({one.title for one in begun.values()}) != len(begun):
            found.append("two pages have the same title")
        if set(begun) != self.scene.ended:
            found.append("not all that began is over")
        return found


def alone(every: int = 5) -> dict[str, Told]:
    """The page of each incident by itself. AssertionError where it is not one that names it."""
    found = {}
    for scene in play([(name,) for name in names()], every):
        (name,), begun = scene.incidents, list(scene.begun.values())
        assert len(begun) == 1, (name, begun)
        assert scene.names(begun[0]) == [name], (name, begun)
        found[name] = begun[0]
    return found


def related(one: Told, other: Told, config: Config) -> bool:
    """Whether one may follow from the other, so that both at once may be one page."""
    return (
        one.incident == other.incident or follows(one, other, config) or follows(other, one, config)
    )


def follows(one: Told, other: Told, config: Config) -> bool:
    """Whether the first may be explained by the second."""
    (check, fault), *_ = findings(one, config)
    causes = reasons(check, fault, config)
    return any(causes.cover(*finding) for finding in findings(other, config))


def findings(page: Told, config: Config) -> list[tuple[Check, Fault]]:
    """The checks on a page, and the sort of fault that it is about."""
    fault = Fault(page.incident.split("/")[1])
    named = (check.partition(".") for check in page.checks)
    return [(config.check(CheckId(dataset, name)), fault) for dataset, _, name in named]


def hides(shop: Recorded, one: str, both: tuple[str, ...], page: Told, config: Config) -> bool:
    """Whether the other incident changes what the check of a page looks at: it may have no rows."""
    dataset, _, name = page.checks[0].partition(".")
    conditions = config.check(CheckId(dataset, name)).kind.conditions().values()
    gauges = {MEASURED.name, *(term.metric for each in conditions for term in each.terms)}
    own = (f'check="{name}"', f'dataset="{dataset}"')

    def seen(shown: Page) -> Page:
        return {
            series: value
            for series, value in shown.items()
            if series.partition("{")[0] in gauges and all(part in series for part in own)
        }

    return seen(broken(shop, both)) != seen(broken(shop, [one]))


def all_pairs(
    chosen: Sequence[tuple[str, str]], pages: Mapping[str, Told], every: int
) -> list[Pair]:
    """What is paged of pairs, where each incident alone has a known page."""
    config, shop = config_of(ANY, every), recorded()
    found = []
    for scene in play(chosen, every):
        one, other = (pages[name] for name in scene.incidents)
        wanted = frozenset((one.incident, other.incident))
        hidden = any(
            hides(shop, name, scene.incidents, pages[name], config) for name in scene.incidents
        )
        found.append(Pair(scene, hidden or related(one, other, config), wanted))
    return found
