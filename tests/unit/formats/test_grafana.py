"""Grafana-managed alerting: files in the schema that Grafana reads, with nothing it cannot do."""

from __future__ import annotations

import json
import re
import typing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import alerting
from warehouse_exporter import profiles
from warehouse_exporter.alerting import routes
from warehouse_exporter.alerting.grafana import managed
from warehouse_exporter.alerting.grafana.managed.rules import EXPRESSION, WINDOW
from warehouse_exporter.config import Config, load
from warehouse_exporter.core.errors import UsageError

from tests.support.made import config, read_yaml
from tests.support.rules import every_alert
from tests.unit.test_cli import ask

COMPLETE = profiles.file_of("complete")
every_profile = pytest.mark.parametrize("name", profiles.names())
UID = re.compile(r"[a-zA-Z0-9_-]{1,40}")
IDENTIFIED = {"folderUID": "folder", "ruleGroup": "warehouse", "orgID": 1}
"""What the model of a rule has and the file does not: in the file, the group says it."""
plugins.register_default_plugins()


@cache
def of_profile(name: str) -> Config:
    """The config of a profile."""
    return load(profiles.file_of(name), {"WAREHOUSE_DSN": ""})


@cache
def rules(name: str = "complete") -> list[dict[str, Any]]:
    """The rules of a profile, as its file has them."""
    (group,) = read_yaml(managed.rules(of_profile(name)))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def notifications(made: Config) -> dict[str, Any]:
    """The contact points, policies and so on of a config."""
    found: dict[str, Any] = read_yaml(managed.notifications(made))
    return found


def same(model: Any, given: Any) -> bool:
    """Whether a model of Grafana's has all that was given: it drops keys it does not know."""
    return bool(json.loads(json.dumps(model, cls=JSONEncoder)) == given)


def choices(model: type, field: str) -> tuple[str, ...]:
    """The texts that a field of a model may have."""
    return typing.get_args(typing.get_type_hints(model)[field])


@every_profile
def test_a_rule_is_one_of_grafanas_model(name: str) -> None:
    for rule in rules(name):
        data = [{k: v for k, v in query.items() if k != "model"} for query in rule["data"]]
        given = {**rule, **IDENTIFIED, "data": data}
        assert same(alerting.Rule.from_json(given), given), rule["title"]
        assert rule["noDataState"] in choices(alerting.Rule, "no_data_state")
        # "KeepLast" came with Grafana 10.4; the model does not have it.
        assert rule["execErrState"] in (*choices(alerting.Rule, "exec_err_state"), "KeepLast")
        assert UID.fullmatch(rule["uid"])
        assert len(rule["title"]) <= 190


def test_a_key_that_grafana_does_not_know_is_found() -> None:
    given = {**rules()[0], **IDENTIFIED, "data": [], "keep_firing_for": "5m"}
    assert not same(alerting.Rule.from_json(given), given)


def test_the_file_has_one_group_and_each_rule_once() -> None:
    data = read_yaml(managed.rules(of_profile("complete")))
    assert set(data) == {"apiVersion", "groups"}
    (group,) = data["groups"]
    assert {key: group[key] for key in group if key != "rules"} == {
        "orgId": 1, "name": "warehouse", "folder": "Warehouse shop", "interval": "1m",
    }  # fmt: skip
    for key in ("uid", "title"):
        assert len({rule[key] for rule in group["rules"]}) == len(group["rules"])


@every_profile
def test_there_is_a_rule_for_every_alert_of_prometheus(name: str) -> None:
    theirs = [
        (rule["alert"], rule["labels"].get("check"), rule["labels"]["severity"])
        for rule in every_alert(of_profile(name))
    ]
    ours = [
        (rule["labels"]["alert"], rule["labels"].get("check"), rule["labels"]["severity"])
        for rule in rules(name)
    ]
    assert sorted(map(str, ours)) == sorted(map(str, theirs))


def test_a_rule_asks_the_data_source_and_fires_for_whatever_is_found() -> None:
    for rule in rules():
        *queries, condition = rule["data"]
        assert rule["condition"] == condition["refId"] == "C"
        assert condition["datasourceUid"] == EXPRESSION
        assert condition["model"]["type"] == "math"
        assert [query["refId"] for query in queries] == ["A", "B", "D"][: len(queries)]
        for query in queries:
            assert query["datasourceUid"] == "prometheus"
            assert query["relativeTimeRange"] == {"from": WINDOW, "to": 0}
            assert (query["model"]["instant"], query["model"]["range"]) == (True, False)
    (made,) = read_yaml(managed.rules(of_profile("pipeline-audit"), None, "mine"))["groups"]
    assert {q["datasourceUid"] for r in made["rules"] for q in r["data"]} == {"mine", EXPRESSION}


