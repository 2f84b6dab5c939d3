"""Weekdays on which a dataset never has rows are learned from its past days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from warehouse_exporter.cli.main import main
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.database.kinds.test_excluded_days import CHECKS, MORE, loud
from tests.support.warehouses import NOON, Warehouse, config_of

SHOP = """
CREATE TABLE orders (id serial, ts timestamptz, loaded timestamptz, revenue numeric, state text);
INSERT INTO orders (ts, loaded, revenue, state)
SELECT t, date_trunc('day', t) + interval '27 h', 10, 'paid'
FROM generate_series(timestamptz '2026-08-31 08:00+00', '2026-11-01 18:00+00', '10 min') AS t
WHERE extract(isodow FROM t) < 7 AND extract(hour FROM t) BETWEEN 8 AND 17;
CREATE INDEX ON orders (ts)
"""
"""Orders from Monday to Saturday, 08:00 to 18:00, for nine weeks, loaded in the night after."""
ORDERS = "{relation: orders, time: ts, loaded: loaded, key: id}"
NO_CALENDAR = MORE.removesuffix("calendar:\n")
ANY = "no rows on any of the last 4 Sundays"
CLOSED = f"2026-11-01 is closed: {ANY}"
FOUND = {"freshness", "partition_freshness", "missing_days", "deadline"}


def judged(warehouse: Warehouse, as_of: datetime, orders: str = ORDERS, more: str = "") -> Pass:
    """What every check says, without a calendar."""
    return warehouse.run(config_of(CHECKS, orders=orders, more=NO_CALENDAR + more), as_of)


def at(day: int, hour: int, month: int = 11) -> datetime:
    """An instant of the autumn; 2026-11-01 is a Sunday."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("as_of", [at(1, 7), at(1, 12), at(1, 23), at(2, 3), at(2, 7)])
def test_a_shop_that_is_closed_on_sundays_is_quiet(warehouse: Warehouse, as_of: datetime) -> None:
    warehouse.sql(SHOP)
    assert loud(judged(warehouse, as_of)) == {}


def test_each_check_says_once_why_nothing_is_expected(warehouse: Warehouse) -> None:
    warehouse.sql(SHOP)
    sunday, monday = judged(warehouse, at(1, 12)), judged(warehouse, at(2, 7))
    told = {c.name for c, result in sunday.results.items() if result.worst.text == CLOSED}
    assert told == {"freshness", "freshness_loaded", "silence", "so_far_today"}
    told = {c.name for c, result in monday.results.items() if result.worst.text == CLOSED}
    assert told == {
        "partition_freshness", "deadline", "volume", "pipeline_run", "daily_aggregates",
        "absent_day_state", "channel_mix", "metric_orders", "few",
        "zscore_orders", "none_orders",
    }  # fmt: skip
    said = {check.name: result.worst.text for check, result in monday.results.items()}
    assert "closed weekday: a Sunday has no rows" in said["seasonal_orders"]
    assert said["missing_days"].startswith("0 of 12 days from 2026-10-19 to 2026-10-31 have no row")
    assert "1 d on closed weekdays do not count (13 h 10 min old" in said["freshness"]
    assert sunday.closures["orders"].told == f"Sundays: {ANY}"


def test_with_the_switch_off_sunday_is_a_day_like_others(warehouse: Warehouse) -> None:
    warehouse.sql(SHOP)
    done = judged(warehouse, at(2, 7), ORDERS[:-1] + ", closed: never}")
    assert FOUND | {"volume", "metric_orders", "few", "zscore_orders"} <= loud(done).keys()
    assert done.closures["orders"].why == "the config says `closed: never`"


@pytest.mark.parametrize(
    "as_of", [at(31, 7, 10), at(1, 7), at(2, 7), at(3, 7), at(9, 7), at(22, 7)]
)
def test_a_feed_that_dies_on_friday_is_found_on_every_morning(
    warehouse: Warehouse, as_of: datetime
) -> None:
    """Also on the Monday that expects a Sunday, and in the weeks after: it is no closed shop."""
    warehouse.sql(SHOP)
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-10-30 08:00+00'")
    done = judged(warehouse, as_of)
    assert loud(done).keys() >= FOUND
    assert done.closures["orders"].told == f"Sundays: {ANY}"


