"""Rules and routes for the Prometheus operator: taken by its CRDs, and the same as the files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from warehouse_exporter import profiles
from warehouse_exporter.alerting import operator, routes, rules
from warehouse_exporter.alerting.assets import templates
from warehouse_exporter.alerting.operator import Naming
from warehouse_exporter.config import load
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.core.names import ALERT_UNMEASURED

from tests.support.made import config, read_yaml
from tests.unit.formats.operator_schema import ALERTMANAGER_CONFIG, PROMETHEUS_RULE
from tests.unit.test_cli import ask

COMPLETE = profiles.file_of("complete")
every_profile = pytest.mark.parametrize("name", profiles.names())
BOT = """
routing:
  slack: {token_file: /run/secrets/slack_token}
  dead_mans_switch: {url_file: /run/secrets/heartbeat_url}
maintenance:
  night: {weekdays: friday to monday, times: "22:00 to 02:00"}
  load: {datasets: orders, times: "03:00 to 04:00", timezone: UTC}
"""


def objects(*words: str | Path) -> list[dict[str, Any]]:
    """The objects that a command writes."""
    asked = ask(*map(str, words))
    assert asked.exit_code == 0, asked.stderr
    return list(yaml.load_all(asked.stdout, yaml.CSafeLoader))


def routed(file: Path, *more: str) -> dict[str, Any]:
    """The AlertmanagerConfig for a file, after its ConfigMap."""
    command = ("alertmanager", "--format", "alertmanagerconfig", "--config.file")
    map_, found = objects(*command, file, *more)
    assert map_["kind"] == "ConfigMap"
    assert map_["data"] == templates()
    return found


@every_profile
def test_the_crd_takes_the_rules_and_they_are_those_of_the_file(name: str) -> None:
    file = profiles.file_of(name)
    made = objects("rules", "--format", "prometheusrule", "--config.file", file)
    for each in made:
        jsonschema.validate(each, PROMETHEUS_RULE)
    of_the_file = read_yaml(rules.render(load(file, {"WAREHOUSE_DSN": ""})))
    first, *more = made
    if not more:
        assert first["spec"] == of_the_file
    found = [rule for each in made for group in each["spec"]["groups"] for rule in group["rules"]]
    assert sorted(map(repr, found)) == sorted(
        repr(rule) for group in of_the_file["groups"] for rule in group["rules"]
    )


def test_what_is_too_large_for_one_object_has_the_unmeasured_in_a_second() -> None:
    command = ("rules", "--format", "prometheusrule", "--name", "shop", "--config.file")
    first, second = objects(*command, COMPLETE)
    assert [one["metadata"]["name"] for one in (first, second)] == ["shop", "shop-unmeasured"]
    (group,) = second["spec"]["groups"]
    assert group["name"] == "warehouse-unmeasured"
    assert {rule["alert"] for rule in group["rules"]} == {ALERT_UNMEASURED}
    alerts = {rule.get("alert") for g in first["spec"]["groups"] for rule in g["rules"]}
    assert ALERT_UNMEASURED not in alerts


@every_profile
def test_the_crd_takes_the_routes(name: str) -> None:
    made = routed(profiles.file_of(name))
    jsonschema.validate(made, ALERTMANAGER_CONFIG)
    assert "/run/secrets" not in yaml.safe_dump(made)


@pytest.mark.parametrize("section", ["route", "receivers", "inhibitRules"])
def test_an_unknown_key_is_found(section: str) -> None:
    made = routed(COMPLETE)
    place = made["spec"][section]
    (place["routes"] if section == "route" else place)[0]["group_by"] = ["job"]
    with pytest.raises(jsonschema.ValidationError, match="group_by"):
        jsonschema.validate(made, ALERTMANAGER_CONFIG)


def flat(route: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The receivers and conditions of a route and all below, from either format."""
    conditions = [
        one if isinstance(one, str) else f"{one['name']}{one['matchType']}{one['value']}"
        for one in route.get("matchers", [])
    ]
    plain = [re.sub(r'"(.*)"', r"\1", one).replace("\\\\", "\\") for one in conditions]
    below = [found for one in route.get("routes", []) for found in flat(one)]
    return [(route.get("receiver", ""), plain), *below]


def test_the_routes_are_those_of_alertmanager_yml() -> None:
    file = read_yaml(routes.render(load(COMPLETE, {"WAREHOUSE_DSN": ""})))
    spec = routed(COMPLETE)["spec"]
    assert flat(spec["route"]) == flat(file["route"])
    assert len(spec["inhibitRules"]) == len(file["inhibit_rules"])
    assert [one["name"] for one in spec["receivers"]] == [one["name"] for one in file["receivers"]]
    for ours, theirs in zip(spec["inhibitRules"], file["inhibit_rules"], strict=True):
        assert flat({"matchers": ours["targetMatch"]}) == flat(
            {"matchers": theirs["target_matchers"]}
        )
        assert ours["equal"] == theirs["equal"]


def test_secrets_are_keys_of_one_secret_by_the_names_of_the_files() -> None:
    found = set(re.findall(r"key: (\w+)\n\s+name: of-mine", yaml.safe_dump(
        routed(COMPLETE, "--secret", "of-mine"))))  # fmt: skip
    assert found == {
        "pagerduty_routing_key", "slack_api_url", "smtp_password", "observability_token",
    }  # fmt: skip


