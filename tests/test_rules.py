"""Alert rules: what is written, and what Prometheus makes of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.catalog import ALERT_UNMEASURED
from exporter.config import Config
from exporter.config.load import parse
from exporter.rules import Dumper, blocks, dumped, render, written
from tests import shop_warehouse
from tests.programs import needs

GOLDEN = Path(__file__).with_name("golden")
SMALL = GOLDEN / "rules.config.yml"
RULES = GOLDEN / "rules.yml"
AGAIN = "REGENERATE_GOLDEN"
"""Set this variable to write the golden file anew; then read its diff."""
ODD = 'it\'s "odd" `\\ {{ $value }} |'


@given(st.text(st.sampled_from("ab0 '\"#:-{}[]\n\t\r\\%|>&*!,?`@=~é中\x07\xa0\u2028\ufeff🛒UN")))
@settings(max_examples=300, deadline=None)
def test_a_file_is_the_same_whoever_writes_it(text: str) -> None:
    data = blocks({"alert": f"{text}.", "expr": f"({text})", "labels": {"check": f"{text}/"}})
    file = written(data)
    assert file == dumped(data, Dumper)
    assert yaml.safe_load(file) == data


def small() -> Config:
    """The config whose rules are in the golden file."""
    return parse(SMALL.read_text(), SMALL.name, {"WAREHOUSE_DSN": ""})


def promtool(command: str, file: Path) -> str:
    """What promtool says; nothing is wrong."""
    asked = subprocess.run(
        ["promtool", *command.split(), str(file)], capture_output=True, text=True, check=False
    )
    said = asked.stdout + asked.stderr
    assert asked.returncode == 0, said
    return said


def rules_of(loaded: Config) -> list[dict[str, Any]]:
    """Every rule of a config."""
    groups = yaml.safe_load(render(loaded))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_the_rules_of_a_small_config_are_those_of_the_golden_file() -> None:
    text = render(small())
    if AGAIN in os.environ:
        RULES.write_text(text)
    assert text == RULES.read_text(), f"{AGAIN}=1 pytest {__file__} writes it anew"


@needs("promtool")
def test_promtool_takes_the_rules_of_every_kind(tmp_path: Path) -> None:
    loaded = shop_warehouse.config("dbname=nowhere")
    file = tmp_path / "rules.yml"
    file.write_text(render(loaded))
    assert f"{len(rules_of(loaded))} rules found" in promtool("check rules", file)


def test_every_severity_of_every_check_has_a_rule_and_every_check_one_for_unmeasured() -> None:
    loaded = shop_warehouse.config("dbname=nowhere")
    labels = [(rule["alert"], rule["labels"]) for rule in rules_of(loaded)]
    unmeasured = [(x["dataset"], x["check"]) for name, x in labels if name == ALERT_UNMEASURED]
    assert unmeasured == [
        (check.id.dataset, check.id.name)
        for dataset in dict.fromkeys(check.id.dataset for check in loaded.checks)
        for check in loaded.checks
        if check.id.dataset == dataset
    ]
    findings = {
        (x["dataset"], x["check"], x["severity"]) for name, x in labels if name != ALERT_UNMEASURED
    }
    assert findings == {
        (check.id.dataset, check.id.name, severity.value)
        for check in loaded.checks
        for severity in check.kind.conditions()
    }


def test_an_unmeasured_check_is_as_loud_as_it_could_have_been() -> None:
    loud = {
        rule["labels"]["check"]: rule["labels"]["severity"]
        for rule in rules_of(small())
        if rule["alert"] == ALERT_UNMEASURED
    }
    assert loud == {
        "freshness": "critical",
        "completeness_client_id": "critical",
        "completeness_referrer": "critical",
        "volume": "critical",
        "metric_revenue": "info",
        "zscore_revenue": "warning",
        "stuck_refunds": "info",
    }


def test_an_incident_is_the_root_of_what_a_dataset_depends_on() -> None:
    found = {rule["labels"]["dataset"]: rule["labels"] for rule in rules_of(small())}
    assert {name: labels["incident"] for name, labels in found.items()} == {
        "events": "pipeline", "orders": "pipeline", "queries": "queries",
    }  # fmt: skip
    assert found["orders"]["owner"] == "unowned"


@pytest.mark.parametrize("shown", ["severity", "owner", "layer", "incident"])
def test_every_rule_has_the_labels_by_which_it_is_routed(shown: str) -> None:
    assert all(rule["labels"][shown] for rule in rules_of(small()))
