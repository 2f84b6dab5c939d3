"""Prometheus and Alertmanager on the demo's exporter, and where Alertmanager tells people.

The rules and routes are those of the shop, but that everybody is reached at the demo's own
receiver, and that nobody waits: a page is there seconds after the data broke, and is over seconds
after they were repaired.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from warehouse_exporter import profiles
from warehouse_exporter.alerting import assets, routes, rules
from warehouse_exporter.config import Config, load
from warehouse_exporter.config.routing import Routing
from warehouse_exporter.core.names import DEFAULT_PORT
from warehouse_exporter.demo import receiver
from warehouse_exporter.demo.programs import Command
from warehouse_exporter.receivers.pagerduty import PagerDuty
from warehouse_exporter.receivers.slack import Slack
from warehouse_exporter.receivers.webhook import DeadMansSwitch, Observability

CONFIG = profiles.file_of(profiles.DEFAULT)
PROGRAMS = {
    "prometheus": ("prometheus",),
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),
}
"""What we run -> the programs that it may be; the first is also its package in Debian."""
EVERY = "1s"
"""How often Prometheus scrapes and judges."""
RHYTHM = {"group_wait": "2s", "group_interval": "3s"}
"""A group waits until all rules were evaluated on the same pass."""
DEMO_ALERTS = """\
alerts:                              # of the demo, where nobody likes to wait
  unmeasured_for: 20s                # as long as a pass may take here; default: until the second
  keep_firing_for: 3s                # default of pages: 30s
  returns_within: 0s                 # default: 10m, in which what comes back pages nobody
  external_url: http://127.0.0.1:{port}
"""
RESEND = "10s"
"""How soon Prometheus says again what Alertmanager did not hear: at its start it knows nobody."""


def program(name: str) -> str | None:
    """The path of what can be run, under whichever name it is installed."""
    if name in missing():
        return None
    return next(filter(None, map(shutil.which, PROGRAMS[name])))


def missing() -> dict[str, str]:
    """What cannot be run, and why."""
    return {
        name: f"not installed: sudo apt-get install {programs[0]}"
        for name, programs in PROGRAMS.items()
        if not any(map(shutil.which, programs))
    }


def write_config(folder: Path, port: int = DEFAULT_PORT) -> Path:
    """The shop's config with short delays, for the exporter at a port and the rules alike."""
    file, alerts = folder / "warehouse.yml", DEMO_ALERTS.format(port=port)
    file.write_text(f"{CONFIG.read_text(encoding='utf-8')}\n{alerts}", encoding="utf-8")
    return file


def config(file: Path, people: str) -> Config:
    """The config in a file, with everybody at the URL of our receiver.

    There is no mail: owners with nothing but an address are told in the channel of warnings.
    """
    slack, key = file.with_name("slack_api_url"), file.with_name("pagerduty_routing_key")
    slack.write_text(people + receiver.SLACK)
    key.write_text("demo")
    ways = (
        Slack(api_url_file=str(slack)),
        PagerDuty(routing_key_file=str(key), url=people + receiver.PAGERDUTY),
        Observability(url=people + receiver.OBSERVABILITY),
        DeadMansSwitch(url=people + receiver.HEARTBEAT),
    )
    everybody: Routing = {way.name: way for way in ways}
    return replace(load(file, {"WAREHOUSE_DSN": ""}), routing=everybody)


def alertmanager(program: str, folder: Path, config: Config) -> Command:
    """Alertmanager with the routes of a config and the texts that are shipped."""
    (folder / "templates").mkdir()
    for name, text in assets.templates().items():
        (folder / "templates" / name).write_text(text, encoding="utf-8")
    file = folder / "alertmanager.yml"
    file.write_text(routes.render(config, RHYTHM))
    options = [f"--config.file={file}", f"--storage.path={folder / 'alertmanager'}"]
    return lambda port: [program, *options, *reached_at(port), "--cluster.listen-address="]


def prometheus(
    program: str, folder: Path, config: Config, exporter: int, alertmanager: int | None
) -> Command:
    """Prometheus with the rules of a config, on the exporter and the Alertmanager at some ports."""
    found = folder / "rules.yml"
    found.write_text(rules.render(config))
    file = folder / "prometheus.yml"
    file.write_text(prometheus_config(exporter, alertmanager, found))
    options = [f"--config.file={file}", f"--storage.tsdb.path={folder / 'prometheus'}"]
    options += [f"--rules.alert.resend-delay={RESEND}"]
    return lambda port: [program, *options, *reached_at(port)]


def reached_at(port: int) -> list[str]:
    """Where both of them listen, and how the links in messages begin."""
    address = f"127.0.0.1:{port}"
    return [f"--web.listen-address={address}", f"--web.external-url=http://{address}"]


def prometheus_config(exporter: int, alertmanager: int | None, rules: Path) -> str:
    """A prometheus.yml with a quick rhythm; JSON is YAML, too."""
    managers = [{"targets": [f"127.0.0.1:{alertmanager}"]}] if alertmanager else []
    scrape = {"job_name": "warehouse", "static_configs": [{"targets": [f"127.0.0.1:{exporter}"]}]}
    return json.dumps(
        {
            "global": {"scrape_interval": EVERY, "evaluation_interval": EVERY},
            "rule_files": [str(rules)],
            "scrape_configs": [scrape],
            "alerting": {"alertmanagers": [{"static_configs": managers}]},
        },
        indent=2,
    )