def test_there_are_no_recording_rules_and_no_queries_in_texts() -> None:
    for rule in rules():
        text = "\n".join(query["model"].get("expr", "") for query in rule["data"])
        assert ":last" not in text, rule["title"]
        assert "warehouse:" not in text, rule["title"]
        for annotation in rule["annotations"].values():
            assert "| query" not in annotation, annotation
            assert "$" not in annotation, "Grafana's files take it for a variable"


def test_the_sentence_is_read_from_a_label_of_the_second_query() -> None:
    by_title = {rule["title"]: rule for rule in rules()}
    volume = by_title["orders.volume critical"]
    assert "warehouse_finding_info" in volume["data"][1]["model"]["expr"]
    assert '(index .Values "B").Labels.sentence' in volume["annotations"]["summary"]
    unmeasured = by_title["orders.volume unmeasured"]
    assert 'severity="unmeasured"' in unmeasured["data"][1]["model"]["expr"]
    assert '(index .Values "B").Labels.sentence' in unmeasured["annotations"]["summary"]
    assert "warehouse_check_unmeasured_reason" in unmeasured["data"][2]["model"]["expr"]
    assert '(index .Values "D").Labels.reason' in unmeasured["annotations"]["description"]
    assert unmeasured["for"] == "330s"


def test_a_symptom_excludes_its_causes_and_a_wrong_row_nothing() -> None:
    by_title = {rule["title"]: rule["data"][0]["model"]["expr"] for rule in rules()}
    assert (
        'warehouse_check_outcome{warehouse="shop",dataset="events"'
        in by_title["orders.volume critical"]
    )
    assert "unless on(warehouse" in by_title["orders.volume critical"]
    assert "warehouse_check_outcome" not in by_title["orders.duplicates critical"]


def test_the_heartbeat_stops_when_prometheus_cannot_be_asked() -> None:
    states = {rule["title"]: rule["execErrState"] for rule in rules()}
    assert states.pop("WarehouseHeartbeat") == "OK"
    assert states.pop("WarehouseExporterDown") == "Error"
    assert set(states.values()) == {"KeepLast"}


def test_a_name_with_a_dollar_is_no_variable_of_the_environment() -> None:
    checks = "volume: {name: v, critical: '< 5'}"
    made = config(checks, more="owners: {a$HOME: {}}\n", orders="{relation: x, owner: a$HOME}")
    (group,) = read_yaml(managed.rules(made))["groups"]
    assert group["rules"][0]["labels"]["owner"] == "a$$HOME"


@every_profile
def test_contact_points_policies_and_templates_are_of_grafanas_models(name: str) -> None:
    made = notifications(of_profile(name))
    assert set(made) <= {"apiVersion", "contactPoints", "templates", "muteTimes", "policies"}
    uids = []
    for point in made["contactPoints"]:
        assert point["receivers"], "Grafana has no contact point without a way"
        for way in point["receivers"]:
            given = {**way, "name": point["name"]}
            assert same(alerting.ContactPoint.from_json(given), given)
            assert way["type"] in choices(alerting.ContactPoint, "type_val")
            assert UID.fullmatch(way["uid"])
            uids.append(way["uid"])
    assert len(set(uids)) == len(uids)
    (policy,) = made["policies"]
    given = {key: value for key, value in policy.items() if key != "orgId"}
    assert same(alerting.NotificationPolicy.from_json(given), given)
    for template in made["templates"]:
        given = {key: value for key, value in template.items() if key != "orgId"}
        assert same(alerting.NotificationTemplate.from_json(given), given)


def flat(policy: dict[str, Any]) -> list[dict[str, Any]]:
    """A policy and all those below it."""
    return [policy, *(found for one in policy.get("routes", []) for found in flat(one))]


