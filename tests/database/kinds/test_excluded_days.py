"""Days that the calendar excludes are expected by no kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.model import CheckId, Pass
from warehouse_exporter.kinds import all_kinds

from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.support.warehouses import NOON, Warehouse, config_of

WHOLESALE = """
CREATE TABLE orders (id serial, ts timestamptz, loaded timestamptz, revenue numeric, state text);
INSERT INTO orders (ts, loaded, revenue, state)
SELECT t, date_trunc('day', t) + interval '27 h', 10, 'paid'
FROM generate_series(timestamptz '2026-08-03 08:00+00', '2026-10-30 18:00+00', '10 min') AS t
WHERE extract(isodow FROM t) < 6 AND extract(hour FROM t) BETWEEN 8 AND 17;
CREATE INDEX ON orders (ts)
"""
"""Orders from Monday to Friday, 08:00 to 18:00, loaded at three in the night after."""
ORDERS = "{relation: orders, time: ts, loaded: loaded, key: id}"
NEVER = ORDERS[:-1] + ", closed: never}"
CHECKS = """
freshness: {critical: '> 24h'}
freshness: {by: loaded, critical: '> 26h'}
partition_freshness: {critical: '> 0'}
missing_days: {critical: '> 0'}
deadline: {critical: '> 8h'}
volume: {critical: '< 20'}
silence: {critical: '> 1h', busy: 5}
so_far_today: {critical: '< 50%', at_least: 2}
pipeline_run: {rows_read: id, critical: '< 1'}
daily_aggregates: {columns: [revenue], critical: '> 0'}
absent_day: {column: state, critical: '> 0'}
completeness: {column: state, critical: '> 0'}
channel_mix: {channel: state, sum: revenue, model: null, critical: '>= 15%'}
"""
MORE = """
metrics: {orders: {dataset: orders, count: '*', critical: '< 20'}}
anomalies:
  - {metrics: [orders]}
  - {metrics: [orders], method: zscore, critical: {z: 3, change: 30%}}
  - {name: none, metrics: [orders], method: change, critical: {fall: 100%}}
queries:
  - {name: few, dataset: orders, critical: "< 20",
     sql: "select count(*) from orders where ts >= :day_start and ts < :day_end"}
calendar:
"""
BY_DATE = (
    "  weekend: {days: [2026-10-17 to 2026-10-18, 2026-10-24 to 2026-10-25,"
    " 2026-10-31 to 2026-11-01], falls: silent}"
)
BY_NAME = "  weekend: {weekdays: [saturday, sunday], falls: silent}"
WEEKEND = "is in the calendar (weekend): nothing is expected"


def judged(warehouse: Warehouse, calendar: str, as_of: datetime, orders: str = ORDERS) -> Pass:
    """What every check says."""
    return warehouse.run(config_of(CHECKS, orders=orders, more=MORE + calendar), as_of)


def at(day: int, hour: int, month: int = 11) -> datetime:
    """An instant of the autumn."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def loud(done: Pass) -> dict[str, str]:
    """The checks that are neither fine nor skipped, with what they say."""
    return {
        check.name: f"{result.worst.outcome.shown} {result.worst.text}"
        for check, result in done.results.items()
        if result.worst.outcome.shown not in ("PASS", "SKIP")
    }


@pytest.mark.parametrize("calendar", [BY_DATE, BY_NAME])
@pytest.mark.parametrize(
    "as_of", [at(31, 7, 10), at(31, 23, 10), at(1, 3), at(1, 7), at(2, 0), at(2, 5), at(2, 7)]
)
def test_a_closed_weekend_is_no_finding_at_any_hour(
    warehouse: Warehouse, calendar: str, as_of: datetime
) -> None:
    warehouse.sql(WHOLESALE)
    assert loud(judged(warehouse, calendar, as_of)) == {}


def test_without_the_calendar_the_same_morning_is_full_of_them(warehouse: Warehouse) -> None:
    warehouse.sql(WHOLESALE)
    said = loud(judged(warehouse, "  fair: {days: 2026-09-01}", at(2, 7), NEVER))
    assert {"freshness", "partition_freshness", "missing_days", "deadline", "volume", "few",
            "metric_orders", "pipeline_run", "freshness_loaded"} <= said.keys()  # fmt: skip


