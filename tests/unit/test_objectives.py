"""Data objectives: what a day is, whose findings spent the budget, and what is said of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from warehouse_exporter.alerting.rules import about_objectives, written
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.calendar import last_days
from warehouse_exporter.core.errors import ConfigError
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.objective import Day, Objective
from warehouse_exporter.history.model import NO_PAST, Judged, Past, State
from warehouse_exporter.history.objectives import Standing, budgets, standing, standings
from warehouse_exporter.publish import objectives as gauges
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.reports import objectives as report
from warehouse_exporter.server.web.lines import View
from warehouse_exporter.server.web.page.dataset import render_dataset

from tests.support.programs import needs

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
    return standing(past_of(said, begins), config_of(), "orders", DAYS, 30)


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


def test_a_holiday_is_excluded_by_its_name() -> None:
    text = CONFIG.replace("OBJECTIVE", "{days: 28, of: 30}").replace(
        "days: 2026-03-25", "country: IE"
    )
    found = standing(past_of({}), parse(text, "shop.yml", {}), "orders", DAYS, 30)
    assert found.days[16].was is Day.EXCLUDED
    assert found.days[16].why == "in the calendar (Saint Patrick's Day)"
    assert found.count(Day.EXCLUDED) == 1


def test_a_weekday_that_is_known_to_be_closed_is_excluded() -> None:
    sunday, why = date(2026, 3, 29), "2026-03-29 is closed: no rows on any of the last 4 Sundays"
    past = past_of({29: {VOLUME: SKIPPED, REVENUE: CRITICAL}})
    past = Past(past.days, past.judged, closed={sunday: {"orders": why}})
    found = standing(past, config_of(), "orders", DAYS, 30)
    assert (found.days[28].was, found.days[28].why) == (Day.EXCLUDED, why)
    assert found.count(Day.EXCLUDED) == 2


def test_days_before_the_first_whole_day_of_rows_are_not_judged() -> None:
    past = past_of({2: {VOLUME: CRITICAL}})
    past = Past(past.days, past.judged, begins={"orders": date(2026, 3, 3)})
    found = standing(past, config_of(), "orders", DAYS, 30)
    assert [day.was for day in found.days[:4]] == [Day.UNKNOWN] * 3 + [Day.RIGHT]
    empty = Past(past.days, past.judged, begins={"orders": date.max})
    nothing = standing(empty, config_of(), "orders", DAYS, 30)
    assert nothing.judged == 0
    assert report.row_of(nothing)[7] == "not known"
    assert report.data_of(nothing)["left"] is None
    told = {f.name for f in gauges.families(budgets(empty, config_of()))}
    assert "warehouse_objective_budget_remaining_ratio" not in told


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
    assert "orders has missed its objective: 3 days were bad, and 2 may be." in text
    assert "orders is not judged on 1 day: volume cannot be asked today." in text
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


GAUGES = {"in_a_row": "days_bad_in_a_row", "lately": "days_bad_lately", "bad": "days_bad"}
BURNS, SPENT = "WarehouseObjectiveBurns", "WarehouseObjectiveSpent"
UNKNOWN = "WarehouseObjectivesUnknown"


def series(values: Mapping[str, str]) -> list[dict[str, str]]:
    """The gauges of the orders by the hour, and that the warehouse can be reached."""
    of = {GAUGES[name]: shown for name, shown in values.items()}
    found = {
        f'warehouse_objective_{name}{{warehouse="warehouse",dataset="orders"}}': shown
        for name, shown in of.items()
    }
    found['warehouse_up{warehouse="warehouse"}'] = "1x40"
    return [{"series": name, "values": shown} for name, shown in found.items()]


def labels(alert: str, severity: str, burn: str) -> str:
    """What tells an alert apart; a budget that is spent does not burn."""
    shown = f',burn="{burn}"' if burn else ""
    return f'{{alertname="{alert}",severity="{severity}"{shown}}}'


CASES: dict[str, tuple[str, dict[str, str], dict[int, set[tuple[str, str, str]]]]] = {
    "one bad day of two is nobody's concern": (
        "{days: 28, of: 30}",
        {"in_a_row": "1x40", "lately": "1x40", "bad": "1x40"},
        {30: set()},
    ),
    "two bad days in a row burn fast, and are the whole budget": (
        "{days: 28, of: 30}",
        {"in_a_row": "0 1 2 0x30", "lately": "0 1 2x38", "bad": "0 1 2x38"},
        {
            1: set(),
            2: {(BURNS, "warning", "fast"), (SPENT, "warning", "")},
            9: {(SPENT, "warning", "")},
        },
    ),
    "a large budget burns slowly, and pages if its owner says so": (
        "{days: 24, of: 30, page: true}",
        {"in_a_row": "1x9 3x31", "lately": "3x40", "bad": "3x19 6x21"},
        {
            5: {(BURNS, "warning", "slow")},
            15: {(BURNS, "warning", "slow"), (BURNS, "critical", "fast")},
            25: {(BURNS, "warning", "slow"), (BURNS, "critical", "fast"), (SPENT, "critical", "")},
        },
    ),
    "an exporter that reads the past again has repaired nothing; for ever is too long": (
        "{days: 28, of: 30}",
        {"in_a_row": "0x40", "lately": "0x40", "bad": "2x9 _x10 stale _x20"},
        {9: {(SPENT, "warning", "")}, 14: {(SPENT, "warning", "")}, 16: set(),
         19: {(UNKNOWN, "warning", "")}},
    ),
}  # fmt: skip


@needs("promtool")
@pytest.mark.parametrize("name", CASES)
def test_prometheus_tells_of_a_budget_that_burns(name: str, tmp_path: Path) -> None:
    objective, values, fires = CASES[name]
    rules = list(about_objectives(config_of(objective)))
    text = written({"groups": [{"name": "objectives", "rules": rules}]})
    (tmp_path / "rules.yml").write_text(text)
    asked = [
        {
            "expr": 'group by (alertname, severity, burn) (ALERTS{alertstate="firing"})',
            "eval_time": f"{hour}h",
            "exp_samples": [{"labels": labels(*one), "value": 1} for one in told],
        }
        for hour, told in fires.items()
    ]
    case = {"interval": "1h", "input_series": series(values), "promql_expr_test": asked}
    test = {"rule_files": ["rules.yml"], "evaluation_interval": "1h", "tests": [case]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test))
    command = ["promtool", "test", "rules", "test.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_texts_of_the_alerts_say_what_was_promised() -> None:
    rules = list(about_objectives(config_of()))
    shown = [
        rule["annotations"]["summary"].replace('{{ printf "%.0f" $value }}', "2") for rule in rules
    ]
    assert shown == [
        "orders: 2 bad days in a row, 28 of 30 days must be right",
        "orders: 2 bad days in the last 30, 28 of 30 days must be right",
        "the past days could not be read, so no objective is judged",
    ]
    assert [rule["labels"]["owner"] for rule in rules] == ["shop", "shop", "platform"]


def test_only_a_window_that_was_read_as_a_whole_has_gauges() -> None:
    past = past_of({7: {VOLUME: CRITICAL}, 8: {VOLUME: None}})
    (budget,) = budgets(past, config_of())
    told = {f.name: [s.value for s in f.samples] for f in gauges.families([budget])}
    prefix = "warehouse_objective_"
    assert {name.removeprefix(prefix): value for name, (value,) in told.items()} == {
        "ratio": 28 / 30, "days_good": 27, "days_bad": 1, "days_unjudged": 1,
        "days_bad_lately": 0, "days_bad_in_a_row": 0, "budget_days": 2,
        "budget_remaining_ratio": 0.5,
    }  # fmt: skip
    assert budgets(Past(DAYS[1:], past.judged), config_of()) == ()


def page_of(past: Past) -> str:
    """The page of the orders on the morning after the last day."""
    at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    return render_dataset(View(SnapshotStore(config_of(), at).snapshot, past, at), "orders")


def test_the_page_of_a_dataset_says_what_is_left_and_what_spent_it() -> None:
    text = page_of(past_of({7: {LOAD: CRITICAL, VOLUME: CRITICAL}, 8: {VOLUME: None}}))
    assert "<h2>Objective: 28 of 30 days</h2>" in text
    assert "27 days right, 1 bad, 1 excluded, 1 not judged." in text
    assert "Of 2 bad days that may be, 1 left." in text
    assert "<li>1 day: events.freshness (platform). events.freshness on the 7th</li>" in text
    bad: dict[CheckId, State | None] = {VOLUME: CRITICAL}
    assert "The objective is missed: 2 bad days may be." in page_of(
        past_of(dict.fromkeys((3, 4, 5), bad))
    )
    assert "Objective" not in page_of(NO_PAST)