@every_profile
def test_policies_name_contact_points_and_mute_timings_that_are_there(name: str) -> None:
    made = notifications(of_profile(name))
    points = {point["name"] for point in made["contactPoints"]}
    timings = {timing["name"] for timing in made.get("muteTimes", [])}
    (root,) = made["policies"]
    assert "mute_time_intervals" not in root, "Grafana refuses it for the root"
    for policy in flat(root):
        assert policy.get("receiver", root["receiver"]) in points
        assert set(policy.get("mute_time_intervals", ())) <= timings


@every_profile
def test_every_template_that_is_named_is_defined(name: str) -> None:
    made = notifications(of_profile(name))
    text = yaml.safe_dump(made["templates"], width=10**6)
    named = set(re.findall(r"template \\?\"([\w.]+)", yaml.safe_dump(made, width=10**6)))
    assert named
    assert named <= set(re.findall(r"define \\?\"([\w.]+)", text))


def test_every_route_of_alertmanager_is_a_policy() -> None:
    file = read_yaml(routes.render(of_profile("complete")))
    (root,) = notifications(of_profile("complete"))["policies"]
    theirs = [(route["receiver"], len(route.get("matchers", []))) for route in flat(file["route"])]
    ours = [(one["receiver"], len(one.get("object_matchers", []))) for one in flat(root)]
    silent = ("unrouted", 1)
    assert ours == [silent if one == ("explained_by", 1) else one for one in theirs]
    (heartbeat,) = (one for one in flat(root) if one["receiver"] == "dead-mans-switch")
    assert heartbeat["object_matchers"] == [["alertname", "=", "WarehouseHeartbeat"]]


def test_secrets_are_read_from_files() -> None:
    text = managed.notifications(of_profile("complete"))
    assert set(re.findall(r"\$__file\{(.*?)\}", text)) == {
        "/run/secrets/pagerduty_routing_key",
        "/run/secrets/slack_api_url",
        "/run/secrets/observability_token",
    }
    assert "smtp_password" not in text, "mail is sent by Grafana's own relay"


def test_an_audience_without_a_way_is_muted_and_not_sent_to_another() -> None:
    made = notifications(of_profile("daily-checks"))
    (root,) = made["policies"]
    (info,) = (p for p in flat(root) if ["severity", "=", "info"] in p.get("object_matchers", []))
    assert info["mute_time_intervals"] == ["nobody is notified"]
    (timing,) = made["muteTimes"]
    assert timing["time_intervals"] == [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]


def test_maintenance_windows_are_mute_timings_in_their_zone() -> None:
    more = "routing: {slack: {token_file: /t}}\nmaintenance: {load: {datasets: orders,"
    made = config(
        "volume: {critical: '< 5'}",
        more=f'{more} weekdays: sunday, times: "02:00 to 03:30", timezone: Europe/Berlin}}}}\n',
    )
    found = notifications(made)
    assert found["muteTimes"][0] == {
        "orgId": 1,
        "name": "load",
        "time_intervals": [
            {
                "times": [{"start_time": "02:00", "end_time": "03:30"}],
                "weekdays": ["sunday"],
                "location": "Europe/Berlin",
            }
        ],
    }


def test_without_routing_there_is_one_contact_point_to_fill_in(tmp_path: Path) -> None:
    file = tmp_path / "w.yml"
    file.write_text("warehouse: {dsn: x}\ndatasets: {orders: {relation: orders}}\n")
    asked = ask("alertmanager", "--format=grafana", f"--config.file={file}")
    assert "so nobody is notified" in asked.stderr
    made = read_yaml(asked.stdout)
    assert [point["name"] for point in made["contactPoints"]] == ["fill-in"]


def test_a_way_that_grafana_does_not_have_is_refused() -> None:
    from warehouse_exporter.alerting.grafana.managed.contact_points import contact_point

    with pytest.raises(UsageError, match="Grafana has no contact point for pigeon_configs"):
        contact_point({"name": "x", "pigeon_configs": [{}]}, {})


def test_the_commands_write_them(tmp_path: Path) -> None:
    for command in ("rules", "alertmanager"):
        made = tmp_path / f"{command}.yml"
        asked = ask(command, "--format=grafana", f"--config.file={COMPLETE}", f"--output={made}")
        assert asked.exit_code == 0, asked.stderr
        assert read_yaml(made.read_text())["apiVersion"] == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["alertmanager.yml", "rules.yml"]
    asked = ask("rules", "--datasource=x", f"--config.file={COMPLETE}")
    assert (asked.exit_code, "--datasource is for --format grafana" in asked.stderr) == (2, True)
