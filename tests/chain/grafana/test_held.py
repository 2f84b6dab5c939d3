"""Without recording rules, too, a finding is held while its check is not measured, and not longer.

`promtool` evaluates the expressions of Grafana's rules over series that are given by the minute.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml
from warehouse_exporter.alerting.grafana.managed import expressions
from warehouse_exporter.config import Config
from warehouse_exporter.core.model import Severity

from tests.support.made import config
from tests.support.programs import needs

pytestmark = needs("promtool")
CHECKS = "completeness: {column: client_id, warning: '> 1%', critical: '> 5%'}"
LABELS = (
    'warehouse="warehouse",job="j",instance="i",dataset="orders",check="completeness_client_id"'
)
MEASURED = "warehouse_check_measured"


def watched() -> Config:
    """A check with two limits, in a dataset that is read every five minutes."""
    return config(CHECKS)


def fires(
    folder: Path, series: Mapping[str, str], severity: Severity, times: Mapping[str, bool]
) -> str:
    """What promtool says where, at a time, the finding is not as it should be; else nothing."""
    made = watched()
    (check,) = made.checks
    asked = expressions.finding(check.kind.conditions()[severity], check, made)
    labels = f'{LABELS},column="client_id"'
    samples = [{"labels": "{}", "value": 1}]
    case = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f"{check.kind.metric.name}{{{labels}}}", "values": series["ratio"]},
                    {"series": f"{MEASURED}{{{LABELS}}}", "values": series["measured"]},
                ],
                "promql_expr_test": [
                    {"expr": f"count(\n{asked}\n)", "eval_time": time,
                     "exp_samples": samples if wanted else []}
                    for time, wanted in times.items()
                ],
            }
        ],
    }  # fmt: skip
    (folder / "test.yml").write_text(yaml.safe_dump(case))
    command = ["promtool", "test", "rules", "test.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_a_finding_is_held_while_its_check_is_blind_and_ends_when_it_is_measured(
    tmp_path: Path,
) -> None:
    series = {
        "ratio": "0.5x10 stale _x29 0x20",
        "measured": "1x10 0x29 1x20",
    }
    times = {"5m": True, "12m": True, "30m": True, "39m": True, "45m": False}
    assert fires(tmp_path, series, Severity.CRITICAL, times) == ""


def test_it_is_held_for_six_hours_at_most(tmp_path: Path) -> None:
    series = {"ratio": "0.5x10 stale _x500", "measured": "1x10 0x500"}
    times = {"5h50m": True, "6h30m": False}
    assert fires(tmp_path, series, Severity.CRITICAL, times) == ""


def test_what_had_no_value_when_it_was_last_measured_is_not_held(tmp_path: Path) -> None:
    """Nothing to judge any more for five minutes, then blind: the old value says nothing."""
    series = {"ratio": "0.5x10 stale _x60", "measured": "1x15 0x60"}
    times = {"5m": True, "12m": True, "22m": False, "40m": False}
    assert fires(tmp_path, series, Severity.CRITICAL, times) == ""


def test_a_value_that_flaps_is_one_finding(tmp_path: Path) -> None:
    series = {"ratio": "0.5x4 0x4 0.5x4 0x40", "measured": "1x60"}
    times = {"2m": True, "7m": True, "11m": True, "20m": True, "26m": False}
    assert fires(tmp_path, series, Severity.CRITICAL, times) == ""
    assert fires(tmp_path, series, Severity.WARNING, times) == ""


def test_a_wrong_expectation_is_noticed(tmp_path: Path) -> None:
    series = {"ratio": "0.5x60", "measured": "1x60"}
    assert "FAILED" in fires(tmp_path, series, Severity.CRITICAL, {"5m": False})
