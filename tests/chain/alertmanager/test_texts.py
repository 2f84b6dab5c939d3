"""Every alert as its reader sees it: made by a real Prometheus, told by a real Alertmanager."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from warehouse_exporter.alerting.assets import rules_about_ourselves
from warehouse_exporter.alerting.rules import render as rules
from warehouse_exporter.config import Config
from warehouse_exporter.core import names
from warehouse_exporter.kinds import all_kinds

from tests.chain.alertmanager import breaches, shipped
from tests.chain.alertmanager.recorder import Recorder
from tests.chain.alertmanager.shipped import alert, fire
from tests.chain.e2e.servers import AlertmanagerServer, PrometheusServer
from tests.support.programs import needs
from tests.support.rules import every_alert
from tests.support.serving import wait_for

pytestmark = [needs("prometheus-alertmanager"), needs("prometheus")]
NOBODY = "127.0.0.1:1"
"""A second exporter, which does not answer."""
LINKS = """
alerts:
  runbook_url: https://runbooks.example/{alert}
  dashboard_url: https://grafana.example/d/warehouse?var-dataset={dataset}
"""
PATIENT = "5s"
"""What a scrape may take on a busy machine: one that fails ends its alerts."""
AGAIN = "20s"
"""When a message is tried again that nobody could take on a busy machine."""
FUTURE = '- future_rows: {warning: "> 0"}'
MORE = {FUTURE: f"{FUTURE}\n      - rows: {{failing: event_ts is null, critical: '> 0.1%'}}"}
"""A check of the kind that the config of the shop has no use for."""
BROKEN = re.compile(r"<no value>|<nil>|%!|\{\{|\}\}|ZgotmplZ|map\[")
"""What a template leaves behind that went wrong."""
LATE = re.compile(r"i/o timeout|context deadline exceeded")
"""What Alertmanager says of a message that it then tries again."""
WAYS = ("slack", "pagerduty", "text", "html")
Alert = Mapping[str, Any]


class Insistent(PrometheusServer):
    """A Prometheus that says at once again what fired before it knew its Alertmanager."""

    def prepare(self) -> list[str]:
        return [*super().prepare(), "--rules.alert.resend-delay=1s"]


@dataclass(frozen=True)
class Received:
    """The alerts that fired, and all that was sent, by way; each alert has a message of its own."""

    alerts: list[Alert]
    texts: Mapping[str, list[str]]


PAGED = re.compile(r"\n +unless on\(warehouse, job, (?:dataset|explained_by)\) .*critical.*")
"""What keeps falls from paging together: on a page on which all is wrong, each pages by itself."""
HAPPENS = re.compile(
    r"expr: .*(_failed_total|_failures_total|alertmanager\|prometheus).*"
    r"|expr: \|-\n +warehouse_up\S* == 1\n +unless .*objective.*"
    r"|expr: \|-\n +\(\n +max by \(warehouse\) \(warehouse_config_checks(?:.*\n)+? +unless .*"
)
"""What the rules about notifications, rules and scrapes ask for, which no page can show at once,
that nobody counts the days of objectives, of which too many are bad, and that checks are missing,
of which there are less than none."""


def by_itself(text: str) -> str:
    """The same receivers, for one who is told all alerts, one by one, in every way."""
    data = yaml.safe_load(text)
    everyone = {key: value for r in reversed(data["receivers"]) for key, value in r.items()}
    del everyone["webhook_configs"]
    data["receivers"] = [{**everyone, "name": "everyone"}]
    data["route"] = {"receiver": "everyone", "group_by": ["..."], "group_interval": AGAIN}
    del data["inhibit_rules"]
    return yaml.safe_dump(data)


def served(folder: Path, made: Config, recorder: Recorder) -> AlertmanagerServer:
    """An Alertmanager that tells everything to everyone."""
    return AlertmanagerServer(shipped.served(by_itself(shipped.of(made)), folder, recorder))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Received:
    """Every alert of the shop's rules, and those about ourselves."""
    folder, made = tmp_path_factory.mktemp("told"), shipped.config(LINKS, **MORE)
    at_once = re.compile(r"\n +for: \w+")
    files = [folder / "rules.yml"]
    changed = PAGED.sub("", HAPPENS.sub("expr: vector(1)", at_once.sub("", rules(made))))
    files[0].write_text(changed)
    expected = len(every_alert(made))
    with (
        Recorder() as sent,
        breaches.served(breaches.page(made)) as metrics,
        served(folder, made, sent) as alertmanager,
        Insistent([metrics, NOBODY], files, alertmanager.url, PATIENT) as prometheus,
    ):
        alerts = prometheus.wait_for(lambda: firing(prometheus, expected), 120)
        with suppress(AssertionError):  # the tests say which of them was not told, and where
            wait_for(lambda: all_told(alerts, sent), 120, 1)
        log = (alertmanager.folder / "log").read_text()
    wrong = [line for line in log.splitlines() if "level=error" in line and not LATE.search(line)]
    assert wrong == []
    return Received(alerts, texts(sent))


def firing(prometheus: PrometheusServer, expected: int) -> list[Alert]:
    """What fires, once there is an alert of every rule."""
    found: list[Alert] = [a for a in prometheus.alerts() if a["state"] == "firing"]
    names = ("alertname", "dataset", "check", "severity")
    of_rules = {tuple(a["labels"].get(name) for name in names) for a in found}
    return found if len(of_rules) >= expected else []


def all_told(alerts: list[Alert], sent: Recorder) -> bool:
    """Whether every alert was told in every way; of some there is more than one message."""
    counts = [len(sent.at("/slack")), len(sent.at("/pagerduty")), len(sent.mails)]
    return min(counts) >= len(alerts) and not any(untold(alerts, texts(sent)).values())


