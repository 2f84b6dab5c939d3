"""Lanes with a finding are read again soon, within a budget of the warehouse's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.accepted import Accepted
from warehouse_exporter.core.model import CheckId, Outcome, Pass, Severity, Verdict
from warehouse_exporter.core.pace import Pace
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.passes.waited import waited
from warehouse_exporter.publish.scrape import USUAL, Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.budgets import Turn
from warehouse_exporter.server.lanes import Lane
from warehouse_exporter.server.looks import Looks

from tests.support.made import found, pass_of, passed, unmeasured
from tests.support.warehouses import NOON

A, B, C = (Lane(frozenset({name}), 300.0) for name in "abc")
WAREHOUSE = parse(
    "warehouse: {dsn: x}\ndatasets: {a: {relation: a, checks: [volume: {critical: '< 1'}]}}",
    "test.yml",
    {},
).warehouse


class Clocked:
    """Looks whose clock shows what it is told."""

    def __init__(self, given: Warehouse = WAREHOUSE) -> None:
        self.now = 1000.0
        self.looks = Looks(given, lambda: self.now)
        self.seen: list[tuple[float, Lane]] = []

    def passed(self, cost: float, found: str = "", lanes: str = "a", up: bool = True) -> Pace:
        """A pass over some lanes, each of which took so long; some have a finding."""
        costs = {CheckId(name, "volume"): cost for name in lanes}
        done = Pass(NOON, {}, frozenset(lanes), up, cost, costs=costs)
        group = [Lane(frozenset({name}), 300.0) for name in lanes]
        turns = {lane.datasets: Turn(300.0, 0.0) for lane in group}
        return self.looks.learn(group, done, frozenset(found), turns)[lanes[0]]

    def watch(self, seconds: int, costs: Mapping[str, float], up: bool = True) -> list[float]:
        """When lanes were looked at in so many seconds; all keep their findings."""
        times = []
        for _ in range(seconds):
            self.now += 1
            for lane in self.looks.due():
                (name,) = lane.datasets
                times.append(self.now)
                self.passed(costs[name], name, name, up)
        return times


def test_by_default_a_finding_is_looked_at_every_thirty_seconds() -> None:
    assert (WAREHOUSE.recheck, WAREHOUSE.recheck_budget) == (30.0, 120.0)
    clocked = Clocked()
    assert clocked.passed(0.1, "a") == Pace(300.0, again=30.0)
    assert clocked.watch(95, {"a": 0.1}) == [1030.0, 1060.0, 1090.0]
    assert clocked.looks.total == pytest.approx(0.3)


def test_what_is_fine_is_not_looked_at() -> None:
    clocked = Clocked()
    assert clocked.passed(0.1) == Pace(300.0)
    assert clocked.watch(600, {}) == []
    clocked.passed(0.1, "a")
    clocked.passed(0.1)
    assert clocked.watch(600, {}) == []
    assert clocked.looks.total == 0


def test_a_costly_one_is_looked_at_less_often_and_a_very_costly_one_never() -> None:
    clocked = Clocked()
    assert clocked.passed(4.0, "a") == Pace(300.0, again=120.0)
    assert clocked.watch(300, {"a": 4.0}) == [1120.0, 1240.0]
    assert clocked.passed(60.0, "a") == Pace(300.0, paused=True)
    assert clocked.watch(3600, {}) == []


def test_all_looks_of_an_hour_together_stay_within_the_budget() -> None:
    clocked = Clocked(replace(WAREHOUSE, recheck_budget=6.0))
    clocked.passed(0.05, "abc", "abc")
    hour = clocked.watch(3600, {"a": 0.05, "b": 0.05, "c": 0.05})
    assert len(hour) == 120, "a hundred and twenty looks of 0.05 s are six seconds"
    assert clocked.looks.total == pytest.approx(6.0)
    assert clocked.passed(0.05, "a") == Pace(300.0, paused=True)
    assert clocked.looks.seconds_left(5.0) == 5.0
    assert clocked.watch(3600, {}) == []
    assert clocked.passed(0.05, "abc", "abc") == Pace(300.0, again=30.0), "an hour later"


def test_a_reload_does_not_fill_the_budget_again() -> None:
    clocked = Clocked(replace(WAREHOUSE, recheck_budget=1.0))
    clocked.passed(0.05, "a")
    clocked.watch(3599, {"a": 0.05})
    clocked.looks.reconfigure(clocked.looks.warehouse)
    assert clocked.passed(0.05, "a").paused


def test_one_lane_asks_whether_the_warehouse_is_back_and_then_all_follow() -> None:
    clocked = Clocked()
    clocked.passed(0.0, "abc", "abc", up=False)
    asked = clocked.watch(301, {"a": 0.0, "b": 0.0, "c": 0.0}, up=False)
    assert len(asked) == 10
    clocked.now += 30
    (lane,) = clocked.looks.due()
    (name,) = lane.datasets
    clocked.passed(0.1, lanes=name)
    assert {*clocked.looks.due()} == {A, B, C} - {lane}


def test_a_lane_that_is_being_read_is_not_begun_again() -> None:
    clocked = Clocked()
    clocked.passed(0.1, "a")
    clocked.now += 30
    assert clocked.looks.due([A.datasets]) == []
    assert clocked.looks.seconds_left(5.0) == 5.0
    clocked.passed(0.1, "a")
    assert clocked.looks.total == 0
    clocked.now += 30
    assert clocked.looks.due() == [A]
    assert clocked.looks.due() == []


def test_off_and_a_lane_that_is_read_as_often_anyway() -> None:
    clocked = Clocked(replace(WAREHOUSE, recheck=None))
    assert clocked.passed(0.1, "a") == Pace(300.0)
    assert clocked.watch(600, {}) == []
    clocked = Clocked(replace(WAREHOUSE, recheck=300.0))
    assert clocked.passed(0.1, "a") == Pace(300.0)


CONFIG = """
warehouse: {dsn: x}
datasets:
  orders:
    relation: orders
    time: ts
    checks:
      - freshness: {critical: "> 1h"}
      - volume: {critical: "< 1"}
  items:
    relation: items
    time: ts
    depends_on: [orders]
    checks:
      - freshness: {critical: "> 1h"}
      - volume: {name: told, info: "< 1"}
