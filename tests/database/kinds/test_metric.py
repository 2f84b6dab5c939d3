"""K1, A4: a daily number, shown as it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.alerting.rules import groups
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Verdict
from warehouse_exporter.publish.metrics import families
from warehouse_exporter.publish.snapshots import SnapshotStore

from tests.database.kinds.example import Example
from tests.database.turns.breaking import ORDERS, Break
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

EXAMPLE = Example(
    "dataset: orders, sum: revenue, critical: '< 1'",
    "revenue",
    "SKIP",
    "UNKNOWN",
    "UNKNOWN",
    "metrics",
)
SHOP = """
metrics:
  load_lag:
    dataset: orders
    percentile: {of: extract(epoch from loaded_at - order_ts), at: 0.95}
    critical: "> 100000"
"""
BREAKS = {
    "A4": Break(
        f"UPDATE analytics.fct_orders SET loaded_at = loaded_at + interval '2 days' WHERE {ORDERS}",
        "orders.metric_load_lag",
        "fct_orders",
    )
}

SESSIONS = {"sessions": "{relation: sessions, time: ts}"}


def shop(warehouse: Warehouse) -> None:
    """Three orders of two clients and four sessions on the expected day, and one before it."""
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, client text, revenue numeric, state text);"
        "CREATE TABLE sessions (ts timestamptz);"
        "INSERT INTO orders VALUES (1, '2026-03-09 00:00+00', 'a', 10.10, 'paid'),"
        " (2, '2026-03-09 12:00+00', 'a', 20.20, 'paid'),"
        " (3, '2026-03-09 23:59+00', 'b', NULL, 'open'),"
        " (4, '2026-03-08 23:59+00', 'c', 99, 'paid');"
        "INSERT INTO sessions SELECT '2026-03-09 10:00+00' FROM generate_series(1, 4)"
    )


def say(warehouse: Warehouse, metrics: str, as_of: datetime = NOON, zone: str = "UTC") -> Verdict:
    """What the last of some metrics says."""
    config = config_of(datasets=SESSIONS, more=f"metrics: {{{metrics}}}", zone=zone)
    *_, result = warehouse.run(config, as_of).results.values()
    return result.worst


def value(warehouse: Warehouse, metrics: str, as_of: datetime = NOON) -> float:
    """The value of the last of some metrics."""
    verdict = say(warehouse, metrics, as_of)
    assert verdict.sample is not None, verdict.text
    return verdict.sample.values["warehouse_metric_value"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{dataset: orders, count: '*'}", 3),
        ("{dataset: orders, count: revenue}", 2),
        ("{dataset: orders, count: '*', where: \"state = 'paid'\"}", 2),
        ("{dataset: orders, sum: revenue}", 30.3),
        ("{dataset: orders, sum: revenue * 2, where: id > 1}", 40.4),
        ("{dataset: orders, distinct: client}", 2),
        ("{dataset: orders, distinct: client, where: \"state = 'none'\"}", 0),
        ("{dataset: orders, avg: revenue}", 15.15),
        ("{dataset: orders, avg: revenue, where: id > 1}", 20.2),
        ("{dataset: orders, min: revenue}", 10.1),
        ("{dataset: orders, max: revenue + 1}", 21.2),
        ("{dataset: orders, max: extract(hour from ts), where: \"state = 'paid'\"}", 12),
        ("{dataset: orders, percentile: {of: revenue, at: 0.5}}", 15.15),
        ("{dataset: orders, percentile: {of: id, at: 0.9}, where: revenue is not null}", 1.9),
    ],
)
@pytest.mark.parametrize("indexed", [False, True], ids=["grouped", "by range"])
def test_every_aggregate_is_that_of_the_expected_day(
    warehouse: Warehouse, written: str, expected: float, indexed: bool
) -> None:
    shop(warehouse)
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    assert value(warehouse, f"number: {written}") == pytest.approx(expected)


def test_without_limits_it_is_shown_and_not_judged(warehouse: Warehouse) -> None:
    shop(warehouse)
    verdict = say(warehouse, "revenue: {dataset: orders, sum: revenue}")
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text == "revenue 30.30 on 2026-03-09 (shown, no limit)"
    assert verdict.sample is not None
    assert verdict.sample.labels == {"metric": "revenue", "age_days": "1"}


def test_a_limit_makes_it_a_check_that_turns_back(warehouse: Warehouse) -> None:
    shop(warehouse)
    orders = "orders: {dataset: orders, count: '*', critical: '< 3'}"
    assert say(warehouse, orders).outcome.shown == "PASS"
    warehouse.sql("DELETE FROM orders WHERE id = 1")
    verdict = say(warehouse, orders)
    assert verdict.outcome.shown == "FAIL"
    assert verdict.text == "orders 2 on 2026-03-09 (limit at least 3)"
    warehouse.sql("INSERT INTO orders VALUES (1, '2026-03-09')")
    assert say(warehouse, orders).outcome.shown == "PASS"


def test_a_ratio_of_two_datasets(warehouse: Warehouse) -> None:
    shop(warehouse)
    both = "o: {dataset: orders, count: '*'}, s: {dataset: sessions, count: '*'}"
    rate = f"{both}, rate: {{ratio: [o, s], warning: '< 80%'}}"
    verdict = say(warehouse, rate)
    assert verdict.text == "rate 0.75 on 2026-03-09 (75 %, limit at least 80 %)"
    warehouse.sql("DELETE FROM sessions")
    verdict = say(warehouse, rate)
    assert verdict.outcome.shown == "SKIP"
    assert verdict.text == "rate has no value on 2026-03-09: nothing to add up or to divide by"
    warehouse.sql("INSERT INTO sessions VALUES ('2026-03-04 10:00+00')")
    assert say(warehouse, rate).text == (
        "sessions has no row on 2026-03-09 for s, but has some of days before: load the day, or put"
        " it in the calendar if nothing is expected of it (no_values)"
    )


@pytest.mark.parametrize("closed", ["datasets: sessions", "metrics: rate", "metrics: [s, rate]"])
def test_a_ratio_follows_the_calendar_of_either_dataset_and_its_own(
    warehouse: Warehouse, closed: str
) -> None:
    """The config says of the sessions, or of the rate, that nothing is expected of that day."""
    shop(warehouse)
    warehouse.sql("UPDATE sessions SET ts = '2026-03-08 10:00+00'")
    rate = (
        "o: {dataset: orders, count: '*'}, s: {dataset: sessions, count: '*'},"
        " rate: {ratio: [o, s], critical: '< 80%'}"
    )
    assert say(warehouse, rate).outcome.shown == "UNKNOWN"
    more = (
        f"metrics: {{{rate}}}\ncalendar: {{works: {{days: 2026-03-09, {closed}, falls: silent}}}}"
    )
    *_, result = warehouse.run(config_of(datasets=SESSIONS, more=more)).results.values()
    assert result.worst.text == "2026-03-09 is in the calendar (works): nothing is expected"
    assert result.worst.outcome.shown == "SKIP"


FIGURES = ["avg: revenue", "min: revenue", "max: revenue", "percentile: {of: revenue, at: 0.95}"]


@pytest.mark.parametrize("written", FIGURES)
def test_a_figure_of_no_value_is_no_number(warehouse: Warehouse, written: str) -> None:
    shop(warehouse)
    largest = f"n: {{dataset: orders, {written}, critical: '> 1000'}}"
    assert say(warehouse, largest).outcome.shown == "PASS"
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id < 4")
    verdict = say(warehouse, largest)
    assert verdict.text == "3 rows on 2026-03-09: none has revenue (no_values)"
    warehouse.sql("DELETE FROM orders WHERE id < 4")
    assert "has no row on 2026-03-09 for n" in say(warehouse, largest).text
    warehouse.sql("DELETE FROM orders")
    assert say(warehouse, largest).outcome.shown == "SKIP"


@pytest.mark.parametrize("written", FIGURES)
def test_an_average_of_no_row_has_not_fallen(warehouse: Warehouse, written: str) -> None:
    shop(warehouse)
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09'::date - n * interval '1 day', 'a', 20 + n % 3"
        " FROM generate_series(1, 8) n; DELETE FROM orders WHERE ts >= '2026-03-09'"
    )
    usual = "anomalies: [{metrics: [n], method: change, critical: {fall: 90%}}]"
    done = warehouse.run(config_of(more=f"metrics: {{n: {{dataset: orders, {written}}}}}\n{usual}"))
    said = {check.name: result.worst.outcome.shown for check, result in done.results.items()}
    assert said["change_n"] == "UNKNOWN"


@pytest.mark.parametrize("written", FIGURES)
def test_a_figure_has_limits_and_a_baseline(warehouse: Warehouse, written: str) -> None:
    shop(warehouse)
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09'::date - n * interval '1 day', 'a', 20 + n % 3"
        " FROM generate_series(1, 8) n; UPDATE orders SET revenue = 900 WHERE ts >= '2026-03-09'"
    )
    metric = f"metrics: {{n: {{dataset: orders, {written}, critical: '> 500'}}}}\n"
    usual = "anomalies: [{metrics: [n], method: zscore, warning: {z: 3, change: 30%}}]"
    done = warehouse.run(config_of(more=metric + usual))
    said = {check.name: result.worst.outcome.shown for check, result in done.results.items()}
    assert said == {"metric_n": "FAIL", "zscore_n": "WARN"}


def test_a_largest_value_that_is_no_number_is_not_measured(warehouse: Warehouse) -> None:
    shop(warehouse)
    verdict = say(warehouse, "n: {dataset: orders, max: client, critical: '> 1'}")
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.RESULT)


@pytest.mark.parametrize(
    "break_it", ["DROP TABLE sessions", "ALTER TABLE sessions RENAME ts TO created_at"]
)
def test_a_ratio_whose_denominator_is_gone_is_not_measured(
    warehouse: Warehouse, break_it: str
) -> None:
    shop(warehouse)
    warehouse.sql(break_it)
    both = "o: {dataset: orders, count: '*'}, s: {dataset: sessions, count: '*'}"
    assert say(warehouse, f"{both}, r: {{ratio: [o, s]}}").outcome.shown == "UNKNOWN"
    assert say(warehouse, f"{both}, r: {{ratio: [s, o]}}").outcome.shown == "UNKNOWN"
    assert value(warehouse, "o: {dataset: orders, count: '*'}") == 3


def test_a_sum_over_nothing_is_no_zero_and_a_count_is(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("DELETE FROM orders WHERE id < 4")
    assert value(warehouse, "n: {dataset: orders, count: '*'}") == 0
    total = "n: {dataset: orders, sum: revenue, critical: '> 1'}"
    lost = say(warehouse, total)
    assert (lost.outcome.shown, lost.sample, lost.reason) == ("UNKNOWN", None, "no_values")
    assert say(warehouse, "n: {dataset: orders, sum: revenue}").outcome.shown == "SKIP"
    warehouse.sql("UPDATE orders SET revenue = NULL")
    assert say(warehouse, total).outcome.shown == "SKIP", "there never was a value"
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert say(warehouse, "n: {dataset: orders, sum: revenue}", at_three).sample is None


def test_a_sum_of_rows_that_a_condition_chooses_is_lost_where_it_must_not_be_little(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET state = 'open' WHERE id < 4")
    paid = "n: {dataset: orders, sum: revenue, where: \"state = 'paid'\", critical: '< 1'}"
    assert say(warehouse, paid).outcome.shown == "UNKNOWN"
    assert say(warehouse, paid.replace("< 1", "> 1")).outcome.shown == "SKIP"
    warehouse.sql("DELETE FROM orders WHERE id < 4")
    assert say(warehouse, paid.replace("< 1", "> 1")).outcome.shown == "UNKNOWN"


@pytest.mark.parametrize("visits", [4, 0])
def test_a_ratio_of_a_sum_without_a_row_is_not_measured(warehouse: Warehouse, visits: int) -> None:
    shop(warehouse)
    warehouse.sql(
        "INSERT INTO sessions VALUES ('2026-03-08'); DELETE FROM orders WHERE id < 4;"
        f"DELETE FROM sessions WHERE ts::date = '2026-03-09' AND {visits} = 0"
    )
    each = "{dataset: orders, sum: revenue}, s: {dataset: sessions, count: '*'}"
    ratio = f"r: {each}, rps: {{ratio: [r, s], critical: '< 1%'}}"
    verdict = say(warehouse, ratio)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", "no_values")
    assert ("orders" if visits else "sessions") in verdict.text


def test_the_day_is_the_expected_one_of_the_warehouse(warehouse: Warehouse) -> None:
    shop(warehouse)
    orders = "n: {dataset: orders, count: '*'}"
    assert value(warehouse, orders, datetime(2026, 3, 10, 3, tzinfo=UTC)) == 1
    warehouse.sql("UPDATE orders SET ts = '2026-10-25 22:59:59+00' WHERE id < 3")
    warehouse.sql("UPDATE orders SET ts = '2026-10-25 23:00:00+00' WHERE id = 3")
    berlin = say(warehouse, orders, datetime(2026, 10, 26, 9, tzinfo=UTC), "Europe/Berlin")
    assert berlin.text == "n 2 on 2026-10-25 (shown, no limit)"


def test_a_ratio_belongs_to_the_dataset_of_its_numerator(warehouse: Warehouse) -> None:
    shop(warehouse)
    metrics = "o: {dataset: orders, count: '*'}, s: {dataset: sessions, count: '*'}"
    config = config_of(datasets=SESSIONS, more=f"metrics: {{{metrics}, r: {{ratio: [s, o]}}}}")
    assert CheckId("sessions", "metric_r") in warehouse.run(config).results


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{dataset: orders}", "a metric is one of count, sum, distinct, avg, min, max"),
        ("{dataset: orders, count: '*', sum: id}", "a metric is one of count, sum, distinct"),
        ("{dataset: orders, max: id, avg: id}", "a metric is one of count, sum, distinct"),
        ("{dataset: orders, percentile: {of: id, at: 95}}", "must be at most 1"),
        ("{count: '*'}", "other metrics need `dataset`"),
        ("{dataset: orders, ratio: [n, n]}", "a ratio names two metrics and no dataset"),
        ("{dataset: orders, count: '*', window: 7d}", "a metric is a daily number: no `window`"),
        ("{dataset: orders, count: '*', critical: '> 5h'}", "a metric's limit is a number"),
        ("{dataset: orders, count: '*', critical: '> 5 rows'}", "a metric's limit is a number"),
        ("{dataset: order, count: '*'}", "there is no dataset `order`; did you mean `orders`?"),
        ("{ratio: [a, b]}", "there is no metric `a`"),
    ],
)
def test_what_is_wrong_is_said_before_any_pass(written: str, told: str) -> None:
    assert told in complaint(more=f"metrics: {{n: {written}}}")


def test_the_last_three_closed_days_are_shown_and_the_first_is_judged(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    warehouse.sql("INSERT INTO orders VALUES (5, '2026-03-07 12:00+00'), (6, '2026-03-06')")
    orders = "n: {dataset: orders, count: '*', critical: '< 2'}"
    verdict = say(warehouse, orders)
    assert verdict.outcome.shown == "PASS"
    assert verdict.text == "n 3 on 2026-03-09 (limit at least 2)"
    assert verdict.sample is not None
    assert [
        (sample.labels["age_days"], sample.values["warehouse_metric_value"], sample.labels)
        for sample in (verdict.sample, *verdict.sample.beside)
    ] == [
        (age, value, {"metric": "n", "age_days": age})
        for age, value in (("1", 3), ("2", 1), ("3", 1))
    ]


def test_a_day_without_a_value_has_no_series(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id = 4")
    verdict = say(warehouse, "r: {dataset: orders, sum: revenue}")
    assert verdict.sample is not None
    assert verdict.sample.beside == ()


def test_days_that_are_not_judged_are_gauges_and_no_alerts(warehouse: Warehouse) -> None:
    shop(warehouse)
    written = config_of(more="metrics: {n: {dataset: orders, count: '*', critical: '< 2'}}")
    config = parse(written, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    store = SnapshotStore(config, NOON)
    store.publish(warehouse.run(written))
    labels = {"warehouse": "warehouse", "dataset": "orders", "check": "metric_n", "metric": "n"}
    shown = {
        tuple(sorted(sample.labels.items())): sample.value
        for family in families(store.snapshot, config.checks, NOON)
        for sample in family.samples
        if sample.name == "warehouse_metric_value"
    }
    wanted = [tuple(sorted({**labels, "age_days": age}.items())) for age in ("1", "2", "3")]
    assert shown == dict(zip(wanted, (3, 1, 0), strict=True))
    (rule,) = [rule for group in groups(config) for rule in group["rules"]
               if rule.get("alert") == "WarehouseMetricOutOfBounds"]  # fmt: skip
    judged = 'warehouse_metric_value:last{warehouse="warehouse",age_days="1",'
    assert rule["expr"].startswith(judged)