def texts(sent: Recorder) -> dict[str, list[str]]:
    """All that is read, by way, as it is read."""
    slack = [a for body in sent.at("/slack") for a in body["attachments"]]
    pages = [event["payload"] for event in sent.at("/pagerduty")]
    return {
        "slack": [html.unescape(f"{a['title']}\n{a['text']}\n{a['footer']}") for a in slack],
        "pagerduty": [f"{p['summary']}\n{p['custom_details']['firing']}" for p in pages],
        "text": [f"{m.message['Subject']}\n{m.part('plain')}" for m in sent.mails],
        "html": [html.unescape(m.part("html")) for m in sent.mails],
    }


def bare(text: str) -> str:
    """A text without the commas in its numbers, and without what grows while one looks."""
    return re.sub(r"(?<=\d),(?=\d{3})|( \d+m)? \d+s\b", "", text)


def parts(found: Alert) -> list[str]:
    """What every reader must find of an alert."""
    labels, said = found["labels"], found["annotations"]
    name, dataset = labels["alertname"], labels.get("dataset")
    return [
        bare(f"{labels['severity'].upper()} {said['summary']}"),
        bare(said["description"]),
        f"owner {labels['owner']}",
        "Since ",
        f"alertname%3D%22{name}",
        f"/{name}",
        *([f"dataset%3D%22{dataset}"] if dataset else []),
        *([said["dashboard_url"]] if "dashboard_url" in said else []),
    ]


def untold(alerts: list[Alert], texts: Mapping[str, list[str]]) -> dict[str, list[list[str]]]:
    """Of the alerts of which no text says all there is to know, what they should say; by way."""
    wanted = [parts(found) for found in alerts]
    missing = {}
    for way in WAYS:
        sent = [bare(text) for text in texts[way]]
        missing[way] = [w for w in wanted if not any(all(p in text for p in w) for text in sent)]
    return missing


def test_there_is_one_of_every_name(told: Received) -> None:
    found_names = {found["labels"]["alertname"] for found in told.alerts}
    meta = {rule["alert"] for rule in rules_about_ourselves("shop")["rules"] if "alert" in rule}
    kinds = {kind.alert for kind in all_kinds().values()}
    objectives = {
        names.ALERT_OBJECTIVE_BURNS, names.ALERT_OBJECTIVE_SPENT, names.ALERT_OBJECTIVES_UNKNOWN,
    }  # fmt: skip
    others = {names.ALERT_UNMEASURED, names.ALERT_FALLS_TOGETHER}
    assert found_names == kinds | meta | objectives | others


@pytest.mark.parametrize("way", WAYS)
def test_every_alert_says_all_there_is_to_know(way: str, told: Received) -> None:
    missing = untold(told.alerts, told.texts)[way]
    assert not missing, missing[0]


@pytest.mark.parametrize("way", WAYS)
def test_no_template_went_wrong(way: str, told: Received) -> None:
    wrong = [text for text in told.texts[way] if BROKEN.search(text)]
    assert not wrong, wrong[0]


@pytest.mark.parametrize("way", WAYS)
def test_numbers_are_told_in_words_of_people(way: str, told: Received) -> None:
    text = "\n".join(told.texts[way])
    for said in (
        "value=0.0582 (5.82%) (limit > 5% and more than usual), 2,908 of 49,963 rows.",
        ", observed=420, expected=840, score=-5.2, fraction=0.5.",
        "value=0.1582 (limit >= 15% and >= 3 standard errors or vanished and >= 3 standard errors)."
        " channel=channel model=last_click",
        "Not measured (timeout), so nobody knows whether it is fine.",
    ):
        found = said in text
        assert found, said


ODD = 'it\'s <"odd"> `\\ & |'


@pytest.fixture
def one(tmp_path: Path) -> Iterator[tuple[AlertmanagerServer, Recorder]]:
    """An Alertmanager that tells everything to everyone, one by one."""
    with Recorder() as sent, served(tmp_path, shipped.config(), sent) as server:
        yield server, sent


def test_what_is_told_to_silence_it_silences_it(one: tuple[AlertmanagerServer, Recorder]) -> None:
    server, sent = one
    labels = alert("WarehouseColumnIncomplete", f"events.completeness_{ODD}")
    fire(server, labels, alert("WarehouseDataStale", "events.freshness"))
    (event,) = [e for e in sent.wait_at("/pagerduty", 2) if ODD in str(e["payload"]["summary"])]
    details = event["payload"]["custom_details"]["firing"]
    (link,) = re.findall(r"silences/new\?filter=(\S+)", details)
    matchers = re.findall(r'(\w+="(?:[^"\\]|\\.)*")', unquote(link))
    assert f"{{{','.join(matchers)}}}" == unquote(link)
    command = ["amtool", "silence", "add", f"--alertmanager.url={server.url}", "--comment=known"]
    subprocess.run([*command, *matchers], check=True, capture_output=True)
    silenced = [a["labels"] for a in server.alerts() if a["status"]["silencedBy"]]
    assert silenced == [labels]


def test_an_odd_name_breaks_no_text(one: tuple[AlertmanagerServer, Recorder]) -> None:
    server, sent = one
    fire(server, alert("WarehouseColumnIncomplete", f"events.completeness_{ODD}"))
    wait_for(lambda: sent.mails and sent.at("/slack") and sent.at("/pagerduty"))
    (slack,) = texts(sent)["slack"]
    raw = sent.at("/slack")[0]["attachments"][0]["text"]
    assert '<"' not in raw
    assert f"completeness_{ODD}" in slack
    (mail,) = sent.mails
    assert '<"odd">' not in mail.part("html")
    assert f"completeness_{ODD}" in html.unescape(mail.part("html"))
    assert f"completeness_{ODD}" in mail.part("plain")
