"""The files that are shipped, with local servers in place of Slack, PagerDuty and the others."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml
from warehouse_exporter.alerting.routes import render
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.profiles import file_of

from tests.chain.alertmanager.recorder import Recorder
from tests.chain.e2e.servers import AlertmanagerServer

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "alertmanager"
QUICK = {"group_wait": "100ms", "group_interval": "1s"}
Labels = Mapping[str, str]


def config(more: str = "", **replaced: str) -> Config:
    """The config that the shipped files are made from, with more sections or other words."""
    text = file_of("complete").read_text()
    for word, other in replaced.items():
        assert word in text
        text = text.replace(word, other)
    return parse(text + more, "complete.yml", {"WAREHOUSE_DSN": ""})


def hurry(route: dict[str, Any]) -> None:
    """Let a route and those below it tell at once, and tell the end of it soon."""
    route |= QUICK
    for below in route.get("routes", []):
        hurry(below)


def served(
    text: str, folder: Path, recorder: Recorder, pace: Callable[[dict[str, Any]], None] = hurry
) -> Path:
    """An alertmanager.yml as it is, but for its addresses, its secrets and its patience.

    Secrets say where they belong; templates lie beside it.
    """
    shutil.copytree(SHIPPED / "templates", folder / "templates")
    data = yaml.safe_load(text)
    secrets = {name: folder / name for name in ("key", "token", "password", "slack")}
    for name, file in secrets.items():
        file.write_text(f"{recorder.url}/slack" if name == "slack" else f"the {name}")
    data["global"] |= {
        "slack_api_url_file": str(secrets["slack"]),
        "smtp_smarthost": recorder.smarthost,
        "smtp_auth_password_file": str(secrets["password"]),
        "smtp_require_tls": False,
    }
    for receiver in data["receivers"]:
        for page in receiver.get("pagerduty_configs", []):
            if "routing_key" in page:
                page["url"] = f"{recorder.url}/{receiver['name']}"
                continue
            page |= {"routing_key_file": str(secrets["key"]), "url": f"{recorder.url}/pagerduty"}
        for hook in receiver.get("webhook_configs", []):
            hook["url"] = f"{recorder.url}/{receiver['name']}"
            if "http_config" in hook:
                hook["http_config"]["authorization"]["credentials_file"] = str(secrets["token"])
    pace(data["route"])
    file = folder / "alertmanager.yml"
    file.write_text(yaml.safe_dump(data))
    return file


def file_with(text: str, folder: Path) -> Path:
    """A text as a file, for amtool."""
    file = folder / "alertmanager.yml"
    file.write_text(text)
    return file


def receivers(file: Path, labels: Labels) -> list[str]:
    """Who is told of an alert, as amtool says."""
    command = ["amtool", "config", "routes", "test", f"--config.file={file}"]
    pairs = [f"{name}={text}" for name, text in labels.items()]
    asked = subprocess.run([*command, *pairs], capture_output=True, text=True, check=True)
    return asked.stdout.strip().split(",")


def alert(name: str, check: str = "", severity: str = "critical", **more: str) -> dict[str, str]:
    """The labels of an alert of a check (`dataset.check`) of the shop."""
    dataset, _, short = check.partition(".")
    about = {"dataset": dataset, "check": short, "incident": check} if check else {}
    return {
        "alertname": name, "severity": severity, "job": "warehouse", "instance": "exporter:9843",
        **about, **more,
    }  # fmt: skip


def fire(server: AlertmanagerServer, *alerts: Labels, ended: bool = False) -> None:
    """Post alerts that fire, or that have just ended."""
    now = datetime.now(UTC).isoformat()
    body = [
        {
            "labels": dict(labels),
            "annotations": {
                "summary": f"{labels.get('dataset')}.{labels.get('check')}: it is wrong",
                "description": "value=1 (limit > 0), 2908 of 49963 rows.",
            },
            **({"endsAt": now} if ended else {}),
        }
        for labels in alerts
    ]
    httpx.post(f"{server.url}/api/v2/alerts", json=body).raise_for_status()


def shipped_text() -> str:
    """The alertmanager.yml that is shipped."""
    return (SHIPPED / "alertmanager.yml").read_text()


def of(made: Config) -> str:
    """The alertmanager.yml of a config."""
    return render(made)