def test_of_a_dataset_of_ten_days_nothing_is_known(warehouse: Warehouse) -> None:
    warehouse.sql(SHOP)
    warehouse.sql("DELETE FROM orders WHERE ts < '2026-10-23'")
    done = judged(warehouse, at(2, 7))
    assert FOUND | {"volume"} <= loud(done).keys()
    assert done.closures["orders"].told == (
        "none learned: there are rows since 2026-10-23: it takes 3 weeks"
    )


def test_a_holiday_has_its_name_and_a_closed_sunday_its_reason(warehouse: Warehouse) -> None:
    """A Monday without orders, in the calendar: the Tuesday after it has one skip of each."""
    warehouse.sql(SHOP)
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-10-26' AND ts < '2026-10-27'")
    more = "calendar: {holidays: {days: 2026-10-26, falls: silent}}"
    for as_of in (at(26, 12, 10), at(27, 7, 10), at(28, 7, 10), at(2, 7)):
        assert loud(judged(warehouse, as_of, more=more)) == {}
    text = judged(warehouse, at(27, 7, 10), more=more)
    told = {check.name: result.worst.text for check, result in text.results.items()}
    assert told["volume"] == "2026-10-26 is in the calendar (holidays): nothing is expected"
    assert told["volume"] == told["deadline"] == told["partition_freshness"]


def test_rows_on_a_closed_weekday_are_no_finding(warehouse: Warehouse) -> None:
    warehouse.sql(SHOP)
    warehouse.sql(
        "INSERT INTO orders (ts, loaded, revenue, state)"
        " VALUES ('2026-11-01 12:00+00', '2026-11-02 03:00+00', 10, 'paid')"
    )
    done = judged(warehouse, at(2, 7))
    assert loud(done) == {}
    told = {check.name: result.worst.text for check, result in done.results.items()}
    assert told["freshness"].startswith("newest row 2026-11-01 12:00:00 UTC")
    assert told["seasonal_orders"] == (
        f"{CLOSED} (closed weekday: orders 1, and a Sunday has no rows)"
    )
    assert told["volume"] == CLOSED


def test_the_gauge_of_freshness_has_the_closed_time_in_it(warehouse: Warehouse) -> None:
    """A rule judges time() - series: the series must know what the gate knows."""
    warehouse.sql(SHOP)
    newest = datetime(2026, 10, 31, 17, 50, tzinfo=UTC)
    for hours, as_of in ((0, at(31, 20, 10)), (7, at(1, 7)), (24, at(2, 7))):
        values = warehouse.values("freshness: {critical: '> 24h'}", as_of=as_of, orders=ORDERS)
        assert values == {"newest_row_timestamp_seconds": newest.timestamp() + hours * 3600}


def test_one_statement_reads_one_row_of_each_day_in_an_index(warehouse: Warehouse) -> None:
    warehouse.sql(SHOP)
    check = "volume: {critical: '< 20'}"
    never, learned = (ORDERS[:-1] + f", closed: {word}}}" for word in ("never", "learned"))
    without, by_itself, asked = (
        warehouse.run(config_of(check, orders=orders), NOON).statements
        for orders in (never, ORDERS, learned)
    )
    assert by_itself == asked == without + 1
    warehouse.sql("DROP INDEX orders_ts_idx")
    without, by_itself, asked = (
        warehouse.run(config_of(check, orders=orders), NOON).statements
        for orders in (never, ORDERS, learned)
    )
    assert by_itself == without
    assert asked == without + 1


def test_an_exporter_asks_once_a_day(warehouse: Warehouse) -> None:
    """And again where rows of a day before have come late, or the table is another one."""
    warehouse.sql(SHOP)
    config = parse(
        config_of("volume: {critical: '< 20'}", orders=ORDERS),
        "x.yml",
        {"WAREHOUSE_DSN": warehouse.dsn},
    )
    engine, kept = Connector(config.warehouse), ClosedDaysCache()

    def sent(as_of: datetime) -> int:
        done = run_pass(config, engine, as_of, kept=kept)
        assert done.closures["orders"].told == f"Sundays: {ANY}"
        return done.statements

    friday = at(30, 7, 10)
    first = sent(friday)
    assert sent(friday + timedelta(minutes=5)) == first - 1
    assert sent(at(31, 7, 10)) == first
    assert sent(at(31, 8, 10)) == first - 1
    warehouse.sql("ALTER TABLE orders ALTER revenue TYPE numeric(12, 2)")
    assert sent(at(31, 9, 10)) == first


