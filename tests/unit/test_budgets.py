"""Lanes leave out turns, so that their datasets stay within a budget of the warehouse's time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import warehouse_exporter
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import CheckId, Pass
from warehouse_exporter.core.pace import Pace
from warehouse_exporter.publish.scrape import USUAL, Scrape
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.budgets import LONGEST, Budgets, Turn
from warehouse_exporter.server.lanes import Lane, lanes
from warehouse_exporter.server.looks import Looks

from tests.support.made import pass_of, passed
from tests.support.warehouses import NOON

CONFIG = """
warehouse: {dsn: x}
defaults: {budget: 60s}
datasets:
  a: {relation: a, checks: [volume: {critical: "< 1"}]}
  b: {relation: b, budget: null, checks: [volume: {critical: "< 1"}]}
"""
EVERY = 300


class Clocked:
    """The lane of one dataset, whose clock shows what it is told."""

    def __init__(self, lane: Lane | None = None, text: str = CONFIG) -> None:
        self.now = 1000.0
        self.config = parse(text, "test.yml", {})
        self.budgets = Budgets(self.config, lambda: self.now)
        self.lane = lane or lanes(self.config)[0]

    def passed(self, cost: float) -> Turn:
        """A pass over the lane, each dataset of which took so long."""
        self.budgets.begin([self.lane])
        costs = {CheckId(name, "volume"): cost for name in self.lane.datasets}
        done = Pass(NOON, {}, self.lane.datasets, True, cost, costs=costs)
        return self.budgets.learn([self.lane], done)[self.lane.datasets]

    def turns(self, costs: Sequence[float]) -> list[bool]:
        """Which turns of the lane are taken, if their passes would take so long."""
        taken = []
        for cost in costs:
            self.now += EVERY
            taken.append(bool(self.budgets.due([self.lane])))
            if taken[-1]:
                self.passed(cost)
        return taken


def test_a_dataset_stays_within_its_budget() -> None:
    clocked = Clocked()
    clocked.passed(20.0)
    clocked.turns([20.0] * 4)
    hours = clocked.turns([20.0] * 48)
    assert sum(hours) == 12, "three passes of 20 s an hour"
    assert clocked.passed(20.0) == Turn(1200.0, 1200.0)


def test_what_fits_takes_every_turn() -> None:
    clocked = Clocked()
    assert clocked.turns([4.9] * 24) == [True] * 24
    assert clocked.passed(4.9).every == EVERY


def test_without_a_budget_every_turn_is_taken() -> None:
    clocked = Clocked(lane=Lane(frozenset({"b"}), 300.0))
    assert clocked.turns([250.0] * 24) == [True] * 24


def test_the_first_pass_and_the_one_a_day_that_reads_closed_days_say_nothing() -> None:
    clocked = Clocked()
    assert clocked.passed(500.0).every == EVERY
    assert clocked.turns([1.0, 1.0, 1.0, 500.0, 1.0, 1.0]) == [True] * 6


def test_it_is_read_as_usual_again_when_it_is_cheap_again() -> None:
    clocked = Clocked()
    for _ in range(3):
        clocked.passed(40.0)
    taken = clocked.turns([1.0] * 40)
    assert taken[:7] == [False] * 7
    assert taken[-10:] == [True] * 10


def test_what_is_asked_for_does_not_wait_for_the_budget() -> None:
    clocked = Clocked()
    for _ in range(3):
        clocked.passed(40.0)
    clocked.now += 1
    assert clocked.budgets.due([clocked.lane]) == []
    clocked.budgets.hurry()
    assert clocked.budgets.due([clocked.lane]) == [clocked.lane]


def test_the_smallest_budget_leaves_a_pass_a_day() -> None:
    clocked = Clocked(text=CONFIG.replace("60s", "1s"))
    for _ in range(3):
        turn = clocked.passed(200.0)
    assert turn.every == LONGEST


def test_what_is_read_together_waits_for_the_dataset_with_the_least_of_its_budget() -> None:
    clocked = Clocked(lane=Lane(frozenset({"a", "b"}), 300.0))
    clocked.passed(20.0)
    assert clocked.passed(20.0).every == 1200.0


def test_a_look_at_a_finding_is_within_the_budget_too() -> None:
    looks, lane = (
        Looks(parse(CONFIG, "test.yml", {}).warehouse, lambda: 0.0),
        Lane(frozenset("a"), 300),
    )
    done = Pass(NOON, {}, lane.datasets, True, 1.0, costs={CheckId("a", "volume"): 1.0})
    found = [looks.learn([lane], done, "a", {lane.datasets: turn})["a"] for turn in (
        Turn(300.0, 60.0), Turn(300.0, 300.0), Turn(900.0, 700.0),
    )]  # fmt: skip
    assert found == [
        Pace(300.0, again=60.0), Pace(300.0, paused=True), Pace(900.0, again=700.0, delay=600.0),
    ]  # fmt: skip


def test_gauges_pages_and_the_age_of_values_follow() -> None:
    config = parse(CONFIG, "test.yml", {})
    store = SnapshotStore(config, NOON)
    pace = Pace(900.0, delay=600.0)
    done = pass_of({"a.volume": passed(), "b.volume": passed()})
    costs = {CheckId("a", "volume"): 15.0}
    store.publish(Pass(NOON, done.results, done.datasets, True, 15.0, costs=costs), {"a": pace})
    store.publish(Pass(NOON, done.results, done.datasets, True, 15.0, costs=costs), {"a": pace})
    text = Scrape(store, lambda: NOON).body(USUAL, zipped=False).content.decode()
    for line in (
        'warehouse_pass_interval_seconds{dataset="a",warehouse="warehouse"} 300.0',
        'warehouse_pass_delay_seconds{dataset="a",warehouse="warehouse"} 600.0',
        'warehouse_dataset_budget_seconds{dataset="a",warehouse="warehouse"} 60.0',
        'warehouse_dataset_work_seconds_total{dataset="a",warehouse="warehouse"} 30.0',
        'warehouse_dataset_work_seconds_total{dataset="b",warehouse="warehouse"} 0.0',
    ):
        assert f"{line}\n" in text
    assert 'warehouse_dataset_budget_seconds{dataset="b"' not in text
    assert pace.text(60.0) == "every 5 min, now every 15 min: budget 1 min an hour"
    ages = {name: store.snapshot.age_limit(CheckId(name, "volume")) for name in "ab"}
    assert ages["a"] - ages["b"] == timedelta(seconds=600)


def test_statistics_are_no_reason_not_to_read() -> None:
    """They are late, reset by a crash, and lack the parents of partitions: passes know none."""
    package = Path(warehouse_exporter.__file__).parent
    words = re.compile(r"reltuples|relpages|n_live_tup|pg_stats\b|pg_statistic|pg_stat_(all|user)")
    found = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if words.search(file.read_text())
    }
    assert found == {"engines/postgres/survey.py"}, "only `init` orders tables by their size"
