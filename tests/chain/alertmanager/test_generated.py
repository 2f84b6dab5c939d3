"""The alertmanager.yml that is shipped is that of the shop's config, and what is never in one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from warehouse_exporter import profiles
from warehouse_exporter.alerting.assets import rules_about_ourselves
from warehouse_exporter.alerting.routes import render
from warehouse_exporter.config import Config, load
from warehouse_exporter.core import names
from warehouse_exporter.kinds import all_kinds

from tests.chain.alertmanager import shipped
from tests.support.made import config
from tests.support.programs import needs
from tests.unit.test_cli import ask

COMMAND = "alertmanager --config.file exporter/warehouse_exporter/profiles/complete.yml"


def test_the_shipped_file_is_what_its_command_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped.ROOT)
    asked = ask(*COMMAND.split())
    assert asked.exit_code == 0
    assert asked.stdout == shipped.shipped_text(), f"write it: warehouse-exporter {COMMAND}"
    assert f"`warehouse-exporter {COMMAND}`" in shipped.shipped_text()


def test_it_is_written_to_a_file(tmp_path: Path) -> None:
    file, made = (
        shipped.ROOT / "exporter/warehouse_exporter/profiles/complete.yml",
        tmp_path / "a.yml",
    )
    assert ask("alertmanager", f"--config.file={file}", f"--output={made}").exit_code == 0
    assert yaml.safe_load(made.read_text()) == yaml.safe_load(shipped.shipped_text())


@needs("amtool")
def test_without_routing_it_loads_with_one_receiver_to_fill_in(tmp_path: Path) -> None:
    file, made = tmp_path / "w.yml", tmp_path / "made" / "alertmanager.yml"
    made.parent.mkdir()
    file.write_text(
        "warehouse: {dsn: x}\ndatasets: {orders: {relation: orders}}\n"
        'maintenance: {rebuild: {datasets: orders, times: "22:00 to 02:00"}}\n'
    )
    asked = ask("alertmanager", f"--config.file={file}", f"--output={made}")
    assert asked.exit_code == 0
    assert "has no `routing:`, so nobody is notified" in asked.stderr
    assert "NOBODY IS NOTIFIED YET" in made.read_text()
    checked = subprocess.run(["amtool", "check-config", str(made)], capture_output=True)
    assert checked.returncode == 0, checked.stderr.decode()
    data = yaml.safe_load(made.read_text())
    assert data["receivers"] == [{"name": "nobody"}, {"name": "fill-in"}]
    routes = {tuple(one["matchers"]): one["receiver"] for one in data["route"]["routes"]}
    assert data["route"]["receiver"] == "fill-in"
    assert routes.pop(('alertname="WarehouseHeartbeat"',)) == "nobody"
    assert routes.pop(('explained_by!~"|nothing"',)) == "nobody"
    assert set(routes.values()) == {"fill-in"}


SAID = {
    "complete": {"critical": "pagerduty slack", "warning": "slack", "info": "webhook"},
    "daily-checks": {"critical": "email", "warning": "email"},
    "utc-partitions": {"critical": "pagerduty slack", "warning": "slack", "info": "webhook"},
    "layered-tests": {"critical": "pagerduty slack", "warning": "slack"},
    "daily-aggregate": {"critical": "email", "warning": "email"},
    "pipeline-audit": {"critical": "pagerduty email", "warning": "email"},
}
"""Profile -> who is notified of each severity, as its description says."""


@needs("amtool")
@pytest.mark.parametrize("name", profiles.names())
def test_every_profile_routes_as_its_description_says(name: str, tmp_path: Path) -> None:
    made = tmp_path / "alertmanager.yml"
    asked = ask("alertmanager", f"--config.file={profiles.file_of(name)}", f"--output={made}")
    assert (asked.exit_code, asked.stderr) == (0, "")
    checked = subprocess.run(["amtool", "check-config", str(made)], capture_output=True)
    assert checked.returncode == 0, checked.stderr.decode()
    told = {
        receiver["name"]: " ".join(
            key.removesuffix("_configs") for key in receiver if key.endswith("_configs")
        )
        for receiver in yaml.safe_load(made.read_text())["receivers"]
    }
    assert {s: told[s] for s in ("critical", "warning", "info") if told[s]} == SAID[name]


def test_the_channels_are_those_of_the_description() -> None:
    config = load(profiles.file_of("utc-partitions"), {"WAREHOUSE_DSN": ""})
    channels = {
        receiver["name"]: message["channel"]
        for receiver in yaml.safe_load(render(config))["receivers"]
        for message in receiver.get("slack_configs", [])
    }
    assert (channels["critical"], channels["warning"]) == ("#data-alerts", "#data-warnings")


@needs("amtool")
def test_alertmanager_takes_it(tmp_path: Path) -> None:
    more = 'maintenance: {rebuild: {datasets: orders, times: "22:00 to 02:00"}}\n'
    for text in (shipped.shipped_text(), shipped.of(shipped.config(more)), with_bot()):
        file = shipped.file_with(text, tmp_path)
        asked = subprocess.run(["amtool", "check-config", str(file)], capture_output=True)
        assert asked.returncode == 0, asked.stderr.decode()


def with_bot() -> str:
    """A file for those who have a bot and no mail, and whose owners' names are odd."""
    return render(
        routed(
            "routing: {slack: {token_file: /run/secrets/token}}\n"
            "owners: {'it''s \"odd\" \\': {slack: '#odd'}, nobody: {}}\n"
        )
    )


