"""A backtest says of every past day what a gate would have said that morning, and reads once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.backtest.run import Backtest, backtest, mornings, patient
from warehouse_exporter.backtest.timeline import Record, episodes, in_words
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason, Unreachable
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute
from tests.support import shop_warehouse
from tests.support.warehouses import NOON, config_of

SHOP_AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
BREAK = """
UPDATE analytics.fct_orders SET client_id = NULL
WHERE order_ts >= '2026-03-05 00:00+00' AND order_ts < '2026-03-06 00:00+00';
DELETE FROM analytics.fct_sessions
WHERE session_start >= '2026-03-07 00:00+00' AND session_start < '2026-03-08 00:00+00';
"""
ORDERS = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, state text);
CREATE INDEX ON orders (ts);
INSERT INTO orders SELECT n, '2026-02-01 12:00+00'::timestamptz + n / 10 * interval '1 day', 10, '1'
FROM generate_series(0, 399) n;
"""
LAST = date(2026, 3, 10)


class Heard:
    """Listens to a backtest, and stops it after some parts."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.steps: dict[Step, int] = {}
        self.parts: Counter[Step] = Counter()
        self.said: list[str] = []
        self.stop_after = stop_after
        self._lock = Lock()

    def begin(self, step: Step, parts: int) -> None:
        self.steps[step] = parts

    def ended(self, what: str) -> None:
        with self._lock:
            self.parts[list(self.steps)[-1]] += 1
            self.said.append(what)

    def stopped(self) -> bool:
        return self.stop_after is not None and len(self.said) >= self.stop_after


def over(
    config: Config, days: int, heard: Heard | None = None, at: datetime = NOON, **options: Any
) -> Backtest:
    """A backtest of a whole config."""
    instants = mornings(at, config.warehouse.timezone, days)
    connector = Connector(config.warehouse)
    return backtest(config, connector, instants, config.checks, {}, heard or Heard(), **options)


DECLARED = "{relation: orders, time: ts, key: id, columns: {id: int, ts: timestamptz}}"


def of_orders(dsn: str, checks: str, more: str = "") -> Config:
    """A config over the table `orders`."""
    text = config_of(checks, orders=DECLARED, more=more)
    return parse(text, "test.yml", {"WAREHOUSE_DSN": dsn})


def words(record: Record) -> dict[str, str]:
    """What was said by the day of the month, but for what passed."""
    return {
        f"{day:%m-%d}": said.outcome.shown
        for day, said in record.said.items()
        if said.outcome is not Outcome.PASS
    }


def same_as_gates(config: Config, found: Backtest, instants: Mapping[date, datetime]) -> set[str]:
    """Compare some days with gates of then; the words that were said."""
    told = set()
    connector = Connector(config.warehouse)
    for day, instant in instants.items():
        gate = run_pass(config, connector, instant)
        for record in found.records:
            said, verdict = record.said[day], gate.results[record.check.id].worst
            told.add(said.outcome.shown)
            if not record.check.kind.in_hindsight and day != found.days[-1]:
                assert said.outcome is Outcome.SKIPPED
                continue
            assert (said.outcome, said.severity, said.text) == (
                verdict.outcome, verdict.severity, verdict.text,
            ), f"{record.check.id} on {day}"  # fmt: skip
    return told


@pytest.fixture(scope="module")
def shop(postgres: Postgres) -> Iterator[Config]:
    """The sample shop of three weeks, broken on two days."""
    dsn = postgres.create_database("backtest_shop")
    shop_warehouse.build(dsn, SHOP_AT)
    execute(dsn, BREAK)
    yield shop_warehouse.config(dsn)
    execute(postgres.dsn, "DROP DATABASE backtest_shop WITH (FORCE)")


@pytest.fixture
def orders(database: str) -> str:
    """Ten orders a day for forty days up to the day of NOON."""
    execute(database, ORDERS)
    return database


def test_each_day_says_what_a_gate_said_that_morning(shop: Config) -> None:
    days = 16
    found = over(shop, days, at=SHOP_AT)
    instants = mornings(SHOP_AT, shop.warehouse.timezone, days)
    assert found.days == tuple(instant.date() for instant in instants)
    some = {instants[n].date(): instants[n] for n in (15, 13, 11, 4, 0)}
    assert same_as_gates(shop, found, some) >= {"PASS", "FAIL", "WARN", "SKIP"}


def test_a_number_that_is_none_costs_the_days_that_read_it(orders: str) -> None:
    execute(orders, "UPDATE orders SET revenue = 'NaN' WHERE id = 335")
    week = "volume: {window: 2d, critical: '< 1'}"
    config = of_orders(orders, week, "metrics: {revenue: {dataset: orders, sum: revenue}}")
    found = over(config, 12)
    by_name = {record.check.id.name: record for record in found.records}
    assert words(by_name["volume"]) == {}
    unknown = {day for day, word in words(by_name["metric_revenue"]).items() if word == "UNKNOWN"}
    assert unknown == {"03-07", "03-08", "03-09"}, "the three days that a metric shows"
    some = {LAST - timedelta(days=n): NOON - timedelta(days=n) for n in range(6)}
    assert same_as_gates(config, found, some) == {"PASS", "SKIP", "UNKNOWN"}


def test_a_row_that_fails_a_statement_costs_its_check_on_its_days(orders: str) -> None:
    """The statement over all days fails for all, then check by check, and then day by day."""
    execute(orders, "UPDATE orders SET state = 'x' WHERE id = 335")
    bad = (
        "negative_revenue: {column: revenue, where: 'CAST(state AS integer) > 0', critical: '> 0'}"
    )
    config = of_orders(orders, f"{bad}\nvolume: {{critical: '< 11'}}")
    found = over(config, 12)
    cast, volume = found.records
    assert words(cast) == {"03-07": "UNKNOWN"}
    assert cast.said[date(2026, 3, 7)].text.endswith("(22P02) (column_type)")
    assert volume.counts == {"FAIL": 12}


def test_the_history_is_read_once_however_many_days_there_are(shop: Config) -> None:
    shapes, beside = [], set()
    for days in (4, 11):
        heard = Heard()
        found = over(shop, days, heard, SHOP_AT)
        assert heard.steps[Step.READING] == heard.parts[Step.READING]
        beside.add(found.statements - heard.steps[Step.READING])
        assert heard.steps[Step.PLANNING] == heard.steps[Step.JUDGING] == days
        shapes.append(Counter(heard.said))
    assert reads(shapes[0]) == reads(shapes[1])
    assert len(beside) == 1, "which days have rows is asked once for each dataset"


def reads(said: Counter[str]) -> Counter[str]:
    """How many statements read days of each dataset."""
    found: Counter[str] = Counter()
    for what, times in said.items():
        if " to " in what:
            found[what.split(",")[0]] += times
    return found


def test_scans_are_one_lookups_one_a_day_and_equal_probes_one(orders: str) -> None:
    several = """
        volume: {critical: '< 1'}
        completeness: {column: revenue, critical: '> 5%'}
        freshness: {critical: '> 30d'}
        future_rows: {critical: '> 0'}
        duplicates: {critical: '> 0'}
    """
    config = of_orders(orders, several)
    for days in (3, 9):
        assert over(config, days).statements == 1 + days + 1 + 1, "and one for closed weekdays"
    assert over(of_orders(orders, "volume: {window: all, critical: '< 1'}"), 9).statements == 1
    window = of_orders(orders, "duplicates: {window: day, critical: '> 0'}")
    assert over(window, 9).statements == 9 + 1, "and one for rows without a time"


def test_an_ordinary_run_reads_the_baseline_before_its_days(orders: str) -> None:
    more = (
        "metrics: {orders: {dataset: orders, count: '*'}}\n"
        "anomalies: [{metrics: [orders], method: zscore, warning: {z: 3}}]"
    )
    found = over(of_orders(orders, "volume: {critical: '< 1'}", more), 20)
    by_name = {record.check.id.name: record for record in found.records}
    assert by_name["zscore_orders"].counts == {"PASS": 20}
    assert found.statements == 3 + 2, "days of which the same is asked share one"


class Meddling(Heard):
    """Takes an order away as soon as something has been read."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn

    def ended(self, what: str) -> None:
        super().ended(what)
        if self.parts[Step.READING]:
            execute(self._dsn, "DELETE FROM orders WHERE id = (SELECT max(id) FROM orders)")


