"""V2, V5, V6, N1, N2: the methods of the seed documents on rows, and `while`."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.database.kinds.days import DATASETS, EXPECTED, METRICS, change_day, fill, gauges, judge
from tests.support.warehouses import Warehouse, complaint

V5 = "{metrics: [orders], method: mad, warning: {z: 3, below: 60%}, critical: {z: 5, below: 30%}}"
V2 = "{metrics: [orders], method: change, warning: {change: 30%}}"
V6 = "{name: silent, metrics: [orders], method: change, while: [sessions], critical: {fall: 100%}}"
N2 = (
    "{metrics: [conversion], method: mad, while: [sessions], warning: {z: 3, below: 60%},"
    " critical: {z: 5, below: 30%}}"
)
WEEK = (20, 22, 19, 21, 23, 20, 22)


@pytest.mark.parametrize(
    ("today", "word"),
    [
        (21, "PASS"),
        (13, "PASS"),  # frac 0.62
        (12, "WARN"),  # frac 0.57, z -9
        (7, "WARN"),  # frac 0.33
        (6, "FAIL"),  # frac 0.29
        (0, "FAIL"),
        (2000, "PASS"),  # falls only
    ],
)
def test_v5_speaks_of_falls_by_median_and_mad(warehouse: Warehouse, today: int, word: str) -> None:
    fill(warehouse, "orders", (*WEEK, today))
    fill(warehouse, "sessions", [9] * 8)
    verdict = judge(warehouse, V5, "mad_orders")
    assert verdict.outcome.shown == word, verdict.text
    assert gauges(verdict)["score"] == today - 21  # the MAD of the week is 1


def test_v5_tells_its_numbers_and_turns_back(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 12))
    fill(warehouse, "sessions", [9] * 8)
    assert judge(warehouse, V5, "mad_orders").text == (
        "orders: 12 vs median 21 of 7 days (z=-9.00, change=-43 %, frac=0.57)"
        " (limit z <= -3 and value < 60 % of the median)"
    )
    change_day(warehouse, "orders", 20)
    assert judge(warehouse, V5, "mad_orders").outcome.shown == "PASS"


@pytest.mark.parametrize(("today", "word"), [(12, "PASS"), (11, "WARN"), (6, "WARN"), (5, "FAIL")])
def test_v5_leaves_it_to_the_fraction_when_the_mad_is_0(
    warehouse: Warehouse, today: int, word: str
) -> None:
    """12 is not less than 60 % of 20, nor 6 less than 30 %."""
    fill(warehouse, "orders", (*[20] * 7, today))
    fill(warehouse, "sessions", [9] * 8)
    assert judge(warehouse, V5, "mad_orders").outcome.shown == word


@pytest.mark.parametrize(
    ("today", "word"), [(15, "PASS"), (14, "WARN"), (25, "PASS"), (26, "WARN")]
)
def test_v2_speaks_of_swings_of_either_sign(warehouse: Warehouse, today: int, word: str) -> None:
    fill(warehouse, "orders", (18, 18, 20, 20, 20, 22, 22, today))  # mean 20
    fill(warehouse, "sessions", [9] * 8)
    verdict = judge(warehouse, V2, "change_orders")
    assert verdict.outcome.shown == word, verdict.text


def test_v2_tells_its_numbers_and_its_band(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*[20] * 7, 5))
    fill(warehouse, "sessions", [9] * 8)
    verdict = judge(warehouse, V2, "change_orders")
    assert verdict.text == (
        "orders: 5 vs mean 20 of 7 days (change=-75 %, frac=0.25) (-75 %, limit fall of 30 %)"
    )
    assert gauges(verdict) == pytest.approx(
        {"expected": 20, "change_ratio": -0.75, "lower": 14, "upper": 26}
    )
    change_day(warehouse, "orders", 20)
    quiet = judge(warehouse, V2, "change_orders")
    assert quiet.text.endswith("(0 %, limit fall of 30 % or rise of 30 %)")


def test_v2_against_the_same_weekday_looks_at_one_day(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (10, *[20] * 6, 13))
    fill(warehouse, "sessions", [9] * 8)
    weekday = V2.replace("warning: {change: 30%}", "against: weekday, warning: {rise: 40%}")
    verdict = judge(warehouse, weekday, "change_orders")
    assert verdict.outcome.shown == "PASS"
    assert verdict.text.startswith("orders: 13 vs 10 on 2026-03-02 (change=+30 %, frac=1.30) ")
    change_day(warehouse, "orders", 14)
    assert judge(warehouse, weekday, "change_orders").outcome.shown == "WARN"


@pytest.mark.parametrize(
    ("direction", "low", "high"), [("fall", "FAIL", "PASS"), ("rise", "PASS", "FAIL")]
)
def test_a_direction_silences_the_other_side(
    warehouse: Warehouse, direction: str, low: str, high: str
) -> None:
    one = f"{{metrics: [orders], method: zscore, direction: {direction}, critical: {{z: 3}}}}"
    fill(warehouse, "orders", (*WEEK, 2))
    fill(warehouse, "sessions", [9] * 8)
    fallen = judge(warehouse, one, "zscore_orders")
    assert fallen.outcome.shown == low
    assert ("lower" in gauges(fallen), "upper" in gauges(fallen)) == (low == "FAIL", low == "PASS")
    change_day(warehouse, "orders", 50)
    assert judge(warehouse, one, "zscore_orders").outcome.shown == high


def test_v6_no_orders_although_traffic_is_normal(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 0))
    fill(warehouse, "sessions", [100, 101, 99, 100, 102, 98, 100, 97])
    verdict = judge(warehouse, V6, "silent_orders")
    assert verdict.outcome.shown == "FAIL"
    assert verdict.text == (
        "orders: 0 vs mean 21 of 7 days (change=-100 %, frac=0.00) (-100 %, limit fall of 100 %)"
    )
    change_day(warehouse, "orders", 1)
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "PASS"


def test_v6_when_traffic_itself_fell_that_is_the_finding(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 0))
    fill(warehouse, "sessions", [100, 101, 99, 100, 102, 98, 100, 30])
    verdict = judge(warehouse, V6, "silent_orders")
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text == "traffic itself fell: sessions 30 vs 100"
    change_day(warehouse, "sessions", 100)
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "FAIL"


def test_v6_on_the_second_day_of_an_outage_it_still_speaks(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK[1:], 0, 0))
    fill(warehouse, "sessions", [100] * 8)
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "FAIL"


@pytest.mark.parametrize("days", [1, 3, 4, 6, 7])
def test_v6_speaks_on_every_day_of_an_outage(warehouse: Warehouse, days: int) -> None:
    """It is a rule of two numbers: days without orders do not become what is normal."""
    fill(warehouse, "orders", (*WEEK[days:], *[0] * days, 0))
    fill(warehouse, "sessions", [100] * 8)
    verdict = judge(warehouse, V6, "silent_orders")
    assert verdict.outcome.shown == "FAIL", verdict.text
    assert gauges(verdict)["change_ratio"] == -1
    change_day(warehouse, "orders", 1)
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "PASS"


@pytest.mark.parametrize("days", [1, 6, 7])
@pytest.mark.parametrize("metric", ["revenue", "per_session"])
def test_v6_of_a_sum_is_that_of_a_count(warehouse: Warehouse, metric: str, days: int) -> None:
    """No row to add up is no revenue, on every day of an outage."""
    fill(warehouse, "orders", (20, *WEEK[days:], *[0] * days, 0))
    fill(warehouse, "sessions", [100] * 9)
    silent = V6.replace("[orders]", f"[{metric}]")
    verdict = judge(warehouse, silent, f"silent_{metric}")
    assert verdict.outcome.shown == "FAIL", verdict.text
    assert gauges(verdict)["change_ratio"] == -1
    change_day(warehouse, "orders", 1)
    assert judge(warehouse, silent, f"silent_{metric}").outcome.shown == "PASS"


@pytest.mark.parametrize(
    ("anomaly", "word"),
    [
        ("method: zscore, critical: {z: 3}", "FAIL"),
        ("method: mad, critical: {z: 3, below: 60%}", "FAIL"),
        ("method: change, critical: {fall: 50%}", "FAIL"),
        ("method: change, critical: {rise: 50%}", "PASS"),
        ("critical: {fall: 0.1%}", "FAIL"),
    ],
)
@pytest.mark.parametrize("metric", ["revenue", "per_session"])
def test_no_row_to_add_up_is_a_fall_to_nothing(
    warehouse: Warehouse, metric: str, anomaly: str, word: str
) -> None:
    fill(warehouse, "orders", (*WEEK * 4, 0))
    fill(warehouse, "sessions", [100] * 29)
    one = f"{{name: one, metrics: [{metric}], {anomaly}}}"
    verdict = judge(warehouse, one, f"one_{metric}")
    assert verdict.outcome.shown == word, verdict.text
    none = one.replace(metric, "aov")
    assert judge(warehouse, none, "one_aov").outcome.shown == "UNKNOWN", "nothing to divide by"


def test_v6_of_a_daily_table_that_says_0_every_day(warehouse: Warehouse) -> None:
    """The rows are there, and each says 0: a history of zeros, and not of holes."""
    fill(warehouse, "orders", [1] * 8)
    fill(warehouse, "sessions", [100] * 8)
    warehouse.sql("UPDATE orders SET revenue = 0")
    silent = V6.replace("[orders]", "[revenue]")
    verdict = judge(warehouse, silent, "silent_revenue")
    assert (verdict.outcome.shown, verdict.text) == (
        "FAIL",
        "revenue: 0, 0 of 7 days before as well (change=-100 %) (-100 %, limit fall of 100 %)",
    )
    warehouse.sql(f"UPDATE orders SET revenue = 5 WHERE ts::date = '{EXPECTED}'")
    assert judge(warehouse, silent, "silent_revenue").outcome.shown == "PASS"


def test_v6_needs_no_day_before(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", [0])
    fill(warehouse, "sessions", [100] * 8)
    verdict = judge(warehouse, V6, "silent_orders")
    assert verdict.text == (
        "orders: 0, 0 of 7 days before to compare with (change=-100 %)"
        " (-100 %, limit fall of 100 %)"
    )
    mild = V6.replace("critical", "warning: {fall: 50%}, critical")
    assert judge(warehouse, mild, "silent_orders").outcome.shown == "FAIL"
    change_day(warehouse, "orders", 1)
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "PASS"
    assert judge(warehouse, mild, "silent_orders").outcome.shown == "SKIP", "of a fall by half"


def test_v6_is_not_disabled_by_a_lost_day_of_traffic(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 0))
    fill(warehouse, "sessions", [100, 101, 0, 100, 102, 0, 100, 97])
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "FAIL"
    change_day(warehouse, "sessions", 30)
    assert judge(warehouse, V6, "silent_orders").text == "traffic itself fell: sessions 30 vs 100"


@pytest.mark.parametrize(
    ("anomaly", "today", "word"),
    [
        ("method: zscore, critical: {z: 3}", 0, "SKIP"),
        ("method: zscore, critical: {z: 3}", 4, "FAIL"),
        ("method: zscore, direction: fall, critical: {z: 3}", 4, "SKIP"),
        ("method: zscore, direction: rise, critical: {z: 3}", 0, "SKIP"),
        ("method: mad, critical: {z: 3, below: 60%}", 0, "SKIP"),
        ("method: mad, critical: {z: 3, below: 60%}", 4, "SKIP"),
        ("method: change, critical: {fall: 50%}", 0, "SKIP"),
        ("method: change, critical: {change: 50%}", 4, "FAIL"),
        ("method: change, critical: {fall: 100%}", 0, "FAIL"),
        ("method: change, critical: {fall: 100%}", 4, "PASS"),
        ("critical: {fall: 0.1%}", 0, "SKIP"),
    ],
)
def test_a_baseline_of_zeros_passes_nothing(
    warehouse: Warehouse, anomaly: str, today: int, word: str
) -> None:
    fill(warehouse, "orders", [1] * 30)
    fill(warehouse, "sessions", [100] * 30)
    warehouse.sql(
        f"UPDATE orders SET revenue = 0; UPDATE orders SET revenue = {today}"
        f" WHERE ts::date = '{EXPECTED}'"
    )
    one = f"{{name: one, metrics: [revenue], {anomaly}}}"
    verdict = judge(warehouse, one, "one_revenue")
    assert verdict.outcome.shown == word, verdict.text
    guarded = f"{{name: two, metrics: [orders], while: [revenue], {anomaly}}}"
    assert judge(warehouse, guarded, "two_orders").outcome.shown == "SKIP", "is that traffic?"


def test_what_is_said_of_zeros(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", [1] * 8)
    fill(warehouse, "sessions", [100] * 8)
    warehouse.sql("UPDATE orders SET revenue = 0")
    one = "{name: one, metrics: [revenue], method: zscore, critical: {z: 3}}"
    told = "revenue: 0 vs mean 0 of 7 days: a baseline of zeros passes nothing"
    assert judge(warehouse, one, "one_revenue").text == told
    guarded = one.replace("[revenue]", "[orders], while: [revenue]")
    assert judge(warehouse, guarded, "one_orders").text == (
        "nobody knows whether traffic is normal: revenue: 0 vs median 0 of 7 days:"
        " a baseline of zeros passes nothing"
    )


def test_without_a_history_of_traffic_nothing_is_said(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 0))
    fill(warehouse, "sessions", [100, 100])
    verdict = judge(warehouse, V6, "silent_orders")
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text.startswith("insufficient history: sessions has a value on 1 of the 7 days")


def test_n2_a_step_of_the_funnel_while_traffic_is_normal(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 8))
    fill(warehouse, "sessions", [100] * 8)
    verdict = judge(warehouse, N2, "mad_conversion")
    assert verdict.outcome.shown == "WARN"
    assert verdict.text.startswith("conversion: 0.08 vs median 0.21 of 7 days (z=-13.00, ")
    change_day(warehouse, "sessions", 40)
    assert judge(warehouse, N2, "mad_conversion").text == (
        "traffic itself fell: sessions 40 vs 100"
    )
    change_day(warehouse, "sessions", 100)
    change_day(warehouse, "orders", 20)
    assert judge(warehouse, N2, "mad_conversion").outcome.shown == "PASS"


def test_a_guard_that_cannot_be_measured_makes_the_check_unmeasured(warehouse: Warehouse) -> None:
    fill(warehouse, "orders", (*WEEK, 0))
    fill(warehouse, "sessions", [100] * 8)
    warehouse.sql("DROP TABLE sessions")
    assert judge(warehouse, V6, "silent_orders").outcome.shown == "UNKNOWN"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("method: mad", "mad needs a limit, for example {warning: {z: 3, below: 60%}"),
        ("method: mad, warning: {z: 3}", "mad needs `z`, and `below` of 100 % at most"),
        ("method: mad, warning: {z: 3, below: 160%}", "`below` of 100 % at most"),
        ("method: mad, direction: rise, warning: {z: 3, below: 60%}", "mad sees falls only"),
        ("method: mad, warning: {z: 3, change: 9%}", "`change` is not a limit of mad, for example"),
        ("method: change, warning: {change: 9%, fall: 3%}", "it, or `fall` and `rise`"),
        ("method: change, warning: {}", "change needs a limit for this direction"),
        ("method: change, direction: fall, warning: {rise: 9%}", "a limit for this direction"),
        ("method: change, warning: {fall: 50%}, critical: {fall: 20%}", "warning is laxer than"),
        ("method: mad, warning: {z: 6, below: 60%}, critical: {z: 5, below: 30%}", "is laxer"),
        ("method: zscore, warning: {change: 9%}", "zscore needs `z`, for example"),
        ("method: zscore, rate: true, warning: {z: 3}", "`rate` is for seasonal"),
        ("method: zscore, against: weekday, warning: {z: 3}", "`against: weekday` is for change"),
        ("method: change, against: weekday, days: 9, warning: {fall: 9%}", "no `days`"),
        ("method: prophet", "must be 'change', 'mad', 'seasonal', 'slide' or 'zscore'"),
        ("warning: {z: 3}", "`z` is not a limit of seasonal, for example"),
        ("warning: {fall: 100%}", "a probability is less than 100 %"),
        ("warning: {change: 9%, points: 2%}", "write one of them"),
        ("warning: {fall: 0.1%}, critical: {fall: 1%}", "warning is laxer than critical"),
        ("days: 13", "seasonal compares weeks: days is 14 or more"),
        ("min_days: 6", "seasonal needs 7 days at least"),
        ("rate: true", "`rate` is for ratios: `orders` is not a ratio"),
        ("warning: {points: 2%}", "`points` is for ratios: `orders` is not a ratio"),
        ("while: [session]", "there is no metric `session`; did you mean `sessions`?"),
    ],
)
def test_what_is_wrong_is_said_before_any_pass(written: str, told: str) -> None:
    item = f"anomalies: [{{metrics: [orders], {written}}}]"
    assert told in complaint(datasets=DATASETS, more=f"{METRICS}\n{item}")


def test_a_day_in_the_calendar_is_stepped_over(warehouse: Warehouse) -> None:
    """A sale in the week before: seven other days are the history."""
    fill(warehouse, "orders", (*WEEK, 500, 21))
    fill(warehouse, "sessions", [9] * 9)
    sale = EXPECTED - timedelta(days=1)
    v3 = "{metrics: [orders], method: zscore, critical: {z: 3}}"
    assert " mean 89.57 of 7 days " in judge(warehouse, v3, "zscore_orders").text
    known = judge(warehouse, v3, "zscore_orders", f"calendar: {{sale: {{days: {sale}}}}}")
    assert known.text.startswith("orders: 21 vs mean 21 of 7 days ")


def test_the_examples_of_the_documentation_are_a_config() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "baselines.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    metrics = METRICS.replace("metrics: {", "metrics: {refunds: {dataset: orders, count: '*'},")
    metrics = metrics.replace("per_order", "checkout_rate")
    assert complaint(datasets=DATASETS, more=f"{metrics}\n{example}") == ""


def test_a_slide_over_days_is_found_and_its_sentence_says_from_which_days(
    warehouse: Warehouse,
) -> None:
    usual = (100, 104, 97, 101, 99, 103, 96)
    fill(warehouse, "orders", [*usual * 9, 95, 89, 83, 78, 72, 67, 67])
    slide = "{metrics: [orders], method: slide}"
    verdict = judge(warehouse, slide, "slide_orders")
    assert verdict.outcome.shown == "WARN", verdict.text
    assert verdict.sentence == (
        "orders: 67 orders on Mon 9 Mar, -28 % (in the middle of the last 4 days; expected 96)"
    )
    change_day(warehouse, "orders", 100)
    change_day(warehouse, "orders", 100, EXPECTED - timedelta(days=1))
    assert judge(warehouse, slide, "slide_orders").outcome.shown == "PASS"
