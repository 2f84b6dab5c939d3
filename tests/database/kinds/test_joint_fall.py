"""Metrics of one source that are low together, although none is a finding by itself."""

from __future__ import annotations

import math
import random
import re

from warehouse_exporter.core.model import CheckId

from tests.database.kinds.days import change_day, fill
from tests.database.kinds.example import Example
from tests.database.turns.breaking import EVENTS, Break
from tests.support.warehouses import Warehouse, complaint, config_of, outcomes

EXAMPLE = Example(
    "metrics: [read, twice], warning: '> 30%'", "rows_read", "SKIP", "UNKNOWN", "UNKNOWN"
)
SHOP = """
metrics:
  letters: {dataset: events, sum: length(page_url)}
  long_pages: {dataset: events, count: "*", where: length(page_url) > 20}
checks:
  events:
    - joint_fall: {name: pages_fall, metrics: [letters, long_pages], warning: "> 30%"}
"""
BREAKS = {
    "joint_fall": Break(
        f"UPDATE analytics.raw_events SET page_url = left(page_url, 10) WHERE {EVENTS}"
        " AND event_id % 10 < 8",
        "events.pages_fall",
        "raw_events",
    )
}
SHOWN = "DELETE FROM analytics.raw_events WHERE event_ts >= '{day}' AND event_id % 2 = 0"
"""What breaks the shop so that the runbook can be seen to show it."""
JOINT = "joint_fall: {metrics: [orders, visits], warning: '> 30%'}"
OTHERS = {"sessions": "{relation: sessions, time: ts}"}
METRICS = (
    "metrics: {orders: {dataset: orders, count: '*'}, visits: {dataset: sessions, count: '*'},"
    " share: {ratio: [orders, visits]}}\n"
)
ALONE = "anomalies: [{metrics: [orders, visits]}]\n"


def noisy(usual: int, seed: int, today: int) -> list[int]:
    """Nine weeks whose days differ by 20 %, and an expected day."""
    draw = random.Random(seed)
    return [*(round(usual * math.exp(draw.gauss(0, 0.2))) for _ in range(63)), today]


def table(warehouse: Warehouse, orders: int = 200, visits: int = 400) -> None:
    """Two tables whose noise has nothing to do with each other."""
    fill(warehouse, "orders", noisy(200, 4, orders))
    fill(warehouse, "sessions", noisy(400, 5, visits))


def said(warehouse: Warehouse, more: str = METRICS + ALONE) -> dict[str, str]:
    """What the joint check, and each alone, say."""
    return outcomes(warehouse.run(config_of(JOINT, OTHERS, more=more)))


def told(warehouse: Warehouse, more: str = METRICS) -> tuple[str, str]:
    """The word and the reason of the joint check."""
    done = warehouse.run(config_of(JOINT, OTHERS, more=more))
    verdict = done.results[CheckId("orders", "joint_fall")].worst
    return verdict.outcome.shown, verdict.text


def test_both_low_is_a_finding_although_each_alone_is_none(warehouse: Warehouse) -> None:
    table(warehouse, 116, 232)
    usual = {"seasonal_orders": "PASS", "seasonal_visits": "PASS"}
    found = said(warehouse)
    assert found == {**found, **usual, "joint_fall": "WARN"}
    outcome, text = told(warehouse)
    assert outcome == "WARN"
    parts = r"orders 116 of 1\d\d, visits 232 of \d+"
    limit = r"\(\d\d\.\d+ %, limit 30 % and z <= -2\.33\)"
    assert re.fullmatch(rf"together -\d\d % against 28 days \(z=-\d.\d\d\): {parts} {limit}", text)
    change_day(warehouse, "orders", 190)
    found = said(warehouse)
    assert found == {**found, **usual, "joint_fall": "PASS"}, "only one of them is low"


def test_what_one_of_them_shows_alone_is_its_finding(warehouse: Warehouse) -> None:
    table(warehouse, 20, 232)
    found = said(warehouse)
    assert (found["seasonal_orders"], found["joint_fall"]) == ("FAIL", "SKIP")
    assert said(warehouse, METRICS)["joint_fall"] == "WARN", "nobody judges the orders alone"
    other = ALONE.replace("metrics", "method: change, days: 7, critical: {fall: 95%}, metrics")
    assert said(warehouse, METRICS + other)["joint_fall"] == "WARN", "nor do limits so wide"


def test_days_in_the_calendar_and_short_histories_are_skipped(warehouse: Warehouse) -> None:
    table(warehouse, 116, 232)
    event = "calendar: {works: {days: [2026-03-09], metrics: [visits]}}"
    assert told(warehouse, METRICS + event) == (
        "SKIP",
        "2026-03-09 is in the calendar (works): visits is not judged",
    )
    warehouse.sql("DELETE FROM sessions WHERE ts < '2026-03-04'")
    assert told(warehouse) == (
        "SKIP",
        "insufficient history: two of orders and visits need a baseline on 2026-03-09",
    )


def test_what_cannot_be_is_said_before_any_pass() -> None:
    wrong = complaint(JOINT.replace("visits", "share"), OTHERS, more=METRICS)
    assert "`share` is a ratio: name its parts" in wrong
    wrong = complaint(JOINT.replace("visits", "visit"), OTHERS, more=METRICS)
    assert "there is no metric `visit`" in wrong
    wrong = complaint(JOINT.replace("visits", "orders"), OTHERS, more=METRICS)
    assert "metrics: `orders` is there twice" in wrong
    wrong = complaint(JOINT.replace("30%", "30"), OTHERS, more=METRICS)
    assert "write by how much they fell, such as '> 30%'" in wrong