def test_on_a_closed_day_each_says_once_which_it_is(warehouse: Warehouse) -> None:
    warehouse.sql(WHOLESALE)
    done = judged(warehouse, BY_NAME, at(1, 7))
    told = {check.name: result.worst.text for check, result in done.results.items()}
    saturday, sunday = f"2026-10-31 {WEEKEND}", f"2026-11-01 {WEEKEND}"
    assert {name: text for name, text in told.items() if text in (saturday, sunday)} == {
        "freshness": sunday,
        "freshness_loaded": sunday,
        "silence": sunday,
        "so_far_today": sunday,
        "partition_freshness": saturday,
        "deadline": saturday,
        "volume": saturday,
        "pipeline_run": saturday,
        "daily_aggregates": saturday,
        "absent_day_state": saturday,
        "channel_mix": saturday,
        "metric_orders": saturday,
        "few": saturday,
    }
    assert told["completeness_state"] == (
        f"{saturday} (nothing to divide by: 0 rows on 2026-10-31)"
    )
    assert told["missing_days"].startswith("0 of 10 days from 2026-10-19 to 2026-10-30 have no row")
    assert (
        told["seasonal_orders"] == "2026-10-31 is in the calendar (weekend): orders is not judged"
    )
    assert {len(result.verdicts) for result in done.results.values()} == {1}


def test_rows_of_a_closed_day_are_judged_as_rows(warehouse: Warehouse) -> None:
    """Nothing is expected of them; what is there must be right all the same."""
    warehouse.sql(WHOLESALE)
    warehouse.sql("INSERT INTO orders (ts, revenue) VALUES ('2026-10-31 12:00+00', NULL)")
    said = loud(judged(warehouse, BY_NAME, at(1, 7)))
    assert said.keys() == {"completeness_state"}


def test_a_failure_before_the_weekend_stays_one_until_it_is_repaired(warehouse: Warehouse) -> None:
    """Friday never came: it does not become fine because nobody works on Saturday."""
    warehouse.sql(WHOLESALE)
    warehouse.sql("CREATE TABLE friday AS SELECT * FROM orders WHERE ts >= '2026-10-30'")
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-10-30'")
    for as_of in (at(31, 7, 10), at(1, 7), at(2, 7)):
        said = loud(judged(warehouse, BY_NAME, as_of))
        assert {"freshness", "partition_freshness", "missing_days", "deadline"} <= said.keys()
        assert (
            "newest day 2026-10-29, expected 2026-10-30: 1 day behind"
            in (said["partition_freshness"])
        )
        assert (
            "end of 2026-10-30, which was due by 06:00 UTC (1 d 6 h, limit 8 h)" in said["deadline"]
        )
    assert "volume" not in said, "which looks at the expected day alone"
    warehouse.sql("INSERT INTO orders SELECT * FROM friday")
    assert loud(judged(warehouse, BY_NAME, at(2, 7))) == {}


def test_the_gauge_of_freshness_has_the_weekend_in_it(warehouse: Warehouse) -> None:
    """A rule judges time() - series: the series must know what the gate knows."""
    warehouse.sql(WHOLESALE)
    closed = "calendar:\n" + BY_NAME
    newest = datetime(2026, 10, 30, 17, 50, tzinfo=UTC)
    for hours, as_of in ((48, at(2, 7)), (0, at(30, 20, 10)), (24 + 7, at(1, 7))):
        values = warehouse.values(
            "freshness: {critical: '> 24h'}", as_of=as_of, orders=ORDERS, more=closed
        )
        counts_as = newest.timestamp() + hours * 3600
        assert values == {"newest_row_timestamp_seconds": counts_as}