def test_all_of_it_is_read_at_one_instant(orders: str) -> None:
    checks = "volume: {window: all, critical: '< 1'}\nduplicates: {critical: '> 0'}"
    found = over(of_orders(orders, checks), 3, Meddling(orders))
    texts = {said.text.split(" (")[0] for record in found.records for said in record.said.values()}
    assert texts == {"400 rows in the whole table", "0 of 400 keys"}


def test_it_may_take_as_long_as_so_many_passes(orders: str) -> None:
    warehouse = of_orders(orders, "volume: {critical: '< 1'}").warehouse
    assert warehouse.pass_timeout == 300
    assert patient(warehouse, 90).pass_timeout == 27000
    assert patient(warehouse, 1000).pass_timeout == 86400


def test_a_dead_warehouse_is_no_backtest() -> None:
    config = of_orders("postgresql://me:hunter2@127.0.0.1:1/w", "volume: {critical: '< 1'}")
    with pytest.raises(Unreachable):
        over(config, 3)


def test_a_warehouse_that_dies_in_the_middle_keeps_what_was_read(orders: str) -> None:
    kill = "select pg_terminate_backend(pg_backend_pid()) is null from orders limit 1"
    execute(orders, "CREATE FUNCTION die() RETURNS int LANGUAGE sql AS $$" + kill + "; SELECT 1 $$")
    more = "queries: [{name: dies, sql: 'select die()', critical: '> 0'}]"
    found = over(of_orders(orders, "volume: {critical: '< 11'}", more), 3)
    volume, query = found.records
    assert volume.counts == {"FAIL": 3}
    assert query.counts == {"UNKNOWN": 3}
    assert query.said[LAST].text.endswith(f"({Reason.CONNECTION})")