"""
ACCEPTED = Accepted(NOON.date(), "known", NOON + timedelta(days=1))
LATE = {"orders.freshness": found(Outcome.CRITICAL)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, ""),
        (LATE, "orders"),
        ({"orders.volume": unmeasured()}, "orders"),
        ({"orders.freshness": found(Outcome.WARNING)}, "orders"),
        ({"orders.volume": replace(found(Outcome.CRITICAL), accepted=ACCEPTED)}, ""),
        ({"items.told": found(Outcome.WARNING, severity=Severity.INFO)}, ""),
        ({"items.told": unmeasured()}, ""),
        ({"items.freshness": found(Outcome.CRITICAL)}, "items"),
        ({**LATE, "items.freshness": found(Outcome.CRITICAL)}, "orders"),
    ],
)
def test_somebody_waits_for_what_notifies(said: Mapping[str, Verdict], expected: str) -> None:
    config = parse(CONFIG, "test.yml", {})
    results = {check.id: passed() for check in config.checks}
    made = pass_of({**{str(check): one for check, one in results.items()}, **said})
    for asked in ({"orders", "items"}, {"items"}):
        wanted = asked & set(expected.split())
        assert waited(config, made.results, asked) == wanted


def test_an_unmeasured_look_clears_nothing() -> None:
    config = parse(CONFIG, "test.yml", {})
    store = SnapshotStore(config, NOON)
    check = CheckId("orders", "volume")
    store.publish(pass_of({"orders.volume": found(Outcome.CRITICAL, gauges={"rows": 0})}))
    store.publish(pass_of({"orders.volume": unmeasured()}, NOON + timedelta(seconds=30)))
    (sample,) = store.snapshot.samples(check, NOON + timedelta(seconds=31))
    assert sample.values == {"warehouse_rows": 0}
    assert waited(config, store.snapshot.results, {"orders"}) == {"orders"}


def test_the_gauges_and_the_page_say_how_often_it_is_read() -> None:
    config = parse(CONFIG, "test.yml", {})
    store = SnapshotStore(config, NOON)
    paces = {"orders": Pace(300.0, again=30.0), "items": Pace(300.0, paused=True)}
    store.publish(pass_of({"orders.volume": passed(), "items.told": passed()}), paces, 1.5)
    text = Scrape(store, lambda: NOON).body(USUAL, zipped=False).content.decode()
    for line in (
        'warehouse_recheck_interval_seconds{dataset="orders",warehouse="warehouse"} 30.0',
        'warehouse_recheck_paused{dataset="orders",warehouse="warehouse"} 0.0',
        'warehouse_recheck_paused{dataset="items",warehouse="warehouse"} 1.0',
        'warehouse_recheck_budget_seconds{warehouse="warehouse"} 120.0',
        'warehouse_recheck_work_seconds_total{warehouse="warehouse"} 1.5',
    ):
        assert f"{line}\n" in text
    assert 'warehouse_recheck_interval_seconds{dataset="items"' not in text
    assert paces["orders"].text() == "every 5 min, now every 30 s: there is a finding"
    assert "no time to look at a finding sooner" in paces["items"].text()
