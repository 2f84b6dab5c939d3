"""Who is told of a verdict, and how loudly: it changes no verdict and no exit code."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from warehouse_exporter.baselines.base import CHANGE, MISSED, SCORE
from warehouse_exporter.cli.exit_codes import Exit, exit_code
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.core.limits import Side, said
from warehouse_exporter.core.model import CheckId, Pass, Result, Sample, Severity, Verdict
from warehouse_exporter.passes.paging import notifying, side_of, together, told_as
from warehouse_exporter.passes.verdicts import judge

AT = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = """
warehouse: {dsn: x}
datasets: {orders: {relation: orders, time: ts}}
metrics: {orders: {dataset: orders, count: "*"}}
anomalies:
  - {metrics: [orders]}
  - {name: hard, metrics: [orders], critical: {change: 30%}}
  - {name: z, metrics: [orders], method: zscore, warning: {z: 3}, critical: {z: 5}}
  - {name: up, metrics: [orders], direction: rise}
"""
POLICIES = ("", "paging: {rises: page}", "paging: {falls_together: never}")
SCORES = (-9.0, -3.4, -2.7, 0.0, 3.1, 3.5, 3.8, 9.0)
CHANGES = (-0.5, -0.2, 0.0, 0.2, 0.5)


def found(check: Check, score: float, change: float, missed: float = 0.0) -> Verdict:
    """The verdict on a day with these gauges."""
    values = {SCORE.name: score, CHANGE.name: change, MISSED.name: missed}
    (verdict,) = judge(check, [Sample(values, "")], AT)
    return verdict


def config(paging: str = "") -> Config:
    """The config with a policy."""
    return parse(TEXT + paging, "warehouse.yml", {})


@pytest.mark.parametrize("paging", POLICIES)
def test_the_rules_tell_what_the_verdict_is_told_as(paging: str) -> None:
    given = config(paging)
    for check in given.checks:
        if check.kind.kind != "anomaly":
            continue
        told = notifying(check, given)
        for score in SCORES:
            for change in CHANGES:
                verdict = found(check, score, change)
                assert verdict.sample
                side = side_of(check, verdict, AT)
                wanted = verdict.severity and told_as(verdict.severity, side, given)
                assert said(told, verdict.sample.values, AT) == wanted, (check.id, score, change)


@pytest.mark.parametrize(
    ("paging", "told"), [("", Severity.WARNING), ("paging: {rises: page}", Severity.CRITICAL)]
)
def test_a_critical_rise_stops_the_dag_and_wakes_nobody(paging: str, told: Severity) -> None:
    given = config(paging)
    check = given.check(CheckId("orders", "seasonal_orders"))
    verdict = found(check, 9.0, 2.0)
    assert (verdict.severity, side_of(check, verdict, AT)) == (Severity.CRITICAL, Side.RISE)
    assert told_as(Severity.CRITICAL, Side.RISE, given) is told
    results = {check.id: Result(check.id, (verdict,), AT)}
    done = Pass(AT, results, frozenset({"orders"}), True, 1.0)
    assert exit_code(done, given) is Exit.CRITICAL


def test_a_run_of_empty_days_is_a_fall() -> None:
    check = config().check(CheckId("orders", "seasonal_orders"))
    assert side_of(check, found(check, 0.0, 0.0, missed=12.0), AT) is Side.FALL


def test_a_rise_that_only_critical_knows_is_a_warning() -> None:
    check = config().check(CheckId("orders", "hard_orders"))
    assert list(notifying(check, config())) == [Severity.CRITICAL, Severity.WARNING]
    assert list(notifying(check, config("paging: {rises: page}"))) == [Severity.CRITICAL]


def test_falls_of_one_day_in_several_datasets_are_together() -> None:
    sunday, monday = date(2026, 3, 1), date(2026, 3, 2)
    fell = [("a", sunday, 1), ("a", sunday, 2), ("b", monday, 3), ("c", sunday, 4)]
    assert together(fell, config()) == [1, 2, 4]
    assert together(fell[:3], config()) == []
    assert together(fell, config("paging: {falls_together: 3}")) == []
    assert together(fell, config("paging: {falls_together: never}")) == []


@pytest.mark.parametrize(
    ("paging", "complaint"),
    [
        ("{falls_together: 1}", "in how many datasets: 2 or more"),
        ("{falls_together: 0}", "in how many datasets: 2 or more"),
        ("{falls_together: often}", "write `never`, or in how many datasets"),
        ("{rises: nobody}", "ticket"),
        ("{falls: page}", "falls"),
    ],
)
def test_a_policy_that_is_none_is_refused(paging: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config(f"paging: {paging}")
    assert complaint in str(refused.value)
    assert "warehouse.yml:10" in str(refused.value)
