"""The last days without a memory: as the gate judged each morning, by the rows of today."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.engines import connect
from warehouse_exporter.history import keeper
from warehouse_exporter.history.keeper import Keeper
from warehouse_exporter.history.model import Past, State
from warehouse_exporter.history.mornings import Interrupted, newest_day, wanted_days
from warehouse_exporter.history.read import HINDSIGHT, SAME, read_days
from warehouse_exporter.passes.moment import morning_of

from tests.conftest import execute
from tests.support.serving import wait_for
from tests.support.warehouses import NOON, config_of

CHECKS = (
    "volume: {critical: '< 3'}\n"
    "completeness: {column: revenue, critical: '> 40%'}\n"
    "duplicates: {window: all, critical: '> 0'}\n"
    "required_columns: {critical: '> 0'}\n"
    "future_rows: {warning: '> 0'}"
)
LOADED = "{relation: orders, time: ts, key: id, loaded: loaded, columns: {id: int, gone: text}}"
METRICS = (
    "metrics: {sales: {dataset: orders, count: '*'}, revenue: {dataset: orders, sum: revenue}}"
)
LAST = date(2026, 3, 9)
VOLUME, FILLED = CheckId("orders", "volume"), CheckId("orders", "completeness_revenue")


def days(first: int, last: int) -> list[date]:
    """Days of March 2026."""
    return [date(2026, 3, day) for day in range(first, last + 1)]


@pytest.fixture
def shop(database: str) -> str:
    """Five orders a day, loaded an hour later; two on the 5th, on the 6th without revenue."""
    execute(
        database,
        """
        CREATE TABLE orders (id int, ts timestamptz, revenue numeric, loaded timestamptz);
        INSERT INTO orders
        SELECT n, at, 10, at + interval '1 hour'
        FROM generate_series(0, 60) AS n, LATERAL (SELECT
          timestamptz '2026-03-01 02:00Z' + n / 5 * interval '1 day' + n % 5 * interval '1 hour'
        ) AS made(at) WHERE at < '2026-03-10';
        DELETE FROM orders WHERE ts >= '2026-03-05 04:00Z' AND ts < '2026-03-06';
        UPDATE orders SET revenue = NULL WHERE ts >= '2026-03-06' AND ts < '2026-03-07';
        CREATE INDEX ON orders (ts); CREATE INDEX ON orders (loaded);
        """,
    )
    return database


def read(dsn: str, which: list[date], orders: str = LOADED) -> Past:
    """What is known of some days."""
    config = parse(config_of(CHECKS, orders=orders, more=METRICS), "a.yml", {"WAREHOUSE_DSN": dsn})
    return read_days(config, connect(config.warehouse), which)


def test_each_day_is_judged_as_on_its_morning(shop: str) -> None:
    past = read(shop, days(3, 9))
    volume = {day.day: past.judged[day][VOLUME].state for day in past.days}
    assert volume == dict.fromkeys(range(3, 10), State.PASS) | {5: State.CRITICAL}
    bad = past.judged[date(2026, 3, 5)][VOLUME]
    assert "2 orders" in bad.text
    assert [point.value for point in bad.points] == [2]
    assert past.judged[date(2026, 3, 6)][FILLED].state is State.CRITICAL
    assert past.datasets["orders"][date(2026, 3, 6)] is State.CRITICAL
    assert past.datasets["orders"][date(2026, 3, 7)] is State.PASS


def test_what_only_today_can_tell_is_not_told_of_the_past(shop: str) -> None:
    past = read(shop, days(3, 9))
    same = {CheckId("orders", name) for name in ("duplicates", "required_columns")}
    assert {check for check, why in past.unknown.items() if why == SAME} == same
    assert past.unknown[CheckId("orders", "future_rows")] == HINDSIGHT
    assert all(not same & set(judged) for judged in past.judged.values())


def test_a_column_that_is_gone_now_says_nothing_of_then(shop: str) -> None:
    execute(shop, "ALTER TABLE orders RENAME revenue TO amount")
    past = read(shop, days(3, 9))
    assert all(FILLED not in judged for judged in past.judged.values())
    assert past.judged[date(2026, 3, 5)][VOLUME].state is State.CRITICAL


def test_a_day_that_changed_after_it_was_judged_has_both_values(shop: str) -> None:
    execute(
        shop,
        "INSERT INTO orders VALUES"
        " (90, '2026-03-07 12:00Z', 5, '2026-03-09 12:00Z'),"
        " (91, '2026-03-08 12:00Z', 7, '2026-03-09 05:59Z')",
    )
    found = {(c.metric, c.day.day): (c.then, c.now) for c in read(shop, days(3, 9)).changes}
    assert found == {("sales", 7): (5, 6), ("revenue", 7): (50, 55)}


def test_without_arrivals_nobody_knows_what_was_there(shop: str) -> None:
    past = read(shop, days(3, 9), LOADED.replace("loaded: loaded, ", ""))
    assert past.changes == ()
    assert past.unversioned == ("orders",)
    assert read(shop, days(3, 9)).unversioned == ()


def test_the_morning_is_when_the_last_dataset_is_due() -> None:
    late = {"items": "{relation: items, expect_by: '07:30', checks: [{volume: {critical: '< 1'}}]}"}
    config = parse(
        config_of(CHECKS, late, orders=LOADED, zone="Europe/Berlin"),
        "a.yml",
        {"WAREHOUSE_DSN": "x"},
    )
    due = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
    assert morning_of(LAST, config) == due
    assert newest_day(due, config) == LAST
    assert newest_day(due - timedelta(seconds=1), config) == LAST - timedelta(days=1)
    assert wanted_days(due, config, 3) == tuple(days(7, 9))


class Kept:
    """A keeper on a shop, with a clock and passes that a test sets."""

    def __init__(self, dsn: str, count: int) -> None:
        self.now, self.busy, self.stop = NOON, False, threading.Event()
        text = config_of(CHECKS, orders=LOADED, more=f"{METRICS}\nhistory: {{days: {count}}}")
        self.config = parse(text, "a.yml", {"WAREHOUSE_DSN": dsn})
        engine = connect(self.config.warehouse)
        self.keeper = Keeper(
            lambda: self.config, lambda: engine, lambda: self.busy, lambda: self.now, self.stop
        )


@pytest.fixture
def kept(shop: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """A keeper of four days that does not wait long."""
    monkeypatch.setattr(keeper, "QUIET", 0.0)
    monkeypatch.setattr(keeper, "BEAT", 0.01)
    monkeypatch.setattr(keeper, "PATIENCE", 0.05)
    made = Kept(shop, 4)
    yield made
    made.stop.set()


def test_the_days_are_read_while_no_pass_is_under_way(kept: Kept) -> None:
    kept.busy = True
    kept.keeper.start()
    assert kept.keeper.past.status == keeper.WAITING
    kept.busy = False
    wait_for(lambda: len(kept.keeper.past.days) == 4)
    assert kept.keeper.past.days == tuple(days(6, 9))
    assert not kept.keeper.past.status


def test_a_day_is_added_each_morning_and_late_days_are_judged_anew(kept: Kept, shop: str) -> None:
    kept.keeper.start()
    wait_for(lambda: len(kept.keeper.past.days) == 4)
    wrong, right = date(2026, 3, 6), date(2026, 3, 7)
    assert kept.keeper.past.judged[wrong][FILLED].state is State.CRITICAL
    execute(
        shop,
        "DELETE FROM orders WHERE ts >= '2026-03-07' AND ts < '2026-03-08' AND id % 5 > 0;"
        "INSERT INTO orders SELECT n, '2026-03-06 12:00Z', 1, '2026-03-10 13:00Z'"
        " FROM generate_series(100, 130) AS n",
    )
    kept.config = parse(
        config_of(CHECKS, orders=LOADED, more=f"{METRICS}\nhistory: {{days: 5}}"),
        "a.yml", {"WAREHOUSE_DSN": shop},
    )  # fmt: skip
    wait_for(lambda: len(kept.keeper.past.days) == 5)
    before = kept.keeper.past
    assert before.judged[right][VOLUME].state is State.CRITICAL
    execute(
        shop,
        "INSERT INTO orders SELECT n, '2026-03-08 12:00Z', NULL, '2026-03-11 01:00Z'"
        " FROM generate_series(200, 230) AS n",
    )
    kept.now += timedelta(days=1)
    wait_for(lambda: date(2026, 3, 10) in kept.keeper.past.judged)
    after = kept.keeper.past
    assert after.days == tuple(days(6, 10))
    assert after.judged[date(2026, 3, 8)][FILLED].state is State.CRITICAL
    assert after.judged[right] is before.judged[right]
    assert ("sales", date(2026, 3, 8)) in {(c.metric, c.day) for c in after.changes}


def test_who_waits_for_the_warehouse_interrupts(shop: str) -> None:
    config = parse(config_of(CHECKS, orders=LOADED), "a.yml", {"WAREHOUSE_DSN": shop})
    asked: list[bool] = []

    def goes_on() -> bool:
        asked.append(True)
        return len(asked) < 4

    with pytest.raises(Interrupted):
        read_days(config, connect(config.warehouse), days(3, 9), goes_on)


def test_it_can_be_off(shop: str) -> None:
    for written in ("off", "{days: 0}"):
        text = config_of(CHECKS, orders=LOADED, more=f"history: {written}")
        assert parse(text, "a.yml", {"WAREHOUSE_DSN": shop}).history_days == 0
    assert (
        parse(config_of(CHECKS, orders=LOADED), "a.yml", {"WAREHOUSE_DSN": shop}).history_days == 30
    )
    made = Kept(shop, 0)
    made.keeper.start()
    assert made.keeper.past.status == keeper.OFF
    made.stop.set()
