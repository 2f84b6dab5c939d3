"""Checks share a rule: exactly those that are named, none that explains another, and few rules."""

from __future__ import annotations

import re
import sys
from collections import Counter
from itertools import permutations
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_exporter.alerting import causes
from warehouse_exporter.alerting.related import UPSTREAM
from warehouse_exporter.alerting.rules import document, render
from warehouse_exporter.alerting.rules.choice import choices
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import CheckId, Severity
from warehouse_exporter.passes.causes import (
    NO_LESS_SEVERE,
    Finding,
    Key,
    Reasons,
    causes_first,
    reasons,
)

from tests.support import shop_warehouse
from tests.support.chained import CHAINED
from tests.support.rules import all_rules, checks_of

TABLES = """\
  set_%(n)d:
    relation: shop.set_%(n)d
    time: ts
    key: id
    depends_on: [%(upstream)s]
    columns: {id: bigint, ts: timestamptz}
    checks:
      - freshness: {warning: "> 12h", critical: "> 24h"}
      - volume: {critical: "< 1"}
      - duplicates: {critical: "> 0"}
      - completeness: {column: name, warning: "> 1%%", critical: "> 5%%"}
      - completeness: {column: own_%(n)d, critical: "> 5%%"}
"""
CHAIN = 5
"""Datasets that depend on each other, one after the other."""
CROSSED = """
warehouse: {dsn: x}
datasets:
  a:
    relation: a
    time: ts
    key: id
    checks:
      - volume: {critical: "< 1"}
      - volume: {name: again, critical: "< 1"}
      - orphans: {column: b_id, references: {dataset: b, column: id}, critical: "> 0"}
      - completeness: {column: id, critical: "> 0"}
  b:
    relation: b
    time: ts
    key: id
    checks:
      - volume: {critical: "< 1"}
      - orphans: {column: a_id, references: {dataset: a, column: id}, critical: "> 0"}
      - completeness: {column: id, critical: "> 0"}
  c: {relation: c, time: ts, key: id, checks: [volume: {critical: "< 1"}]}
metrics:
  x: {dataset: a, count: "*"}
  y: {dataset: b, count: "*"}
  z: {ratio: [x, y]}
anomalies:
  - {metrics: [x, y, z], method: zscore, days: 7, warning: {z: 3}, critical: {z: 6}}
queries:
  - {name: one, dataset: c, sql: "select 1", critical: "> 0"}
  - {name: other, sql: "select 1", critical: "> 0"}
"""
"""Datasets that read each other, and of which none is built from another."""


def tables(number: int) -> Config:
    """A config of so many datasets, alike but for a column of their own."""
    written = "".join(
        TABLES % {"n": n, "upstream": f"set_{n - 1}" if n % CHAIN else ""} for n in range(number)
    )
    return parse(f"warehouse: {{dsn: x}}\ndatasets:\n{written}", "many.yml", {})


def findings(config: Config) -> list[Finding]:
    """Everything that may be found, in the order in which one check after the other is judged."""
    first = causes_first(config)
    found = [
        Finding(check, check.kind.fault, severity)
        for severity in Severity
        for check in first
        if severity in check.kind.conditions()
    ]
    worst = ((check, check.worst_severity or Severity.INFO) for check in first)
    return [*found, *(Finding(check, Fault.UNMEASURED, severity) for check, severity in worst)]


def places(config: Config) -> dict[Key, int]:
    """Each finding with the place of the one rule that tells of it."""
    found: dict[Key, int] = {}
    for place, rule in enumerate(all_rules(config)):
        for check in checks_of(rule):
            labels = rule["labels"]
            key = (check, Fault(labels[names.FAULT]), Severity(labels["severity"]))
            assert key not in found, f"{key} is told twice"
            found[key] = place
    return found