def test_a_bot_a_secret_url_and_windows_in_utc() -> None:
    made = config("volume: {critical: '< 5'}", more=BOT)
    _, found = yaml.safe_load_all(operator.alertmanager_config(made, Naming("warehouse")))
    jsonschema.validate(found, ALERTMANAGER_CONFIG)
    told = {one["name"]: one for one in found["spec"]["receivers"]}
    (message,) = told["critical"]["slackConfigs"]
    secret = {"name": "warehouse-alerting"}
    assert message["apiURL"] == {**secret, "key": "slack_api_url"}
    assert message["httpConfig"]["authorization"]["credentials"] == {**secret, "key": "slack_token"}
    (heartbeat,) = told["dead-mans-switch"]["webhookConfigs"]
    assert heartbeat["urlSecret"] == {**secret, "key": "heartbeat_url"}
    night, load = found["spec"]["muteTimeIntervals"]
    assert night["timeIntervals"][1] == {
        "times": [{"startTime": "00:00", "endTime": "02:00"}],
        "weekdays": ["monday", "tuesday", "saturday", "sunday"],
    }
    assert load["timeIntervals"] == [{"times": [{"startTime": "03:00", "endTime": "04:00"}]}]


def test_a_window_of_another_zone_is_refused_and_not_moved() -> None:
    made = config(
        "volume: {critical: '< 5'}", more=BOT.replace("timezone: UTC", "timezone: Asia/Tokyo")
    )
    with pytest.raises(
        UsageError, match="load is in Asia/Tokyo, and an AlertmanagerConfig knows only"
    ):
        operator.alertmanager_config(made, Naming("warehouse"))


def test_without_routing_there_is_one_receiver_to_fill_in(tmp_path: Path) -> None:
    file = tmp_path / "w.yml"
    file.write_text("warehouse: {dsn: x}\ndatasets: {orders: {relation: orders}}\n")
    asked = ask("alertmanager", "--format=alertmanagerconfig", f"--config.file={file}")
    assert "so nobody is notified" in asked.stderr
    _, made = yaml.safe_load_all(asked.stdout)
    jsonschema.validate(made, ALERTMANAGER_CONFIG)
    assert made["spec"]["receivers"] == [{"name": "nobody"}, {"name": "fill-in"}]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("rules --format=prometheusrules", "'prometheusrules' is not one of"),
        ("rules --format=prometheusrule --name=Shop_EU",
         "'Shop_EU' cannot be the name of a Kubernetes object"),
        ("rules --format=prometheusrule --label=release", "--label release: write KEY=VALUE"),
        ("rules --format=prometheusrule --label=release=a/b", "--label release=a/b: Kubernetes"),
        ("rules --name=shop", "--name is for --format prometheusrule or alertmanagerconfig, not"),
        ("alertmanager --secret=x", "--secret is for --format prometheusrule or"),
        ("alertmanager --format=alertmanagerconfig --secret=A", "write another one with --secret"),
        ("rules --output=nowhere/rules.yml",
         "cannot write nowhere/rules.yml: there is no folder nowhere; make it first"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_without_a_traceback(words: str, message: str) -> None:
    asked = ask(*words.split(), f"--config.file={COMPLETE}")
    assert asked.exit_code == 2
    assert message in asked.stderr
    assert asked.stdout == ""


def test_a_secret_file_whose_name_is_no_key_is_named() -> None:
    more = "routing: {slack: {api_url_file: '/run/secrets/slack url'}}"
    made = config("volume: {critical: '< 5'}", more=more)
    with pytest.raises(UsageError, match=r"'slack url' cannot be one: use letters"):
        operator.alertmanager_config(made, Naming("warehouse"))


def test_the_name_of_the_warehouse_is_that_of_the_object_if_kubernetes_takes_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "w.yml"
    text = "warehouse: {{dsn: x, name: {}}}\ndatasets: {{orders: {{relation: orders}}}}\n"
    file.write_text(text.format("shop-eu"))
    (made,) = objects("rules", "--format=prometheusrule", "--config.file", file)
    assert made["metadata"]["name"] == "shop-eu"
    file.write_text(text.format("Shop_EU"))
    asked = ask("rules", "--format=prometheusrule", f"--config.file={file}")
    assert asked.exit_code == 2
    assert "'Shop_EU' cannot be the name of a Kubernetes object" in asked.stderr
    assert "with --name" in asked.stderr
    named = ask("rules", "--format=prometheusrule", f"--config.file={file}", "--name=shop-eu")
    assert named.exit_code == 0


def test_the_name_and_the_labels_are_those_given() -> None:
    made, _ = objects(
        "rules", "--format=prometheusrule", "--config.file", COMPLETE, "--name=shop-eu",
        "--label=release=prometheus", "--label=app.kubernetes.io/part-of=shop",
    )  # fmt: skip
    labels = {"release": "prometheus", "app.kubernetes.io/part-of": "shop"}
    assert made["metadata"] == {"name": "shop-eu", "labels": labels}


def test_more_rules_than_the_operator_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse_exporter.alerting.operator.rules.LARGEST", 1000)
    made = config("volume: {critical: '< 5'}")
    with pytest.raises(UsageError, match=r"bytes, and the operator takes 1,000 in one object"):
        operator.prometheus_rule(made, Naming("warehouse"))