@pytest.mark.parametrize("parts", [1, 4, 9])
def test_it_can_be_stopped_at_any_part(orders: str, parts: int) -> None:
    heard = Heard(stop_after=parts)
    over(of_orders(orders, "freshness: {critical: '> 30d'}"), 6, heard)
    assert heard.parts[Step.JUDGING] == 0 or len(heard.said) == parts


def test_mornings_are_at_the_same_time_of_day_also_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime(2026, 3, 30, 7, 30, tzinfo=berlin)
    found = mornings(at.astimezone(UTC), berlin, 3)
    assert [instant.astimezone(berlin).strftime("%d %H:%M") for instant in found] == [
        "28 07:30", "29 07:30", "30 07:30",
    ]  # fmt: skip
    assert [instant.hour for instant in found] == [6, 5, 5]


def test_episodes_are_runs_of_days() -> None:
    days = [date(2026, 3, n) for n in (9, 1, 2, 3, 7, 9)]
    found = episodes(days)
    assert in_words(found) == "2026-03-01 to 2026-03-03, 2026-03-07, 2026-03-09"
    assert episodes([]) == []


def test_what_tells_nobody_is_no_episode(orders: str) -> None:
    checks = """
        volume: {name: info, info: '< 11'}
        volume: {name: warns, warning: '< 11'}
        completeness: {name: blind, column: gone, critical: '> 0'}
        completeness: {name: skips, column: state, where: "state = '2'", critical: '> 0'}
    """
    found = over(of_orders(orders, checks), 3)
    told = {r.check.id.name: (dict(r.counts), len(r.fired_on)) for r in found.records}
    assert told == {
        "info": ({"INFO": 3}, 0),
        "warns": ({"WARN": 3}, 3),
        "blind": ({"UNKNOWN": 3}, 3),
        "skips": ({"SKIP": 3}, 0),
    }


def test_rows_of_later_days_are_not_the_future_of_an_earlier_one(orders: str) -> None:
    execute(orders, "DELETE FROM orders WHERE ts > '2026-03-10 12:00+00'")
    found = over(of_orders(orders, "future_rows: {critical: '> 0'}"), 5)
    (record,) = found.records
    assert set(words(record).values()) == {"SKIP"}
    execute(orders, "INSERT INTO orders (id, ts) VALUES (999, '2026-03-10 13:00+00')")
    (record,) = over(of_orders(orders, "future_rows: {critical: '> 0'}"), 5).records
    assert len(record.fired_on) == 1, "today, where it is the future"


def test_what_asks_the_same_every_day_is_told_apart(orders: str) -> None:
    checks = """
        volume: {name: now, window: all, critical: '< 1'}
        duplicates: {critical: '> 0'}
        required_columns: {critical: '> 0'}
        volume: {critical: '< 1'}
        freshness: {critical: '> 30d'}
    """
    config = of_orders(orders, checks).open_days_only()
    unmoved = {check.name for check in over(of_orders(orders, checks), 3).unmoved}
    assert unmoved == {"now", "duplicates", "required_columns"}
    assert {check.name for check in over(config, 3).unmoved} == {"required_columns"}
    assert not over(config, 1).unmoved, "one day is not every day"


def test_closed_weekdays_are_those_that_were_known_on_the_morning(database: str) -> None:
    """The third empty Sunday in a row is a finding; the fourth is known to be closed."""
    execute(database, ORDERS)
    execute(database, "DELETE FROM orders WHERE extract(isodow FROM ts AT TIME ZONE 'UTC') = 7")
    found = over(of_orders(database, "volume: {critical: '< 5'}"), 35)
    (record,) = found.records
    assert words(record) == {
        "02-09": "FAIL", "02-16": "FAIL", "02-23": "FAIL", "03-02": "SKIP", "03-09": "SKIP",
    }  # fmt: skip
