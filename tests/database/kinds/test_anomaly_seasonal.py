"""V7: `seasonal` on rows, with the limits that are built in and others."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from warehouse_exporter.kinds.anomaly import Anomaly

from tests.database.kinds.days import EXPECTED, change_day, fill, gauges, judge
from tests.support.warehouses import Warehouse

V7 = "{metrics: [orders]}"
WEEK = (100, 98, 103, 101, 99, 60, 58)
"""From a Monday; the expected day is one."""


def weeks(today: int, count: int = 8) -> list[int]:
    """Some weeks alike, with a day that follows them."""
    return [*WEEK * count, today]


@pytest.fixture
def shop(warehouse: Warehouse) -> Warehouse:
    """Eight weeks of orders and sessions, and an ordinary day."""
    fill(warehouse, "orders", weeks(100))
    fill(warehouse, "sessions", [20 * orders for orders in weeks(100)])
    return warehouse


@pytest.mark.parametrize(
    ("today", "word"),
    [
        (100, "PASS"),
        (80, "PASS"),
        (73, "WARN"),
        (40, "FAIL"),
        (0, "FAIL"),
        (135, "WARN"),
        (250, "FAIL"),
    ],
)
def test_v7_speaks_of_both_sides_without_any_limit_written(
    shop: Warehouse, today: int, word: str
) -> None:
    change_day(shop, "orders", today)
    verdict = judge(shop, V7, "seasonal_orders")
    assert verdict.outcome.shown == word, verdict.text


def test_v7_tells_what_it_expected_and_turns_back(shop: Warehouse) -> None:
    change_day(shop, "orders", 40)
    verdict = judge(shop, V7, "seasonal_orders")
    said = gauges(verdict)
    assert said["lower"] < said["expected"] < said["upper"]
    band = f"({said['lower']:.2f} to {said['upper']:,.2f})"
    assert verdict.text == (
        f"orders: 40 vs expected {said['expected']:.2f} {band} of 28 days"
        f" (z={said['score']:.2f}, change={said['change_ratio'] * 100:+.0f} %,"
        f" frac={40 / said['expected']:.2f}) (limit z <= -3.29 and change <= -30 %)"
    )
    assert said["difference"] == pytest.approx(40 - said["expected"])
    assert said["missed_rows"] == 0
    change_day(shop, "orders", 95)
    quiet = judge(shop, V7, "seasonal_orders")
    assert quiet.outcome.shown == "PASS"
    assert quiet.text.endswith(
        "(limit z <= -2.58 and change <= -15 % or z >= 3.02 and change >= 15 % or 7 rows missed)"
    )


def test_a_weekend_is_expected_to_be_one(warehouse: Warehouse) -> None:
    """The same rows that are a weekend's are half a Monday's."""
    fill(warehouse, "sessions", [2000] * 57)
    fill(warehouse, "orders", [*WEEK[1:], *WEEK * 7, 55])
    assert judge(warehouse, V7, "seasonal_orders").outcome.shown != "PASS"
    sunday = EXPECTED - timedelta(days=1)
    warehouse.sql(f"DELETE FROM orders WHERE ts::date > '{sunday}'")
    warehouse.sql("UPDATE orders SET ts = ts + interval '1 day'")
    assert judge(warehouse, V7, "seasonal_orders").outcome.shown == "PASS"


@pytest.mark.parametrize(("days", "word"), [(6, "SKIP"), (7, "PASS"), (13, "PASS"), (14, "FAIL")])
def test_few_days_say_less_and_say_so(warehouse: Warehouse, days: int, word: str) -> None:
    fill(warehouse, "sessions", [2000] * (days + 1))
    fill(warehouse, "orders", [*[100] * days, 40])
    verdict = judge(warehouse, V7, "seasonal_orders")
    assert verdict.outcome.shown == word, verdict.text
    told = {
        "SKIP": "insufficient history: orders has 6 days to learn from among the 28 before"
        " 2026-03-09, 7 are needed",
        "PASS": f"; only {days} days of history: sees falls to 20 and nothing else (limit ",
        "FAIL": "of 14 days",
    }
    assert told[word] in verdict.text
    change_day(warehouse, "orders", 19)
    assert judge(warehouse, V7, "seasonal_orders").outcome.shown == word.replace("PASS", "FAIL")


def test_its_owner_may_ask_for_more_days(shop: Warehouse) -> None:
    strict = "{metrics: [orders], min_days: 28}"
    assert judge(shop, strict, "seasonal_orders").outcome.shown == "PASS"
    fair = f"calendar: {{fair: {{days: {EXPECTED - timedelta(days=3)}}}}}"
    assert "27 days to learn from" in judge(shop, strict, "seasonal_orders", fair).text


def test_limits_that_are_written_stand_in_the_place_of_those_built_in(shop: Warehouse) -> None:
    change_day(shop, "orders", 60)
    only = "{metrics: [orders], critical: {fall: 1%}}"
    assert judge(shop, only, "seasonal_orders").outcome.shown == "FAIL"
    change = "{metrics: [orders], warning: {change: 50%}}"
    verdict = judge(shop, change, "seasonal_orders")
    assert verdict.outcome.shown == "PASS"
    assert "z <= -2.58 and change <= -50 %" in verdict.text


def test_a_direction_leaves_one_side(shop: Warehouse) -> None:
    rising = "{metrics: [orders], direction: rise}"
    change_day(shop, "orders", 0)
    assert judge(shop, rising, "seasonal_orders").outcome.shown == "PASS"
    change_day(shop, "orders", 300)
    verdict = judge(shop, rising, "seasonal_orders")
    assert verdict.outcome.shown == "FAIL"
    assert "(at most " in verdict.text
    assert judge(shop, "{metrics: [orders], direction: fall}", "seasonal_orders").outcome.shown == (
        "PASS"
    )


def test_an_empty_day_on_an_open_weekday_is_critical_at_once(shop: Warehouse) -> None:
    change_day(shop, "orders", 0)
    verdict = judge(shop, V7, "seasonal_orders")
    assert verdict.outcome.shown == "FAIL"
    assert gauges(verdict)["score"] == -math.inf
    assert "; 1 open day without a row, 88.43 a day before (limit " in verdict.text
    revenue = judge(shop, "{metrics: [revenue]}", "seasonal_revenue")
    assert revenue.outcome.shown == "FAIL"
    assert revenue.text.startswith("revenue: nothing vs expected ")


def test_a_closed_weekday_is_expected_to_be_empty(shop: Warehouse) -> None:
    shop.sql("DELETE FROM orders WHERE extract(isodow FROM ts) = 1")
    verdict = judge(shop, V7, "seasonal_orders")
    assert verdict.outcome.shown == "PASS"
    assert "; closed weekday: a Monday has no rows (limit " in verdict.text
    shop.sql("DELETE FROM orders WHERE ts::date > '2026-03-03'")
    dead = judge(shop, V7, "seasonal_orders")
    assert dead.outcome.shown == "FAIL"
    assert "5 open days without a row" in dead.text


def test_rare_rows_are_missed_after_some_days_and_not_before(warehouse: Warehouse) -> None:
    fill(warehouse, "sessions", [2000] * 57)
    fill(warehouse, "orders", [*[1] * 50, *[0] * 6, 0])
    verdict = judge(warehouse, V7, "seasonal_orders")
    assert verdict.outcome.shown == "WARN"
    assert verdict.text == (
        "orders: 0 vs 1 a day; 7 open days without a row; fewer than 7 a day: only a run of empty"
        " days speaks (limit 7 rows missed)"
    )
    change_day(warehouse, "orders", 1)
    assert judge(warehouse, V7, "seasonal_orders").outcome.shown == "PASS"


def test_a_level_that_stays_is_said_to_be_a_new_one(warehouse: Warehouse) -> None:
    fill(warehouse, "sessions", [2000] * 57)
    fill(warehouse, "orders", [*weeks(50, 8)[4:-1], 220, 220, 220, 220, 220])
    verdict = judge(warehouse, V7, "seasonal_orders")
    assert verdict.text.count("; regime changed: the level since 2026-03-05 is 2.") == 1


@pytest.mark.parametrize("metric", ["orders", "revenue", "conversion"])
def test_half_of_everything_is_a_finding_on_every_morning_and_the_repair_is_none(
    warehouse: Warehouse, metric: str
) -> None:
    halved = [orders // 2 for orders in WEEK * 3]
    fill(warehouse, "sessions", [20 * orders for orders in (*WEEK * 12, 100)])
    fill(warehouse, "orders", [*WEEK * 9, *halved, 50])
    check = f"{{metrics: [{metric}]}}"
    assert judge(warehouse, check, f"seasonal_{metric}").outcome.shown == "FAIL"
    change_day(warehouse, "orders", 100)
    assert judge(warehouse, check, f"seasonal_{metric}").outcome.shown == "PASS"


def test_a_ratio_of_two_counts_is_judged_by_both(shop: Warehouse) -> None:
    rate = "{metrics: [conversion]}"
    quiet = judge(shop, rate, "seasonal_conversion")
    assert quiet.text.startswith("conversion: 0.05 vs expected 0.05 (0.0")
    change_day(shop, "orders", 50)
    found = judge(shop, rate, "seasonal_conversion")
    assert found.outcome.shown == "FAIL"
    assert gauges(found)["score"] == pytest.approx(half_of_a_share())
    assert gauges(found)["difference"] == pytest.approx(-0.025)
    points = rate.replace("}", ", critical: {points: 3%}}")
    assert judge(shop, points, "seasonal_conversion").outcome.shown == "PASS"
    assert judge(shop, points.replace("3%", "2%"), "seasonal_conversion").outcome.shown == "FAIL"
    by_day = judge(shop, rate.replace("}", ", rate: false}"), "seasonal_conversion")
    assert gauges(by_day)["score"] != pytest.approx(gauges(found)["score"], rel=0.05)


def half_of_a_share() -> float:
    """50 of 2,000 after 28 days of 5 %, of which chance alone makes a day differ: phi is 1."""
    last = [20 * orders for orders in weeks(100)][-29:-1]
    chance = math.sqrt(0.95 / 0.05 * (1 / 2000 + 1 / sum(last)))
    return (math.pow(0.5, 2 / 3) - 1) * 1.5 / chance


def test_a_ratio_that_is_no_share_is_judged_by_the_day(shop: Warehouse) -> None:
    """Revenue by order is no count, and there are more sessions than orders."""
    for metric, usual in (("aov", "1.5"), ("per_order", "20")):
        verdict = judge(shop, f"{{metrics: [{metric}]}}", f"seasonal_{metric}")
        assert verdict.text.startswith(f"{metric}: {usual} vs expected {usual} (")
        assert gauges(verdict)["upper"] > 1
    shop.sql(f"UPDATE orders SET revenue = 0.5 WHERE ts::date = '{EXPECTED}'")
    assert judge(shop, "{metrics: [aov]}", "seasonal_aov").outcome.shown == "FAIL"


def test_a_share_of_too_few_is_skipped(shop: Warehouse) -> None:
    change_day(shop, "sessions", 100)
    change_day(shop, "orders", 1)
    verdict = judge(shop, "{metrics: [conversion]}", "seasonal_conversion")
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text == (
        "too few to judge: 5 of 100 are expected for conversion on 2026-03-09, 7 are needed"
    )


def test_while_traffic_is_normal_is_judged_alike(shop: Warehouse) -> None:
    guarded = "{metrics: [orders], while: [sessions]}"
    change_day(shop, "orders", 40)
    assert judge(shop, guarded, "seasonal_orders").outcome.shown == "FAIL"
    change_day(shop, "sessions", 800)
    verdict = judge(shop, guarded, "seasonal_orders")
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text.startswith("traffic itself fell: sessions 800 vs 1,9")


BAND = {f"warehouse_metric_{end}" for end in ("expected", "lower", "upper")}
CHRISTMAS = f"calendar: {{christmas: {{days: {EXPECTED}, falls: silent}}}}"
SALE = f"calendar: {{sale: {{days: {EXPECTED}}}}}"


def test_a_rise_on_a_known_day_says_nothing_and_a_fall_does(shop: Warehouse) -> None:
    change_day(shop, "orders", 300)
    assert judge(shop, V7, "seasonal_orders").outcome.shown == "FAIL"
    verdict = judge(shop, V7, "seasonal_orders", SALE)
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text.startswith(
        "2026-03-09 is in the calendar (sale): a rise is not judged (orders: 300 vs expected "
    )
    assert verdict.sample is not None
    assert set(verdict.sample.values) == BAND  # for charts: rules look at none of these
    change_day(shop, "orders", 30)
    assert judge(shop, V7, "seasonal_orders", SALE).outcome.shown == "FAIL"


def test_a_silent_day_is_not_judged_at_all(shop: Warehouse) -> None:
    change_day(shop, "orders", 0)
    verdict = judge(shop, V7, "seasonal_orders", CHRISTMAS)
    assert (verdict.outcome.shown, verdict.text) == (
        "SKIP", "2026-03-09 is in the calendar (christmas): orders is not judged",
    )  # fmt: skip


def test_a_silent_day_has_the_band_that_it_is_not_judged_by(shop: Warehouse) -> None:
    normal, holiday = (judge(shop, V7, "seasonal_orders", more) for more in ("", CHRISTMAS))
    assert normal.sample is not None
    assert holiday.sample is not None
    assert set(holiday.sample.values) == BAND <= set(normal.sample.values)
    conditions = Anomaly(metrics=("orders",)).conditions().values()
    assert not {term.metric for one in conditions for term in one.terms} & BAND


@pytest.mark.parametrize(
    ("concerns", "word"),
    [("datasets: orders", "SKIP"), ("metrics: [orders]", "SKIP"), ("datasets: [sessions]", "FAIL"),
     ("metrics: [sessions, aov]", "FAIL"), ("datasets: sessions, metrics: orders", "SKIP")],
)  # fmt: skip
def test_an_event_concerns_what_it_names(shop: Warehouse, concerns: str, word: str) -> None:
    change_day(shop, "orders", 0)
    event = CHRISTMAS.replace("falls", f"{concerns}, falls")
    assert judge(shop, V7, "seasonal_orders", event).outcome.shown == word


def test_known_days_teach_nothing(shop: Warehouse) -> None:
    spans = "[2026-02-17 to 2026-02-27, 2026-03-01]"
    calendar = f"calendar: {{renovation: {{days: {spans}}}}}"
    assert " of 16 days " in judge(shop, V7, "seasonal_orders", calendar).text
    assert " of 28 days " in judge(shop, V7, "seasonal_orders").text