def test_a_monday_that_is_missing_is_one_day_behind(warehouse: Warehouse) -> None:
    warehouse.sql(WHOLESALE)
    said = loud(judged(warehouse, BY_NAME, at(3, 7)))
    assert "newest day 2026-10-30, expected 2026-11-02: 1 day behind" in said["partition_freshness"]
    assert "(1 d 6 h, limit 8 h)" in said["deadline"], "as if there were no weekend"
    assert "in the calendar do not count (1 d 13 h old, limit 1 d)" in said["freshness"]
    assert {"volume", "metric_orders", "pipeline_run", "few"} <= said.keys()
    assert "1 of 10 days" in said["missing_days"]
    monday = "timestamptz '2026-11-02 08:00+00', '2026-11-02 17:50+00', '10 min'"
    warehouse.sql(
        "INSERT INTO orders (ts, loaded, revenue, state)"
        " SELECT t, '2026-11-03 03:00+00', 10, 'paid'"
        f" FROM generate_series({monday}) AS t"
    )
    assert loud(judged(warehouse, BY_NAME, at(3, 7))) == {}


def test_after_a_build_of_the_weekend_nothing_is_missing(warehouse: Warehouse) -> None:
    warehouse.sql(WHOLESALE)
    text = config_of(CHECKS, orders=ORDERS, more=MORE + BY_NAME)
    for as_of in (at(1, 3), at(2, 3)):
        assert loud(warehouse.run_after_build(text, as_of)) == {}
    assert "volume" in loud(warehouse.run_after_build(text, at(3, 3)))


def test_a_closure_of_one_dataset_is_none_of_another(warehouse: Warehouse) -> None:
    warehouse.sql(WHOLESALE)
    warehouse.sql("CREATE TABLE visits AS SELECT ts FROM orders")
    visits = {"visits": "{relation: visits, time: ts, checks: [volume: {critical: '< 20'}]}"}
    closed = "calendar: {weekend: {weekdays: saturday to sunday, datasets: orders, falls: silent}}"
    config = config_of("volume: {critical: '< 20'}", visits, orders=ORDERS, more=closed)
    said = warehouse.run(config, at(1, 7)).results
    assert said[CheckId("orders", "volume")].worst.outcome.shown == "SKIP"
    assert said[CheckId("visits", "volume")].worst.outcome.shown == "FAIL"


def test_a_holiday_whose_falls_are_judged_excludes_nothing(warehouse: Warehouse) -> None:
    warehouse.sql(WHOLESALE)
    sale = "  sale: {weekdays: [saturday, sunday]}"
    assert "volume" in loud(judged(warehouse, sale, at(1, 7), NEVER))


def test_a_holiday_of_the_country_is_one_skip_with_its_name(warehouse: Warehouse) -> None:
    """Columbus Day is a Monday without orders; the days and the week after it are like others."""
    warehouse.sql(WHOLESALE)
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-10-12' AND ts < '2026-10-13'")
    closed = f"{BY_NAME}\n  holidays: US"
    for as_of in (at(12, 11, 10), at(13, 7, 10), at(14, 7, 10), at(19, 11, 10), at(20, 7, 10)):
        assert loud(judged(warehouse, closed, as_of)) == {}
    done = judged(warehouse, closed, at(13, 7, 10))
    told = {check.name: result.worst.text for check, result in done.results.items()}
    named = "2026-10-12 is in the calendar (Columbus Day): "
    assert {name for name, text in told.items() if text == f"{named}nothing is expected"} == {
        "partition_freshness", "deadline", "volume", "pipeline_run", "daily_aggregates",
        "absent_day_state", "channel_mix", "metric_orders", "few",
    }  # fmt: skip
    assert told["seasonal_orders"] == f"{named}orders is not judged"
    assert told["missing_days"].startswith("0 of ")
    assert "volume" in loud(judged(warehouse, BY_NAME, at(13, 7, 10))), "without the holidays"


def test_no_kind_wants_rows_of_an_excluded_day(warehouse: Warehouse) -> None:
    """The expected day and today are closed and empty; every other day is good."""
    build(warehouse)
    warehouse.sql(
        "DELETE FROM items WHERE order_id IN (SELECT id FROM orders WHERE ts >= '2026-03-09');"
        "DELETE FROM orders WHERE ts >= '2026-03-09';"
        "UPDATE orders SET ts = '2026-03-08 23:30+00' WHERE ts = '2026-03-08 11:00+00'"
    )
    closed = "\ncalendar: {inventory: {days: 2026-03-09 to 2026-03-10, falls: silent}}"
    done = warehouse.run(config_with(list(EXAMPLES.values())) + closed, NOON)
    assert len(done.results) >= len(all_kinds())
    assert loud(done) == {}
