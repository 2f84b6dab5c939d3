"""V3, V4: a metric of the expected day against the days before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from warehouse_exporter.core.model import CheckId, Verdict

from tests.database.kinds.example import Example
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

EXAMPLE = Example(
    "metrics: [revenue], method: zscore, critical: {z: 3}",
    "revenue",
    "SKIP",
    "UNKNOWN",
    "UNKNOWN",
    "anomalies",
)

EXPECTED = date(2026, 3, 9)
WEEK = (20, 22, 19, 21, 23, 20, 22)
DATASETS = {"sessions": "{relation: sessions, time: ts}"}
METRICS = (
    "metrics: {orders: {dataset: orders, count: '*'}, sessions: {dataset: sessions, count: '*'},"
    " revenue: {dataset: orders, sum: revenue}, conversion: {ratio: [orders, sessions]}}"
)
V3 = "{metrics: [orders], method: zscore, critical: {z: 3}}"
V4 = "{metrics: [orders], method: zscore, warning: {z: 3, change: 30%}}"


def shop(warehouse: Warehouse, orders: Sequence[int], sessions: int = 100) -> None:
    """Some orders of 1.50 on each of the days up to the expected one, and sessions on all."""
    warehouse.sql("CREATE TABLE orders (ts timestamptz, revenue numeric, state text)")
    warehouse.sql("CREATE TABLE sessions (ts timestamptz)")
    first = EXPECTED - timedelta(days=len(orders) - 1)
    for back, count in enumerate(orders):
        noon = f"'{first + timedelta(days=back)} 12:00+00', 1.5 FROM generate_series(1, {count})"
        warehouse.sql(f"INSERT INTO orders SELECT {noon}")
        warehouse.sql(
            f"INSERT INTO sessions SELECT '{first + timedelta(days=back)} 12:00+00'"
            f" FROM generate_series(1, {sessions})"
        )


def judge(
    warehouse: Warehouse,
    anomaly: str,
    metric: str = "orders",
    as_of: datetime = NOON,
    metrics: str = METRICS,
) -> Verdict:
    """What is said of one metric."""
    config = config_of(datasets=DATASETS, more=f"{metrics}\nanomalies: [{anomaly}]")
    done = warehouse.run(config, as_of)
    return done.results[CheckId("orders", f"zscore_{metric}")].worst


def gauges(verdict: Verdict) -> dict[str, float]:
    """The gauges of a verdict, by their names without `warehouse_metric_`."""
    assert verdict.sample is not None, verdict.text
    return {k.removeprefix("warehouse_metric_"): v for k, v in verdict.sample.values.items()}


def test_its_score_is_that_of_the_sample_standard_deviation(warehouse: Warehouse) -> None:
    shop(warehouse, (*WEEK, 2))
    verdict = judge(warehouse, V4)
    mean, deviation = np.mean(WEEK), np.std(WEEK, ddof=1)
    assert gauges(verdict) == {
        "score": pytest.approx((2 - mean) / deviation),
        "change_ratio": pytest.approx((2 - mean) / mean),
        "expected": pytest.approx(mean),
        "lower": pytest.approx(mean - 3 * deviation),
        "upper": pytest.approx(mean + 3 * deviation),
    }
    assert verdict.outcome.shown == "WARN"
    # mean 21, deviation sqrt(2): z = -19 / 1.4142, frac = 2 / 21
    assert verdict.text == (
        "orders: 2 vs mean 21 of 7 days (z=-13.44, change=-90 %, frac=0.10)"
        " (limit |z| >= 3 and change >= 30 %)"
    )


@pytest.mark.parametrize(
    ("today", "v3", "v4"),
    [
        (21, "PASS", "PASS"),
        (25, "PASS", "PASS"),  # z = 2.83
        (26, "FAIL", "PASS"),  # z = 3.54, change 24 %
        (27, "FAIL", "PASS"),  # change 28.6 %
        (28, "FAIL", "WARN"),  # change 33.3 %
        (15, "FAIL", "PASS"),  # change -28.6 %
        (14, "FAIL", "WARN"),  # change -33.3 %
        (0, "FAIL", "WARN"),
    ],
)
def test_v3_asks_for_the_score_alone_and_v4_for_a_change_as_well(
    warehouse: Warehouse, today: int, v3: str, v4: str
) -> None:
    shop(warehouse, (*WEEK, today))
    assert judge(warehouse, V3).outcome.shown == v3
    assert judge(warehouse, V4).outcome.shown == v4


def test_it_turns_back_when_the_rows_come(warehouse: Warehouse) -> None:
    shop(warehouse, (*WEEK, 2))
    assert judge(warehouse, V3).outcome.shown == "FAIL"
    warehouse.sql("INSERT INTO orders SELECT '2026-03-09' FROM generate_series(1, 19)")
    assert judge(warehouse, V3).outcome.shown == "PASS"


def test_the_day_judged_is_the_expected_one_and_never_part_of_its_history(
    warehouse: Warehouse,
) -> None:
    shop(warehouse, (*WEEK, 2))
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    early = judge(warehouse, V3.replace("critical", "days: 6, critical"), as_of=at_three)
    assert early.text.startswith("orders: 22 vs mean 20.83 of 6 days ")  # WEEK[-1] against the rest
    tomorrow = datetime(2026, 3, 11, 12, tzinfo=UTC)
    late = judge(warehouse, V3, as_of=tomorrow)
    assert late.text.startswith("orders: 0 vs mean 18.43 of 7 days ")  # 2 is history by now


def test_too_little_history_is_skipped_with_its_numbers(warehouse: Warehouse) -> None:
    shop(warehouse, (20, 22, 19, 2))
    verdict = judge(warehouse, V3)
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text == (
        "insufficient history: orders has a value on 3 of the 7 days before 2026-03-09,"
        " 4 are needed"
    )
    enough = judge(warehouse, V3.replace("critical", "min_days: 3, critical"))
    assert enough.text.startswith("orders: 2 vs mean 20.33 on 3 of 7 days ")


def test_a_day_without_any_row_is_a_hole_in_the_history_and_not_a_zero(
    warehouse: Warehouse,
) -> None:
    shop(warehouse, (20, 22, 0, 21, 23, 20, 22, 2))
    verdict = judge(warehouse, V3)
    assert verdict.text.startswith("orders: 2 vs mean 21.33 on 6 of 7 days ")
    conversion = judge(warehouse, V3.replace("[orders]", "[conversion]"), "conversion")
    assert conversion.text.startswith("conversion: 0.02 vs mean 0.2133 on 6 of 7 days ")
    whole = judge(warehouse, V3.replace("critical", "min_days: 7, critical"))
    assert whole.text.startswith("insufficient history: orders has a value on 6 of the 7 days")


@pytest.mark.parametrize("lost", [(), (1,), (2, 4), (0, 3, 6)])
def test_days_that_are_missing_make_it_no_blinder_and_no_louder(
    warehouse: Warehouse, lost: tuple[int, ...]
) -> None:
    """A tenth of the traffic is found, and so is a double load; 21 or 24 of 21 are nothing."""
    week = [0 if day in lost else count for day, count in enumerate(WEEK)]
    words = []
    for today in (2, 21, 24, 44):
        warehouse.sql("DROP TABLE IF EXISTS orders, sessions")
        shop(warehouse, (*week, today))
        words.append(judge(warehouse, V4).outcome.shown)
    assert words == ["WARN", "PASS", "PASS", "WARN"]


def test_with_more_than_half_of_the_days_missing_nothing_is_judged(warehouse: Warehouse) -> None:
    shop(warehouse, (20, 0, 19, 0, 23, 0, 0, 2))
    verdict = judge(warehouse, V3)
    assert verdict.text == (
        "insufficient history: orders has a value on 3 of the 7 days before 2026-03-09,"
        " 4 are needed"
    )


def test_a_day_on_which_nothing_matches_is_an_honest_zero(warehouse: Warehouse) -> None:
    shop(warehouse, (*WEEK, 2))
    warehouse.sql("UPDATE orders SET state = 'refunded' WHERE ts::date = '2026-03-09'")
    refunds = "metrics: {refunds: {dataset: orders, count: '*', where: \"state = 'refunded'\"}}"
    anomaly = "{metrics: [refunds], method: zscore, warning: {z: 3, change: 30%}}"
    verdict = judge(warehouse, anomaly, "refunds", metrics=refunds)
    # Two refunds after a week of none: infinitely far, and an infinite change.
    assert verdict.outcome.shown == "WARN"
    assert verdict.text.startswith("refunds: 2 vs mean 0 of 7 days (z=inf, change=+inf %) ")
    assert gauges(verdict)["change_ratio"] == math.inf


@pytest.mark.parametrize(("sessions", "today"), [(100, 21), (70, 21), (130, 21), (7, 1)])
def test_a_constant_history_does_not_make_the_same_value_an_anomaly(
    warehouse: Warehouse, sessions: int, today: int
) -> None:
    shop(warehouse, [today] * 8, sessions)
    for metric in ("orders", "conversion", "revenue"):
        verdict = judge(warehouse, V3.replace("[orders]", f"[{metric}]"), metric)
        assert (verdict.outcome.shown, gauges(verdict)["score"]) == ("PASS", 0.0), verdict.text


def test_a_sum_over_no_row_is_a_fall_to_nothing(warehouse: Warehouse) -> None:
    shop(warehouse, (*WEEK, 0))
    verdict = judge(warehouse, V3.replace("[orders]", "[revenue]"), "revenue")
    assert verdict.outcome.shown == "FAIL"
    assert verdict.text == (
        "revenue: 0 vs mean 31.50 of 7 days (z=-14.85, change=-100 %, frac=0.00);"
        " no row to add up (limit |z| >= 3)"
    )
    warehouse.sql("DELETE FROM sessions WHERE ts::date = '2026-03-09'")
    ratio = judge(warehouse, V3.replace("[orders]", "[conversion]"), "conversion")
    assert (ratio.sample, ratio.reason) == (None, "no_values")


def test_a_sum_that_never_had_a_row_is_skipped(warehouse: Warehouse) -> None:
    shop(warehouse, [0] * 8)
    verdict = judge(warehouse, V3.replace("[orders]", "[revenue]"), "revenue")
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text == ("revenue has no value on 2026-03-09: nothing to add up or to divide by")


def test_every_metric_named_is_a_check_of_its_own_and_they_share_a_scan(
    warehouse: Warehouse,
) -> None:
    shop(warehouse, (*WEEK, 21))
    named = "[orders, sessions, revenue, conversion]"
    several = f"{{metrics: {named}, method: zscore, critical: {{z: 3, change: 30%}}}}"
    config = config_of(datasets=DATASETS, more=f"{METRICS}\nanomalies: [{several}]")
    done = warehouse.run(config)
    assert {r.worst.outcome.shown for r in done.results.values()} == {"SKIP", "PASS"}
    assert len(done.results) == 8
    assert done.statements == 4, "of each dataset a scan, and whether any row has a time"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "{metrics: [orders], method: zscore}",
            "zscore needs a limit, for example {warning: {z: 3, change: 30%}}",
        ),
        (
            "{metrics: [orders], method: zscore, warning: {z: 3, change: 30}}",
            "write per cent above 0, such as 30%",
        ),
        (
            "{metrics: [orders], method: zscore, warning: {z: 3, change: -30%}}",
            "write per cent above 0",
        ),
        (
            "{metrics: [orders], method: zscore, warning: {z: 3, change: nan%}}",
            "write per cent above 0",
        ),
        (
            "{metrics: [orders], method: zscore, warning: {z: 3, change: inf%}}",
            "write per cent above 0",
        ),
        ("{metrics: [orders], method: zscore, warning: {z: -3}}", "greater than 0"),
        (
            "{metrics: [orders], method: zscore, warning: {z: 5}, critical: {z: 3}}",
            "warning is laxer than critical",
        ),
        (
            "{metrics: [orders], method: zscore, min_days: 9, critical: {z: 3}}",
            "min_days 9 is more than days 7",
        ),
        (
            "{metrics: [order], method: zscore, critical: {z: 3}}",
            "no metric `order`; did you mean `orders`?",
        ),
        (
            "{metrics: [orders], method: zscore, where: id > 1, critical: {z: 3}}",
            "put `where` on the metric",
        ),
    ],
)
def test_what_is_wrong_is_said_before_any_pass(written: str, told: str) -> None:
    assert told in complaint(datasets=DATASETS, more=f"{METRICS}\nanomalies: [{written}]")
