"""The rule of every kind fires, says the number and the limit, and resolves, by promtool."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.baselines.base import CHANGE, SCORE
from warehouse_exporter.config import Check
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition, Limit, Reading, Term, Unit
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.kinds.shared.base import Share

from tests.database.kinds.example import Example
from tests.database.kinds.examples import EXAMPLES, config_with
from tests.support.alerts import series
from tests.support.programs import needs
from tests.support.rendered import running

pytestmark = needs("promtool")
DAYS = 3 * 86400.0
"""More than any limit of an example."""
FAILED, CHECKED = 7.0, 350.0
METHODS = {
    "anomaly by mad": "method: mad, warning: {z: 3, below: 60%}",
    "anomaly by change": "method: change, warning: {fall: 30%, rise: 50%}",
    "anomaly by change that rises": "method: change, direction: rise, warning: {rise: 50%}",
    "anomaly by seasonal": "warning: {fall: 1%, rise: 0.25%, change: 15%}",
    "anomaly by seasonal in points": "warning: {points: 10%}",
}
CASES = {
    **EXAMPLES,
    **{
        name: Example(f"metrics: [revenue], {limits}", "revenue", "", "", "", "anomalies")
        for name, limits in METHODS.items()
    },
}
"""A check of every kind, and an anomaly of every method."""


NEVER: dict[str, Any] = {"exp_labels": {"never": "there"}}
"""An alert that nothing fires: of it, promtool says what it got instead."""
GOT = re.compile(r"time: (\w+),.*?got:\[(.*?)(?=\n    alertname:|\Z)", re.DOTALL)
TEXT = re.compile(r'severity="(\w+)".*\n\s+Annotations:{.*?description=("(?:[^"\\]|\\.)*")')
Received = dict[str, dict[str, str]]


def beyond(limit: Limit) -> float:
    """A number that is in breach."""
    if limit.op in ("==", "<=", ">="):
        return limit.bound
    if limit.unit is Unit.DURATION:
        return DAYS
    step = abs(limit.bound) / 2 if limit.unit is Unit.SHARE and limit.bound else 1.0
    return limit.bound - step if limit.op == "<" else limit.bound + step


def within(limit: Limit) -> float:
    """A number that is not, and near."""
    step = 0.01 if limit.unit is Unit.SHARE else 1.0
    return limit.bound + {">=": -step, "<=": step, "==": step}.get(limit.op, 0.0)


def gauges(condition: Condition) -> dict[str, tuple[float, float]]:
    """Each gauge of a condition: where its first alternative speaks, and where none does."""
    first = condition.alternatives[0]
    found = {}
    for term in (*first, *condition.terms):
        if term.metric not in found:
            loud = beyond(term.limit) if term in first else within(term.limit)
            quiet = within(term.limit)
            if term.reading is Reading.AGE:  # at the time 0, and two minutes later
                loud, quiet = -loud, 120.0
            found[term.metric] = (loud, quiet)
    return found


def shown(term: Term) -> str:
    """The number of a term in breach, as an alert has it."""
    number = beyond(term.limit)
    if term.limit.unit is Unit.DURATION:
        return "3d 0h 0m 0s"
    if term.reading.of_a_departure and term.metric == SCORE.name:
        return f"score={round(number, 2):.4g}"
    if term.reading.of_a_departure and term.metric == CHANGE.name:
        return f"fraction={1 + number:.4g}"
    return f"{number * 100:.4g}%" if term.limit.unit is Unit.SHARE else f"value={number:.4g}"


def check_of(name: str) -> tuple[Check, str]:
    """The check of a case, and the rules of its config."""
    case = CASES[name]
    text = config_with([case] if name in EXAMPLES else [EXAMPLES["metric"]])
    if name not in EXAMPLES:
        text = text.replace("anomalies: []", f"anomalies: [{{{case.written}}}]")
    if "points" in name:  # which only ratios have
        text = text.replace("metrics: {", "metrics: {rate: {ratio: [revenue, revenue]}, ")
        text = text.replace("[revenue],", "[rate],")
    loaded = parse(text, "test.yml", {"WAREHOUSE_DSN": "dbname=nowhere"})
    (check,) = [check for check in loaded.checks if check.kind.kind == name.split()[0]]
    return check, render(replace(loaded, alerts=replace(loaded.alerts, keep_firing_for="0s")))


def labels_of(check: Check) -> dict[str, str]:
    """The labels of a series that the check judges."""
    return {**dict.fromkeys(check.kind.metric.labels, "one"), **check.kind.judged}


def given(check: Check, condition: Condition) -> dict[str, str]:
    """Series that are in breach for two minutes, and then are not."""
    labels, address = labels_of(check), str(check.id)
    levels = {
        names.ROWS_FAILED.name: (FAILED, 0.0),
        names.ROWS_CHECKED.name: (CHECKED, CHECKED),
    } if isinstance(check.kind, Share) else {}  # fmt: skip
    levels |= gauges(condition)
    found = {
        series(name.removeprefix("warehouse_"), address, **labels): f"{loud!r} {loud!r} {quiet!r}"
        for name, (loud, quiet) in levels.items()
    }
    return {**found, series("check_measured", address): "1 1 1"}


def told(folder: Path, rules: str, alert: str, inputs: Mapping[str, str]) -> Received:
    """What people read at 0m and at 2m, by severity, as promtool has it."""
    (folder / "rules.yml").write_text(running(rules))
    asked = [{"eval_time": at, "alertname": alert, "exp_alerts": [NEVER]} for at in ("0m", "2m")]
    test = {
        "interval": "1m",
        "input_series": [{"series": s, "values": v} for s, v in inputs.items()],
        "alert_rule_test": asked,
    }
    whole = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yml").write_text(yaml.safe_dump(whole))
    command = ["promtool", "test", "rules", "test.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    found = {
        at: {severity: json.loads(text) for severity, text in TEXT.findall(got)}
        for at, got in GOT.findall(done.stdout + done.stderr)
    }
    assert set(found) == {"0s", "2m"}, done.stdout + done.stderr
    return found


@pytest.mark.parametrize("name", CASES)
def test_it_is_told_with_number_and_limit_and_resolves(name: str, tmp_path: Path) -> None:
    check, rules = check_of(name)
    assert check.kind.conditions()
    for severity, condition in check.kind.conditions().items():
        found = told(tmp_path, rules, check.kind.alert, given(check, condition))
        text = found["0s"][severity.value]
        assert shown(condition.terms[0]) in text
        assert f"limit {condition.text}" in text
        if isinstance(check.kind, Share):
            failed = gauges(condition).get(names.ROWS_FAILED.name, (FAILED, 0.0))[0]
            told_of = failed if check.kind.hits_fail else CHECKED - failed
            assert f"{told_of:.0f} of {CHECKED:.0f} {check.kind.things}" in text
        assert found["2m"] == {}


def test_every_kind_has_a_case() -> None:
    assert set(all_kinds()) <= set(CASES)