def routed(more: str) -> Config:
    """A small config with sections about routing."""
    return config("volume: {critical: '< 5'}", more=more)


def test_secrets_are_files() -> None:
    data = yaml.safe_load(shipped.shipped_text())
    text = yaml.safe_dump(data["global"]) + yaml.safe_dump(data["receivers"])
    text = text.replace("routing_key: heartbeat", "")  # in place of a key: nobody asks for one
    given = set(re.findall(r"(\w*(?:key|password|token|api_url|secret|credential)\w*):", text))
    assert given == {
        "slack_api_url_file", "smtp_auth_password_file", "routing_key_file", "credentials_file",
    }  # fmt: skip


def test_without_slack_and_pagerduty_all_goes_to_the_mail_of_everybody() -> None:
    mail = "email: {smarthost: 'smtp:25', from: a@shop.example, to: data@shop.example}"
    made = routed(f"routing: {{{mail}}}\nowners: {{growth: {{email: growth@shop.example}}}}\n")
    told = {
        receiver["name"]: [mail["to"] for mail in receiver.get("email_configs", [])]
        for receiver in yaml.safe_load(render(made))["receivers"]
    }
    assert told == {
        "unrouted": ["data@shop.example"],
        "critical": ["data@shop.example"],
        "warning": ["data@shop.example"],
        "info": [],
        "dead-mans-switch": [],
        "explained_by": [],
        "owner growth": ["growth@shop.example"],
    }


def test_a_bot_posts_to_slacks_api_with_its_token() -> None:
    data = yaml.safe_load(with_bot())
    assert data["global"] == {"slack_api_url": "https://slack.com/api/chat.postMessage"}
    messages = [m for receiver in data["receivers"] for m in receiver.get("slack_configs", [])]
    assert {m["http_config"]["authorization"]["credentials_file"] for m in messages} == {
        "/run/secrets/token"
    }
    assert [m["channel"] for m in messages] == [
        "#data-alerts", "#data-alerts", "#data-warnings", "#odd",
    ]  # fmt: skip


def test_a_secret_url_is_a_file() -> None:
    made = routed(
        "routing:\n  slack: {api_url_file: /s}\n"
        "  pagerduty: {routing_key_file: /p, url: https://events.eu.pagerduty.com/v2/enqueue}\n"
        "  dead_mans_switch: {url_file: /run/secrets/heartbeat_url}\n"
    )
    told = {r["name"]: r for r in yaml.safe_load(render(made))["receivers"]}
    assert told["dead-mans-switch"]["webhook_configs"] == [
        {"send_resolved": False, "url_file": "/run/secrets/heartbeat_url"}
    ]
    (page,) = told["critical"]["pagerduty_configs"]
    assert page["url"] == "https://events.eu.pagerduty.com/v2/enqueue"


def test_the_alerts_it_names_exist() -> None:
    ours = {rule.get("alert") for rule in rules_about_ourselves("shop")["rules"]}
    others = {names.ALERT_UNMEASURED, names.ALERT_FALLS_TOGETHER}
    known = ours | {kind.alert for kind in all_kinds().values()} | others
    named = set(re.findall(r"Warehouse[A-Z]\w+", shipped.shipped_text()))
    assert named <= known
    assert {names.ALERT_HEARTBEAT, names.ALERT_DOWN, names.ALERT_EXPORTER_DOWN} <= named
