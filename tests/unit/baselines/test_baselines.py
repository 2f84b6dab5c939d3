"""What holds for every baseline, whoever brings it."""

from __future__ import annotations

import pytest
import yaml
from warehouse_exporter.baselines import all_baselines, all_terms
from warehouse_exporter.baselines.base import Direction
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.anomaly import Anomaly

CONFIG = """warehouse: {{dsn: "${{WAREHOUSE_DSN}}"}}
datasets: {{orders: {{relation: orders, time: ts}}}}
metrics: {{orders: {{dataset: orders, count: "*"}}}}
anomalies:
  - {{metrics: [orders], method: {method}{limits}}}
"""


def anomaly(method: str, limits: str = "") -> Anomaly:
    """A check by a method, as a config has it."""
    text = CONFIG.format(method=method, limits=limits)
    found = parse(text, "w.yml", {"WAREHOUSE_DSN": "dbname=x"}).checks[-1].kind
    assert isinstance(found, Anomaly)
    return found


@pytest.mark.parametrize("method", all_baselines())
def test_its_example_can_be_written(method: str) -> None:
    baseline = all_baselines()[method]
    example = yaml.safe_load(baseline.example)
    assert {term for limits in example.values() for term in limits} <= set(baseline.terms)
    written = anomaly(method, f", {baseline.example.strip('{}')}}}")
    assert set(written.conditions()) == {Severity(severity) for severity in example}


@pytest.mark.parametrize("method", all_baselines())
def test_its_defaults_are_complete_and_its_guard_exists(method: str) -> None:
    baseline = all_baselines()[method]
    for severity, limits in baseline.defaults.items():
        assert baseline.problem(limits, Direction.BOTH) is None
        assert baseline.filled(severity, limits) == limits
    guard, limits = baseline.guard
    assert all_baselines()[guard].problem(limits, Direction.FALL) is None
    if baseline.defaults:
        assert set(anomaly(method).conditions()) == set(baseline.defaults)


def test_what_several_say_of_a_term_is_said_together() -> None:
    assert all_terms()["z"].about == "mad, zscore: abs(z) at least this."
