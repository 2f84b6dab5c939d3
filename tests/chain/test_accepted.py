"""Accepted findings: gate, gauges and Prometheus agree on what is loud, before and after the day.

The day is in 1970, because promtool's clock begins there.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.cli.exit_codes import Exit, exit_code
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.model import Pass, Result, Sample
from warehouse_exporter.passes.verdicts import judge
from warehouse_exporter.publish.metrics import families
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.support.alerts import series
from tests.support.made import config
from tests.support.programs import needs

pytestmark = needs("promtool")
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
ZONE = "Atlantic/South_Georgia"
BEFORE, ON, LATER = 119, 120, 125
"""Minutes: in that zone 1969 ends two hours later than in UTC."""
ACCEPT = "accept: {until: 1969-12-31, reason: the load is being rewritten"
Numbers = Mapping[tuple[str, ...], Mapping[str, float]]
"""Labels -> gauges, without `warehouse_`."""


@dataclass(frozen=True)
class Case:
    """A check, what is measured of it, and which severities are loud before the day has ended.

    Afterwards all that are `found` are. The worst comes first: it is what the gate says.
    """

    check: str
    numbers: Numbers
    found: str
    early: str = ""
    more: str = ""
    dataset: str = "orders"


def completeness(up_to: str = "") -> str:
    """A check of a share with both severities."""
    return f"completeness: {{column: x, warning: '> 1%', critical: '> 5%', {ACCEPT}{up_to}}}}}"


def share(ratio: float) -> Numbers:
    """One share of a column."""
    return {("column", "x"): {"column_null_ratio": ratio}}


def change(moved: float) -> Numbers:
    """A metric against its baseline."""
    return {("metric", "rows"): {"metric_change_ratio": moved}}


ROWS = "metrics: {rows: {dataset: orders, count: '*'}}\n"
ANOMALY = f"{ROWS}anomalies: [{{metrics: [rows], method: change, critical: {{change: 30%}}, "
CASES = {
    "whatever the number": Case(completeness(), share(0.4), "critical warning"),
    "a number that is accepted": Case(
        completeness(", up_to: 8%"), share(0.08), "critical warning"
    ),
    "one that is beyond it": Case(
        completeness(", up_to: 8%"), share(0.0801), "critical warning", "critical warning"
    ),
    "a warning that is accepted": Case(completeness(", up_to: 8%"), share(0.02), "warning"),
    "nothing found": Case(completeness(), share(0.01), ""),
    "rows, of which fewer are worse": Case(
        f"volume: {{critical: '< 100', {ACCEPT}, up_to: 60}}}}", {(): {"rows": 60}}, "critical"
    ),
    "fewer rows than accepted": Case(
        f"volume: {{critical: '< 100', {ACCEPT}, up_to: 60}}}}",
        {(): {"rows": 59}}, "critical", "critical",
    ),
    "an age that is accepted": Case(
        f"freshness: {{critical: '> 24h', {ACCEPT}, up_to: 27h}}}}",
        {(): {"newest_row_timestamp_seconds": -24 * 3600}}, "critical",
    ),
    "an age that has grown beyond it": Case(
        f"freshness: {{critical: '> 24h', {ACCEPT}, up_to: 27h}}}}",
        {(): {"newest_row_timestamp_seconds": -26 * 3600}}, "critical", "critical",
    ),
    "a change that is accepted": Case(
        "", change(-0.4), "critical", more=f"{ANOMALY}{ACCEPT}, up_to: 40%}}}}]"
    ),
    "a rise beyond it": Case(
        "", change(0.41), "critical", "critical", more=f"{ANOMALY}{ACCEPT}, up_to: 40%}}}}]"
    ),
    "one row of a query beyond it": Case(
        "",
        {("shop", "a"): {"query_value": 5}, ("shop", "b"): {"query_value": 6}},
        "critical",
        "critical",
        more="queries: [{name: stuck, sql: 'select 1', critical: '> 0', "
        f"{ACCEPT}, up_to: 5}}}}]",
        dataset="queries",
    ),
    "a metric of its own": Case(
        "",
        {("metric", "rows", "age_days", "1"): {"metric_value": 7}},
        "warning",
        more=f"metrics: {{rows: {{dataset: orders, count: '*', warning: '< 9', {ACCEPT}}}}}}}",
    ),
}  # fmt: skip


def made(case: Case) -> tuple[Config, Check]:
    """The config of a case, and its check."""
    loaded = config(case.check, more=case.more, zone=ZONE)
    (check,) = (check for check in loaded.checks if check.accepted is not None)
    return loaded, check


def pairs(labels: Sequence[str]) -> dict[str, str]:
    """Labels by name."""
    return dict(zip(labels[::2], labels[1::2], strict=True))


def judged(case: Case, loaded: Config, check: Check, minute: int) -> Pass:
    """What the gate finds at a minute."""
    at = BEGIN + timedelta(minutes=minute)
    samples = [
        Sample({f"warehouse_{name}": value for name, value in gauges.items()}, "", pairs(labels))
        for labels, gauges in case.numbers.items()
    ]
    found = Result(check.id, judge(check, samples, at), at)
    return Pass(at, {check.id: found}, frozenset([check.id.dataset]), True, 0.1)


def of_the_gate(done: Pass, loaded: Config) -> set[str]:
    """The severities that are loud; the exit code says the same of the critical ones."""
    loud = {
        str(one.severity) for result in done.results.values() for one in result.verdicts if one.loud
    }
    assert (exit_code(done, loaded) is Exit.CRITICAL) is ("critical" in loud)
    assert (exit_code(done, loaded, strict=True) is Exit.CRITICAL) is bool(loud)
    return loud


def of_the_gauges(done: Pass, loaded: Config, check: Check, at: datetime) -> bool:
    """Whether something is loud, as the exporter says after a pass, at an instant since."""
    store = SnapshotStore(loaded, BEGIN)
    store.publish(done)
    found: dict[str, Any] = {}
    infos = []
    for family in families(store.snapshot, [check], at):
        for sample in family.samples:
            found[sample.name] = sample.value
            infos += [sample.labels] if sample.name == "warehouse_finding_info" else []
    loud = [one for one in infos if "accepted" not in one]
    silent = len(infos) > len(loud)
    assert found["warehouse_check_accepted"] == float(silent and not loud)
    assert all("the load is being rewritten" in one.get("accepted", "the load is being rewritten")
               for one in infos)  # fmt: skip
    return bool(loud)


def ask(expression: str, minute: int, values: Mapping[str, int]) -> dict[str, Any]:
    """A question of promtool, and the answer that is right: a number by severity."""
    samples = [
        {"labels": f'{{severity="{severity}"}}', "value": count}
        for severity, count in values.items()
    ]
    return {"expr": expression, "eval_time": f"{minute}m", "exp_samples": samples}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_gate_gauges_and_rules_agree(case: Case, tmp_path: Path) -> None:
    loaded, check = made(case)
    questions = []
    firing = f'group by (severity) (ALERTS{{check="{check.id.name}",alertstate="firing"}})'
    for minute, right in ((BEFORE, case.early), (ON, case.found), (LATER, case.found)):
        done = judged(case, loaded, check, minute)
        assert of_the_gate(done, loaded) == set(right.split()[:1])
        assert of_the_gauges(done, loaded, check, done.as_of) is bool(right)
        questions.append(ask(firing, minute, dict.fromkeys(right.split(), 1)))
    given = {
        series(name, str(check.id), **pairs(labels)): f"{value}x{LATER}"
        for labels, gauges in case.numbers.items()
        for name, value in gauges.items()
    }
    given[series("check_measured", str(check.id))] = f"1x{LATER}"
    inputs = [{"series": name, "values": values} for name, values in given.items()]
    (tmp_path / "rules.yml").write_text(render(loaded))
    test = {"interval": "1m", "input_series": inputs, "promql_expr_test": questions}
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(document))
    command = ["promtool", "test", "rules", "test.yml"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_the_exporter_says_that_it_is_over_without_another_pass() -> None:
    case = CASES["whatever the number"]
    loaded, check = made(case)
    before = judged(case, loaded, check, BEFORE)
    end = BEGIN + timedelta(minutes=ON)
    assert not of_the_gauges(before, loaded, check, end - timedelta.resolution)
    assert of_the_gauges(before, loaded, check, end)
