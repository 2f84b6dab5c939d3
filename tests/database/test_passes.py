"""A pass on a real server: one instant for everything, and one fault costs one check."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import psycopg2
import pytest
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Outcome, Pass, Result
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.kinds.volume import Volume
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute
from tests.support.serving import SOON
from tests.support.warehouses import NOON, outcomes

CONFIG = """
warehouse:
  dsn: ${WAREHOUSE_DSN}
  statement_timeout: STATEMENTs
  lock_timeout: 0.3s
  pass_timeout: PASSs
  connect_timeout: 2s
  connections_per_pass: 1
datasets:
  orders:
    relation: orders
    time: at
    checks:
      - volume: {critical: "< 1"}
      - completeness: {column: revenue, critical: "> 0 rows"}
      - negative_revenue: {column: revenue, where: "revenue / divisor > -99", critical: "> 0 rows"}
      - completeness: {name: typo, column: revenu, critical: "> 5%"}
  items:
    relation: items
    time: at
    checks:
      - volume: {critical: "< 1"}
  slow:
    relation: slow
    checks:
      - volume: {critical: "< 1"}
  late:
    relation: items
    checks:
      - volume: {critical: "< 1"}
  gone:
    relation: gone
    checks:
      - volume: {critical: "< 1"}
"""
TABLES = """
CREATE TABLE orders (at timestamptz, revenue numeric, divisor int);
CREATE TABLE items (at timestamptz);
INSERT INTO orders VALUES ('2026-03-09 10:00+00', 5, 1), ('2026-03-09 11:00+00', 6, 1);
INSERT INTO items VALUES ('2026-03-09 10:00+00');
CREATE FUNCTION slowly(seconds int) RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(seconds); RETURN 1; END';
CREATE VIEW slow AS SELECT 1 AS n;
"""
OURS = "FROM pg_stat_activity WHERE application_name = 'warehouse-exporter'"


def config_for(dsn: str, statement: float = 10, whole: float = 30, more: str = "") -> Config:
    """The config of these tests."""
    text = CONFIG.replace("STATEMENT", str(statement)).replace("PASS", str(whole))
    return parse(text + more, "test.yml", {"WAREHOUSE_DSN": dsn})


def passed(dsn: str, statement: float = 10, whole: float = 30) -> Pass:
    """One pass over everything."""
    config = config_for(dsn, statement, whole)
    return run_pass(config, Connector(config.warehouse), NOON)


def by_name(done: Pass) -> dict[str, Result]:
    """The results by `dataset.check`."""
    return {str(check): result for check, result in done.results.items()}


def reasons(done: Pass) -> dict[str, Reason]:
    """Why each unmeasured check is not measured."""
    found = {name: result.worst.reason for name, result in by_name(done).items()}
    return {name: reason for name, reason in found.items() if reason is not None}


ALWAYS = {"orders.typo": Reason.MISSING_COLUMN, "gone.volume": Reason.MISSING_RELATION}
"""What this config can never measure."""


@pytest.fixture
def shop(database: str) -> str:
    """A shop with two orders yesterday."""
    execute(database, TABLES)
    return database


@pytest.fixture
def slow_shop(shop: str) -> str:
    """The same, with a view that takes a minute."""
    execute(shop, "CREATE OR REPLACE VIEW slow AS SELECT slowly(60) AS n")
    return shop


def test_a_pass_measures_what_it_can_and_says_what_it_cannot(shop: str) -> None:
    done = passed(shop)
    assert done.up
    assert reasons(done) == ALWAYS
    assert done.failures == {}, "a missing column is found before any statement is sent"
    assert done.statements == 6, "a scan by day, and single values: the rows without a day"
    assert by_name(done)["orders.volume"].worst.text == "2 rows on 2026-03-09 (limit at least 1)"


def test_one_statement_that_fails_is_tried_again_check_by_check(shop: str) -> None:
    execute(shop, "UPDATE orders SET divisor = 0 WHERE revenue = 5")
    done = passed(shop)
    assert reasons(done) == ALWAYS | {"orders.negative_revenue": Reason.STATEMENT}
    assert by_name(done)["orders.completeness_revenue"].worst.outcome is Outcome.PASS
    assert by_name(done)["items.volume"].worst.outcome is Outcome.PASS
    assert done.failures == {Reason.STATEMENT: 2}
    assert done.statements == 6 + 3


def test_nan_among_the_rows_costs_the_checks_that_add_it_up(shop: str) -> None:
    more = "metrics: {revenue: {dataset: orders, sum: revenue}, n: {dataset: orders, count: '*'}}\n"
    config = config_for(shop, more=more)
    execute(shop, "INSERT INTO orders VALUES ('2026-03-09 12:00+00', 'NaN', 1)")
    done = run_pass(config, Connector(config.warehouse), NOON)
    assert reasons(done) == ALWAYS | {"orders.metric_revenue": Reason.NOT_FINITE}


class Broken(Volume):
    """A kind with a fault of ours."""

    def needs(self, target: DatasetView) -> Mapping[str, Need]:
        raise KeyError("fault")


def test_a_fault_of_ours_costs_its_check_and_is_told_as_ours(shop: str) -> None:
    config = config_for(shop)
    kind = Broken.model_validate({"critical": "< 1"})
    checks = (*config.checks, Check(CheckId("items", "broken"), kind))
    done = run_pass(replace(config, checks=checks), Connector(config.warehouse), NOON)
    assert reasons(done) == ALWAYS | {"items.broken": Reason.INTERNAL}


def test_all_numbers_are_of_one_instant(shop: str) -> None:
    """Somebody writes to a table that comes later, while an earlier one is being read."""
    execute(shop, "CREATE OR REPLACE VIEW slow AS SELECT slowly(0) AS n")
    execute(
        shop,
        "ALTER TABLE orders RENAME TO orders_; CREATE VIEW orders AS"
        " SELECT o.at, revenue, divisor FROM orders_ o, slowly(1)",
    )
    writer = threading.Thread(target=insert_during, args=(shop, "orders_"))
    writer.start()
    done = passed(shop)
    writer.join()
    assert execute(shop, "SELECT count(*) FROM items") == [(3,)]
    assert by_name(done)["items.volume"].worst.text == "1 row on 2026-03-09 (limit at least 1)"


def insert_during(dsn: str, table: str) -> None:
    """Commit two items as soon as a statement on `table` is running."""
    running = f"SELECT 1 {OURS} AND state = 'active' AND query LIKE '%\"orders\"%'"
    wait_for(dsn, running)
    execute(dsn, "INSERT INTO items SELECT at FROM items, generate_series(1, 2)")


def wait_for(dsn: str, query: str) -> None:
    """Wait, at most a minute, until a query gives a row."""
    pause, until = threading.Event(), time.monotonic() + 60
    while not execute(dsn, query):
        assert time.monotonic() < until, query
        pause.wait(0.02)


def test_a_slow_table_is_a_timeout_and_leaves_nothing_running(slow_shop: str) -> None:
    done = passed(slow_shop, statement=0.5)
    assert reasons(done) == ALWAYS | {"slow.volume": Reason.TIMEOUT}
    assert done.failures == {Reason.TIMEOUT: 1}, "it is not tried again"
    wait_for(slow_shop, f"SELECT 1 WHERE NOT EXISTS (SELECT 1 {OURS})")


def test_a_pass_has_a_deadline_and_what_comes_after_it_is_unmeasured(slow_shop: str) -> None:
    started = time.monotonic()
    done = passed(slow_shop, statement=60, whole=1)
    assert time.monotonic() - started < SOON
    late = {"slow.volume": Reason.TIMEOUT, "late.volume": Reason.TIMEOUT}
    assert reasons(done) == ALWAYS | late
    assert by_name(done)["late.volume"].worst.text.startswith("not begun: the pass took longer")


def test_a_locked_table_costs_its_checks(shop: str) -> None:
    holder = psycopg2.connect(shop)
    try:
        holder.cursor().execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        done = passed(shop)
    finally:
        holder.close()
    orders = {"orders.volume", "orders.completeness_revenue", "orders.negative_revenue"}
    assert reasons(done) == ALWAYS | dict.fromkeys(orders, Reason.LOCK)
    assert outcomes(done)["volume"] == "UNKNOWN"


def test_shutting_down_ends_a_pass_quickly(slow_shop: str) -> None:
    config = config_for(slow_shop, statement=60, whole=120)
    connector = Connector(config.warehouse)
    done: list[Pass] = []
    thread = threading.Thread(target=lambda: done.append(run_pass(config, connector, NOON)))
    thread.start()
    wait_for(slow_shop, f"SELECT 1 {OURS} AND state = 'active' AND query LIKE '%\"slow\"%'")
    started = time.monotonic()
    connector.stop()
    thread.join(timeout=60)
    assert time.monotonic() - started < SOON
    assert reasons(done[0])["slow.volume"] == Reason.CANCELED
    wait_for(slow_shop, f"SELECT 1 WHERE NOT EXISTS (SELECT 1 {OURS})")


@pytest.fixture
def reader(shop: str) -> Iterator[str]:
    """The shop as a role that may read items only."""
    execute(shop, "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN")
    execute(shop, "GRANT SELECT ON items, slow TO reader; GRANT SELECT (at) ON orders TO reader")
    yield shop.replace("postgres@", "reader@")
    execute(shop, "DROP OWNED BY reader; DROP ROLE reader")


def test_a_grant_that_is_missing_says_which(reader: str) -> None:
    done = passed(reader)
    columns = {"orders.completeness_revenue", "orders.negative_revenue"}
    assert reasons(done) == ALWAYS | dict.fromkeys(columns, Reason.PERMISSION)
    text = by_name(done)["orders.completeness_revenue"].worst.text
    assert text == "no SELECT on column revenue of orders (permission)"
    assert by_name(done)["orders.volume"].worst.outcome is Outcome.PASS


@pytest.mark.parametrize("port", [1, 65535])
def test_a_dead_warehouse_measures_nothing_and_tells_no_password(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    done = passed(f"postgresql://me:hunter2@127.0.0.1:{port}/w")
    assert not done.up
    assert set(reasons(done).values()) == {Reason.CONNECTION}
    assert len(reasons(done)) == len(done.results) == 8
    assert done.failures == {Reason.CONNECTION: 1}
    told = " ".join(result.worst.text for result in done.results.values()) + caplog.text
    assert "hunter2" not in told


def test_a_connection_that_is_lost_is_made_anew_once(slow_shop: str) -> None:
    """What ran when it went may be what has ended it; the rest is measured all the same."""
    execute(slow_shop, "CREATE OR REPLACE VIEW slow AS SELECT slowly(60) AS n, now() AS at")
    done = cut_in_the_middle(slow_shop, config_for(slow_shop))
    assert done.up
    assert reasons(done) == ALWAYS | {"slow.volume": Reason.CONNECTION}
    assert by_name(done)["slow.volume"].worst.text.startswith(
        "the connection was lost while it ran, so it was not sent again: terminating connection"
    )
    assert by_name(done)["orders.volume"].worst.outcome is Outcome.PASS
    assert done.failures[Reason.CONNECTION] == 1


def test_a_connection_that_is_lost_twice_is_lost(slow_shop: str) -> None:
    execute(slow_shop, "CREATE VIEW other AS SELECT slowly(60) AS n, now() AS at")
    more = "  another: {relation: other, checks: [{volume: {critical: '< 1'}}]}\n"
    config = config_for(slow_shop, statement=60, whole=120, more=more)
    done = cut_in_the_middle(slow_shop, config, times=2)
    assert not done.up
    lost = dict.fromkeys(["slow.volume", "another.volume"], Reason.CONNECTION)
    assert reasons(done) == ALWAYS | lost
    assert done.failures[Reason.CONNECTION] == 2


def cut_in_the_middle(dsn: str, config: Config, times: int = 1) -> Pass:
    """A pass whose connection an administrator ends while it runs something slow."""
    done: list[Pass] = []
    connector = Connector(config.warehouse)
    thread = threading.Thread(target=lambda: done.append(run_pass(config, connector, NOON)))
    thread.start()
    for _ in range(times):
        wait_for(dsn, f"SELECT 1 {OURS} AND state = 'active' AND query ~ '\"(slow|other)\"'")
        execute(dsn, f"SELECT pg_terminate_backend(pid, 5000) {OURS}")
    thread.join(timeout=60)
    return done[0]


def test_the_instant_decides_which_day_is_judged(shop: str) -> None:
    config = config_for(shop)
    connector = Connector(config.warehouse)
    texts = [
        by_name(run_pass(config, connector, NOON + timedelta(hours=hours)))["items.volume"]
        for hours in (-7, -6, 17, 18)
    ]
    assert [result.worst.text.split(" ")[3] for result in texts] == [
        "2026-03-08", "2026-03-09", "2026-03-09", "2026-03-10",
    ]  # fmt: skip


def test_only_the_datasets_asked_for_are_judged(shop: str) -> None:
    config = config_for(shop)
    done = run_pass(config, Connector(config.warehouse), NOON, frozenset({"items"}))
    assert [str(check) for check in done.results] == ["items.volume"]
    assert done.datasets == {"items"}
    assert done.statements == 2
