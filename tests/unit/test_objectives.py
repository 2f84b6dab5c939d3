"""Data objectives: what a day is, whose findings spent the budget, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.objective import Day, Objective
from warehouse_exporter.history.model import Judged, Past, State
from warehouse_exporter.history.objectives import Standing, standing, standings
from warehouse_exporter.reports import objectives as report

LAST = date(2026, 3, 30)
DAYS = last_days(LAST, 30)
CONFIG = """
warehouse: {dsn: x}
owners: {platform: {}, shop: {}}
datasets:
  events:
    relation: events
    time: ts
    owner: platform
    checks: [freshness: {critical: "> 2h"}]
  orders:
    relation: orders
    time: ts
    owner: shop
    depends_on: [events]
    objective: OBJECTIVE
    checks:
      - volume: {critical: "< 5"}
      - completeness: {column: revenue, warning: "> 1%", critical: "> 5%"}
      - completeness: {column: client_id, warning: "> 1%"}
calendar: {closed: {days: 2026-03-25, falls: silent, datasets: orders}}
"""
VOLUME, REVENUE = CheckId("orders", "volume"), CheckId("orders", "completeness_revenue")
CLIENT, LOAD = CheckId("orders", "completeness_client_id"), CheckId("events", "freshness")
CRITICAL, UNMEASURED, SKIPPED = State.CRITICAL, State.UNMEASURED, State.SKIPPED


def config_of(objective: str = "{days: 28, of: 30}", more: str = "") -> Config:
    """The config with an objective of the orders."""
    return parse(CONFIG.replace("OBJECTIVE", objective) + more, "shop.yml", {})


def past_of(said: Mapping[int, Mapping[CheckId, State | None]], begins: int = 1) -> Past:
    """March: all checks passed but those that are named by the day; None: it is not known."""
    judged = {}
    for day in DAYS:
        states = dict.fromkeys((VOLUME, REVENUE, CLIENT, LOAD), State.PASS)
        own = said.get(day.day, {})
        judged[day] = {
            check: Judged(own.get(check) or state, f"{check} on the {day.day}th")
            for check, state in states.items()
            if check not in own or own[check] is not None
        }
    return Past(DAYS, judged, begins={"orders": date(2026, 2, begins)})


def orders(said: Mapping[int, Mapping[CheckId, State | None]], begins: int = 1) -> Standing:
    """The standing of the orders."""
    return standing(past_of(said, begins), config_of(), "orders", DAYS)


@pytest.mark.parametrize(
    ("said", "was"),
    [
        ({}, Day.RIGHT),
        ({VOLUME: CRITICAL}, Day.BAD),
        ({REVENUE: UNMEASURED}, Day.BAD),
        ({REVENUE: State.WARNING}, Day.RIGHT),
        ({CLIENT: UNMEASURED}, Day.RIGHT),
        ({LOAD: CRITICAL}, Day.RIGHT),
        ({VOLUME: SKIPPED}, Day.RIGHT),
        ({VOLUME: SKIPPED, REVENUE: SKIPPED}, Day.UNKNOWN),
        ({VOLUME: None}, Day.UNKNOWN),
        ({VOLUME: None, REVENUE: CRITICAL}, Day.BAD),
    ],
)
def test_a_day_is_right_if_nothing_critical_failed_or_was_unmeasured(
    said: Mapping[CheckId, State | None], was: Day
) -> None:
    found = orders({20: said})
    assert found.days[19].was is was
    assert found.count(Day.EXCLUDED) == 1, "the calendar excludes the 25th"
    assert found.judged == 29 - (was is Day.UNKNOWN)


def test_days_before_the_first_whole_day_of_rows_are_not_judged() -> None:
    past = past_of({2: {VOLUME: CRITICAL}})
    past = Past(past.days, past.judged, begins={"orders": date(2026, 3, 3)})
    found = standing(past, config_of(), "orders", DAYS)
    assert [day.was for day in found.days[:4]] == [Day.UNKNOWN] * 3 + [Day.RIGHT]
    empty = Past(past.days, past.judged, begins={"orders": date.max})
    assert standing(empty, config_of(), "orders", DAYS).judged == 0


def test_the_budget_is_spent_by_the_cause_and_its_owner() -> None:
    late = {LOAD: CRITICAL, VOLUME: CRITICAL}
    found = orders({7: late, 8: late, 20: {REVENUE: CRITICAL, VOLUME: UNMEASURED}})
    spent = {(str(c.check), c.owner): (n, c.text) for c, n in found.spent.items()}
    assert spent == {
        ("events.freshness", "platform"): (2, "events.freshness on the 8th"),
        ("orders.completeness_revenue", "shop"): (1, "orders.completeness_revenue on the 20th"),
    }
    assert (found.bad, found.budget, found.left) == (3, 2, -1)


def test_how_fast_it_burns_is_read_from_the_newest_days() -> None:
    bad: dict[CheckId, State | None] = {VOLUME: CRITICAL}
    found = orders({30: bad, 29: {VOLUME: None}, 28: bad, 24: bad, 3: bad})
    assert (found.in_a_row, found.lately, found.bad) == (2, 3, 4)
    assert (orders({29: bad}).in_a_row, orders({29: bad}).lately) == (0, 1)
    assert (orders({20: bad}).lately, orders({21: bad}).lately) == (0, 1)


@pytest.mark.parametrize(
    ("days", "of", "fast", "slow"), [(28, 30, 2, 2), (29, 30, 2, 2), (25, 30, 3, 2), (80, 90, 5, 4)]
)
def test_what_is_fast_and_slow_follows_from_the_budget(
    days: int, of: int, fast: int, slow: int
) -> None:
    assert (Objective(days, of).fast, Objective(days, of).slow) == (fast, slow)


def test_a_check_whose_past_is_lost_spends_nothing_and_is_named() -> None:
    past = past_of({})
    lost = Past(past.days, past.judged, {VOLUME: "same"}, begins=past.begins)
    (found,) = standings(lost, config_of())
    assert found.blind == (VOLUME,)
    text = report.table(report.Report("March", LAST, (found,)))
    assert "1 critical check can tell nothing of past days, and spent nothing: volume" in text


def test_the_report_says_what_spent_the_budget() -> None:
    found = orders({7: {LOAD: CRITICAL, VOLUME: CRITICAL}, 8: {VOLUME: None}, 9: {VOLUME: CRITICAL},
                    10: {REVENUE: CRITICAL}})  # fmt: skip
    made = report.Report("March 2026", LAST, (found,))
    text = report.markdown(made)
    assert "| orders | 28 of 30 days | 25 | 3 | 1 | 1 | 2 | -1 | shop |" in text
    assert "orders has missed its objective: 1 day too many were bad." in text
    assert "1 day: volume cannot be asked of it today" in text
    assert "| orders | 1 | events.freshness | platform | events.freshness on the 7th |" in text
    assert "| 2026-03-07 | orders | events.freshness | events.freshness on the 7th |" in text
    (data,) = json.loads(report.as_json(made))["datasets"]
    assert (data["bad"], data["left"], len(data["days"])) == (3, -1, 30)
    assert json.loads(report.as_json(made))["days_spent_by_owner"] == {"shop": 2, "platform": 1}


@pytest.mark.parametrize(
    ("objective", "more", "wrong"),
    [
        ("{days: 30, of: 30}", "", "`days` must be less than `of`"),
        ("{days: 28, of: 30}", "history: off", "needs 30 past days, and `history` has 0"),
        ("{days: 28, of: 30}", "history: {days: 7}", "history: {days: 30}"),
        ("{days: 28, of: 91}", "", "objective.of"),
        ("28", "", "objective"),
    ],
)
def test_an_objective_that_cannot_be_is_a_complaint(objective: str, more: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        config_of(objective, more)


def test_an_objective_without_a_critical_limit_is_a_complaint() -> None:
    text = CONFIG.replace("OBJECTIVE", "{days: 6, of: 7}").replace("critical", "info")
    with pytest.raises(ConfigError, match="no check of `orders` has a critical limit"):
        parse(text, "shop.yml", {})