def may_explain(cause: Finding, other: Finding, found: Reasons) -> bool:
    """Whether one may explain the other, for reasons that it has, whenever they begin."""
    every = (*found.lasting, *found.new, *found.by_themselves)
    loud = cause.severity in NO_LESS_SEVERE[other.severity] and cause.check != other.check
    return loud and any(one.covers(cause.check, cause.fault) for one in every)


@pytest.mark.parametrize("name", ["shop", "chained", "crossed", "tables"])
def test_causes_and_consequences_never_share_a_rule_and_keep_their_order(name: str) -> None:
    config = {
        "shop": lambda: shop_warehouse.config("dbname=nowhere"),
        "chained": lambda: parse(CHAINED, "chained.yml", {}),
        "crossed": lambda: parse(CROSSED, "crossed.yml", {}),
        "tables": lambda: tables(2 * CHAIN),
    }[name]()
    found, place = findings(config), places(config)
    assert [one.key for one in found if one.key not in place] == []
    related = 0
    explained = {one.key[:2]: reasons(one.check, one.fault, config) for one in found}
    for first, later in permutations(range(len(found)), 2):
        one, other = found[first], found[later]
        if may_explain(one, other, explained[other.key[:2]]):
            related += 1
            judged = place[one.key] < place[other.key]
            assert place[one.key] != place[other.key], (one.key, other.key)
            assert judged == (first < later), (one.key, other.key)
    assert related > 20


@given(st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("uvwxyz")), min_size=1))
@settings(max_examples=100, deadline=None)
def test_choices_are_of_the_checks_asked_for_and_no_others(checks: set[tuple[str, str]]) -> None:
    found = choices(CheckId(*one) for one in sorted(checks))
    covered = [(d, c) for datasets, several in found for d in datasets for c in several]
    assert Counter(covered) == Counter(checks)


@pytest.mark.parametrize("name", ["shop", "tables"])
def test_prometheus_finds_each_rule_again_by_its_name_and_labels(name: str) -> None:
    """It keeps the alerts of a rule when the file is read again, and takes one for the other."""
    made = shop_warehouse.config("dbname=nowhere") if name == "shop" else tables(60)
    known = Counter(identity(rule) for rule in all_rules(made) if "alert" in rule)
    assert set(known.values()) == {1}


def identity(rule: dict[str, object]) -> str:
    """By what Prometheus knows a rule."""
    return f"{rule['alert']} {rule['labels']}"


def test_a_new_dataset_leaves_the_rules_of_the_others_what_they_are() -> None:
    few, more = tables(2 * CHAIN), tables(3 * CHAIN)
    before, after = (
        {identity(rule): checks_of(rule) for rule in all_rules(one) if checks_of(rule)}
        for one in (few, more)
    )
    assert before.keys() == after.keys()
    assert all(set(before[one]) <= set(after[one]) for one in before)


def test_the_number_of_rules_does_not_grow_with_the_checks() -> None:
    counts, sizes = [], []
    for config in (tables(100), tables(1000)):
        text = render(config)
        rules = re.findall(r"^  - (alert|record): (\S+)$", text, re.MULTILINE)
        counts.append(sum(name != UPSTREAM for _, name in rules))
        sizes.append(len(text))
    assert counts[0] < 100, "of 1,450 there could be"
    assert counts[1] - counts[0] < 100, "only columns that no other dataset has add a few"
    assert sizes[1] < 10 * sizes[0]
    assert sizes[1] < 5_000 * 150, "bytes of a check"


def calls(config: Config) -> int:
    """How many functions are called to make the rules."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        document.judging(config)
    finally:
        sys.setprofile(before)
    return count


def test_what_it_takes_to_make_rules_grows_with_the_checks_and_no_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    template = causes.template

    def noted(*args: Any) -> str:
        made.append(template(*args))
        return made[-1]

    monkeypatch.setattr(causes, "template", noted)
    few, made_of_few = calls(tables(20)), len(made)
    assert calls(tables(200)) < 11 * few
    assert len(made) == 2 * made_of_few, "the same texts, however many datasets there are"