def test_people_see_what_was_learned(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.sql(SHOP.replace("2026-08-31", "2026-01-01").replace("2026-11-01", "2027-12-31"))
    warehouse.sql("CREATE TABLE young (ts timestamptz)")
    young = {
        "young": "{relation: young, time: ts, checks: [volume: {critical: '< 1'}]}",
        "loads": "{relation: orders, loaded: loaded,"
        " checks: [freshness: {by: loaded, critical: '> 1d'}]}",
    }
    file = tmp_path / "shop.yml"
    text = config_of("volume: {critical: '< 20'}", young, orders=ORDERS)
    file.write_text(text.replace("${WAREHOUSE_DSN}", warehouse.dsn))
    said = CliRunner().invoke(main, ["validate", "--connect", f"--config.file={file}"])
    assert said.exit_code == 0, said.output
    assert f"closed weekdays: orders: Sundays: {ANY}\n" in said.output
    assert "closed weekdays: young: none learned: no index finds the rows of a day" in said.output
    assert "closed weekdays: loads: none learned: it has no `time`" in said.output
    plan = CliRunner().invoke(main, ["plan", f"--config.file={file}"])
    assert "-- orders: which days have rows\nSELECT" in plan.output
    steady = CliRunner().invoke(main, ["plan", "--steady", f"--config.file={file}"])
    assert "which days have rows" not in steady.output


def test_without_an_index_it_is_learned_where_the_config_says_so(warehouse: Warehouse) -> None:
    warehouse.sql(SHOP + "; DROP INDEX orders_ts_idx")
    assert "volume" in loud(judged(warehouse, at(2, 7)))
    assert loud(judged(warehouse, at(2, 7), ORDERS[:-1] + ", closed: learned}")) == {}


def test_what_fails_teaches_nothing(warehouse: Warehouse) -> None:
    """A question that has no answer is no closed Sunday."""
    warehouse.sql(SHOP + "; ALTER TABLE orders RENAME COLUMN ts TO at")
    done = judged(warehouse, at(2, 7), ORDERS[:-1] + ", closed: learned}")
    assert done.closures["orders"].weekdays == ()
    assert done.closures["orders"].why
    assert {"volume", "deadline"} <= loud(done).keys()


@pytest.mark.parametrize("closed", ["closed: learned", "closed: never"])
def test_late_rows_of_a_closed_day_are_no_day_that_is_too_small(
    warehouse: Warehouse, closed: str
) -> None:
    """A row of Sunday arrives on Tuesday: Sunday is judged again, but nothing is expected of it."""
    warehouse.sql(SHOP + "; CREATE INDEX ON orders (loaded)")
    warehouse.sql(
        "INSERT INTO orders (ts, loaded, revenue, state)"
        " SELECT t, '2026-11-03 03:00+00', 10, 'paid' FROM generate_series("
        "timestamptz '2026-11-02 08:00+00', '2026-11-02 17:50+00', '10 min') AS t;"
        "INSERT INTO orders (ts, loaded, revenue, state)"
        " VALUES ('2026-11-01 12:00+00', '2026-11-03 05:00+00', NULL, 'paid')"
    )
    orders = f"{ORDERS[:-1]}, {closed}}}"
    never = closed.endswith("never")
    calendar = "calendar: {sundays: {weekdays: sunday, falls: silent}}" if never else ""
    checks = "volume: {critical: '< 20'}\ncompleteness: {column: revenue, critical: '> 5%'}"
    said = loud(warehouse.run(config_of(checks, orders=orders, more=calendar), at(3, 7)))
    assert said.keys() == {"completeness_revenue"}, "what is there must be right all the same"
