"""The rules as they are shipped: up to date, and for every alert fired, silent and resolved."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from warehouse_exporter.alerting.rules import groups, kept
from warehouse_exporter.config import Check
from warehouse_exporter.config.values import parse_duration
from warehouse_exporter.core import names
from warehouse_exporter.core.limits import Condition, Reading, Term
from warehouse_exporter.core.model import Severity
from warehouse_exporter.demo.runner import CONFIG

from tests.chain.prometheus.runbooks import alerts, dbt_alerts, meta_alerts, objective_alerts, shop
from tests.support.programs import needs

ROOT = Path(__file__).parents[3]
RULES = ROOT / "prometheus" / "rules" / "warehouse.yml"
TESTS = ROOT / "prometheus" / "tests"
START = datetime.fromtimestamp(0, UTC)
"""promtool's clock begins here."""
CALM = 10
"""Minutes before the breach, of it, and after it."""


def promtool(*arguments: str | Path) -> None:
    """promtool finds nothing wrong."""
    run = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_rules_of_the_shop_are_those_of_its_config() -> None:
    command = ["rules", "--config.file", str(CONFIG.relative_to(ROOT))]
    made = subprocess.run(
        [sys.executable, "-m", "warehouse_exporter", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == RULES.read_text(), "the config has changed: make assets"


@needs("promtool")
def test_promtool_takes_the_rules() -> None:
    promtool("check", "rules", RULES)


def needed(rules: list[dict[str, Any]], named: set[str]) -> list[dict[str, Any]]:
    """The rules of some alerts, and those that record what these read: all take minutes."""
    kept: list[dict[str, Any]] = []
    wanted = [rule for rule in rules if rule.get("alert") in named]
    while wanted:
        kept += wanted
        read = " ".join(rule["expr"] for rule in kept)
        recorded = [rule for rule in rules if "record" in rule and rule["record"] in read]
        wanted = [rule for rule in recorded if rule not in kept]
    return [rule for rule in rules if rule in kept]


@needs("promtool")
@pytest.mark.parametrize("file", sorted(TESTS.glob("*.yml")), ids=lambda file: file.name)
def test_the_shipped_tests_of_rules_pass(file: Path, tmp_path: Path) -> None:
    """With the rules of the alerts that a file names."""
    text = file.read_text()
    data = yaml.safe_load(RULES.read_text())
    rules = [rule for group in data["groups"] for rule in group["rules"]]
    kept = needed(rules, {r["alert"] for r in rules if "alert" in r and r["alert"] in text})
    for group in data["groups"]:
        group["rules"] = [rule for rule in group["rules"] if rule in kept]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(data, width=1000))
    (tmp_path / file.name).write_text(text.replace("../rules/warehouse.yml", "rules.yml"))
    promtool("test", "rules", tmp_path / file.name)


def asked() -> Iterator[tuple[str, bool]]:
    """What the shipped tests ask: an alert name, and whether it fires."""
    for file in TESTS.glob("*.yml"):
        for case in yaml.safe_load(file.read_text())["tests"]:
            for question in case["promql_expr_test"]:
                for name in re.findall(r'alertname=~?"([\w|]+)"', question["expr"]):
                    yield from ((each, bool(question["exp_samples"])) for each in name.split("|"))


def test_every_alert_about_the_exporter_fires_and_is_silent_in_the_shipped_tests() -> None:
    always = "WarehouseHeartbeat"
    wanted = {(name, fires) for name in meta_alerts() for fires in (True, False)}
    assert wanted - {(always, False)} <= set(asked())


@dataclass(frozen=True)
class Course:
    """Gauges of a check that are fine, then in breach of one severity, then fine again."""

    check: Check
    severity: Severity
    fine: Mapping[str, float]
    broken: Mapping[str, float]

    @property
    def minutes(self) -> int:
        """How long it must be in breach before somebody is told."""
        return int(parse_duration(self.check.kind.hold) // 60) if self.check.kind.hold else 0

    @property
    def kept(self) -> int:
        """How many minutes somebody is told on after the breach."""
        return math.ceil(parse_duration(str(kept(self.check, self.severity, shop()))) / 60)

    def series(self) -> list[dict[str, str]]:
        """Its series for promtool, minute by minute."""
        labels = {**dict.fromkeys(self.check.kind.metric.labels, "x"), **self.check.kind.judged}
        labels |= {"dataset": self.check.id.dataset, "check": self.check.id.name}
        labels |= {
            "warehouse": shop().warehouse.name,
            "job": "warehouse",
            "instance": "exporter:9843",
        }
        shown = ",".join(f'{name}="{text}"' for name, text in labels.items())
        found = [{"series": f"{names.MEASURED.name}{{{shown}}}", "values": "1x300"}]
        for name in self.fine:
            found.append({"series": f"{name}{{{shown}}}", "values": self.values(name)})
        return found

    def values(self, name: str) -> str:
        """The three phases of a gauge; a time goes on, so that its age stays."""
        step = "+60" if name in ages(self.check) else ""
        phases, begun = [], 0
        for values, length in (
            (self.fine, CALM), (self.broken, self.minutes + CALM), (self.fine, self.kept + CALM),
        ):  # fmt: skip
            value = values[name] + (60 * begun if step else 0)
            phases.append(f"{value!r}{step}x{length - 1}")
            begun += length
        return " ".join(phases)

    def questions(self) -> list[dict[str, Any]]:
        """When its alert fires, and when it does not."""
        expr = (
            f'count(ALERTS{{alertname="{self.check.kind.alert}",alertstate="firing",'
            f'dataset="{self.check.id.dataset}",check="{self.check.id.name}",'
            f'severity="{self.severity.value}"}})'
        )
        told, over = CALM + self.minutes, 2 * CALM + self.minutes + self.kept
        once = [{"labels": "{}", "value": 1}]
        moments = {told - 1: [], told: once, over - 1: once, over: []}
        return [
            {"expr": expr, "eval_time": f"{minute}m", "exp_samples": fires}
            for minute, fires in moments.items()
        ]


def terms_of(check: Check) -> Iterator[Term]:
    """Every limit of a check."""
    for condition in check.kind.conditions().values():
        yield from condition.terms


def ages(check: Check) -> set[str]:
    """The gauges of a check that are times, judged by their age."""
    return {term.metric for term in terms_of(check) if term.reading is Reading.AGE}


def choices(check: Check) -> Iterator[dict[str, float]]:
    """Values on every side of every limit, for all the gauges together."""
    points: dict[str, list[float]] = {}
    for term in terms_of(check):
        bound, beside = term.limit.bound, max(1e-6, abs(term.limit.bound) * 0.01)
        sign = -1 if term.reading is Reading.AGE else 1
        near = [sign * (bound + step) for step in (-beside, 0.0, beside)]
        points.setdefault(term.metric, []).extend(near)
    for values in product(*points.values()):
        yield dict(zip(points, values, strict=True))


def silent(conditions: Sequence[Condition], values: Mapping[str, float]) -> bool:
    """Whether nothing is in breach at the start of promtool's clock."""
    return not any(condition.broken_by(values, START) for condition in conditions)


def courses() -> dict[str, list[Course]]:
    """Alert name -> what its checks in the shop go through, for each severity."""
    found: dict[str, list[Course]] = {}
    for check in shop().checks:
        conditions = check.kind.conditions()
        for severity, condition in conditions.items():
            fine = next(v for v in choices(check) if silent(list(conditions.values()), v))
            broken = next(v for v in choices(check) if condition.broken_by(v, START))
            course = Course(check, severity, fine, broken)
            found.setdefault(check.kind.alert, []).append(course)
    return found


COURSES = courses()


@cache
def shipped() -> list[dict[str, Any]]:
    """Every rule of the shop, with those of the checks that it does without."""
    return [rule for group in groups(shop()) for rule in group["rules"]]


def test_every_alert_about_data_is_in_these_rules() -> None:
    several = {names.ALERT_UNMEASURED, names.ALERT_FALLS_TOGETHER}
    of_no_check = {*meta_alerts(), *dbt_alerts(), *objective_alerts(), *several}
    assert {*COURSES, *of_no_check} == alerts()


@needs("promtool")
@pytest.mark.parametrize("alert", COURSES)
def test_an_alert_is_silent_fires_and_resolves(alert: str, tmp_path: Path) -> None:
    rules = needed(shipped(), {alert})
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": rules}]}))
    case = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": course.series(),
                "promql_expr_test": course.questions(),
            }
            for course in COURSES[alert]
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump(case, width=1000))
    promtool("test", "rules", file)
