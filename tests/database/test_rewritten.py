"""Tables that are truncated, rewritten or replaced between the snapshot of a pass and its look."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import psycopg2
import pytest
from warehouse_exporter.backtest.progress import Step
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Pass
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.catalogue import REWRITTEN
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.conftest import execute
from tests.database.test_backtest import Heard, over
from tests.database.test_passes import by_name, reasons, wait_for
from tests.database.test_warehouse import warehouse_at
from tests.support.warehouses import NOON

TABLES = """
CREATE TABLE orders (id int, at timestamptz, revenue int);
INSERT INTO orders SELECT n, '2026-03-09 10:00+00', 5 FROM generate_series(1, 4) AS n;
CREATE TABLE orders_next AS TABLE orders WITH NO DATA;
CREATE TABLE items AS SELECT id AS order_id, at, revenue AS price FROM orders;
CREATE TABLE days (at timestamptz) PARTITION BY RANGE (at);
CREATE TABLE days_9 PARTITION OF days FOR VALUES FROM ('2026-03-09') TO ('2026-03-10');
CREATE TABLE days_10 PARTITION OF days FOR VALUES FROM ('2026-03-10') TO ('2026-03-11');
INSERT INTO days SELECT at FROM orders;
CREATE TABLE days_next AS TABLE days_9 WITH NO DATA;
CREATE TABLE old (n int);
CREATE TABLE old_9 (n int) INHERITS (old);
INSERT INTO old_9 VALUES (1);
CREATE SCHEMA mart;
CREATE TABLE mart.orders AS TABLE orders;
CREATE SCHEMA next;
CREATE TABLE next.orders AS TABLE orders WITH NO DATA;
CREATE VIEW shown AS SELECT id, at FROM orders;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM items;
CREATE FUNCTION total() RETURNS bigint LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT count(*) FROM orders); END';
CREATE FUNCTION held() RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN 1; END';
CREATE VIEW door AS SELECT held() AS n;
"""
FULL = "BEGIN; CREATE TEMP TABLE o AS TABLE {0}; TRUNCATE {0}; INSERT INTO {0} TABLE o; COMMIT"
REFRESH = FULL.format("orders")
WIDEN = "ALTER TABLE orders ALTER revenue TYPE bigint"
AGAIN = "BEGIN; CREATE TABLE o AS TABLE orders; DROP TABLE orders CASCADE;"
AGAIN += " ALTER TABLE o RENAME TO orders; COMMIT"
SWAP = "INSERT INTO orders_next TABLE orders; BEGIN; ALTER TABLE orders RENAME TO orders_old;"
SWAP += " ALTER TABLE orders_next RENAME TO orders; COMMIT"
SCHEMAS = "INSERT INTO next.orders TABLE orders; BEGIN; ALTER SCHEMA mart RENAME TO mart_old;"
SCHEMAS += " ALTER SCHEMA next RENAME TO mart; COMMIT"
EXCHANGE = "INSERT INTO days_next TABLE days_9; BEGIN; ALTER TABLE days DETACH PARTITION days_9;"
EXCHANGE += " ALTER TABLE days ATTACH PARTITION days_next"
EXCHANGE += " FOR VALUES FROM ('2026-03-09') TO ('2026-03-10'); COMMIT"
OID = "SELECT %s::regclass::oid::bigint"


@pytest.fixture
def shop(database: str) -> str:
    """Four orders of yesterday with an item each, in every way that a table can be made."""
    execute(database, TABLES)
    return database


@pytest.mark.parametrize(
    ("change", "relation", "rewritten", "known_as"),
    [
        (REFRESH, "orders", "public.orders", "orders"),
        (REFRESH, "shown", "public.orders", "orders"),
        (REFRESH, "total()", "public.orders", "orders"),
        (WIDEN, "orders", "public.orders", "orders"),
        (AGAIN, "orders", "public.orders", "orders"),
        (SWAP, "orders", "public.orders", "orders"),
        (SCHEMAS, "mart.orders", "mart.orders", "mart.orders"),
        (FULL.format("days_9"), "days", "public.days_9", "days"),
        (EXCHANGE, "days", "public.days_next", "days"),
        (FULL.format("old_9"), "old", "public.old_9", "old_9"),
        ("REFRESH MATERIALIZED VIEW counted", "counted", "public.counted", "counted"),
        ("VACUUM FULL orders", "orders", "public.orders", "orders"),
    ],
)
def test_what_is_not_as_the_snapshot_has_it_is_noticed(
    shop: str, change: str, relation: str, rewritten: str, known_as: str
) -> None:
    ((before,),) = execute(shop, OID, [known_as])
    with Connector(warehouse_at(shop)).snapshot() as session:
        execute(shop, change)
        session.rows(f"SELECT count(*) AS n FROM {relation}")
        (found,) = session.rewritten()
    assert found.name == rewritten
    assert before in found.oids, "the dataset that it is of is recognized by its number"


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO orders TABLE orders",
        "DELETE FROM orders",
        "VACUUM ANALYZE orders",
        "CREATE INDEX ON orders (at)",
        "ALTER TABLE orders ADD COLUMN channel text DEFAULT 'none'",
        FULL.format("items"),
        f"CREATE INDEX ON orders (at); {FULL.format('days_9')}; REINDEX TABLE orders",
    ],
)
def test_what_the_snapshot_shows_as_it_was_is_no_reason_to_look_again(
    shop: str, change: str
) -> None:
    with Connector(warehouse_at(shop)).snapshot() as session:
        execute(shop, change)
        assert session.rows("SELECT count(*) AS n FROM shown") == [{"n": 4}]
        assert session.rewritten() == []


def test_on_every_version_the_functions_say_how_things_stand_now(postgres_version: int) -> None:
    with Postgres(postgres_version) as server:
        dsn = server.create_database("shop")
        execute(dsn, TABLES)
        with Connector(warehouse_at(dsn)).snapshot() as session:
            for change in (REFRESH, EXCHANGE):
                execute(dsn, change)
            assert session.rows("SELECT count(*) AS n FROM orders, days") == [{"n": 0}]
            names = [found.name for found in session.rewritten()]
    assert names == ["public.days_next", "public.orders"]


def handled(plan: Mapping[str, Any]) -> float:
    """How many rows the steps of a plan have looked at, below it and in it."""
    seen: float = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    seen += plan.get("Rows Removed by Join Filter", 0)
    seen *= plan["Actual Loops"]
    return seen + sum(handled(part) for part in plan.get("Plans", ()))


def test_the_question_costs_the_same_for_each_of_many_partitions(database: str) -> None:
    """Filled anew as a whole, a table of many partitions is that many rewritten relations."""
    parts = (f"CREATE TABLE t_{n} PARTITION OF t FOR VALUES IN ({n})" for n in range(300))
    execute(database, f"CREATE TABLE t (n int) PARTITION BY LIST (n); {';'.join(parts)}")
    with Connector(warehouse_at(database)).snapshot() as session:
        execute(database, "TRUNCATE t")
        session.rows("SELECT count(*) AS n FROM t")
        assert len(session.rewritten()) == 300
        (answer,) = session.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {REWRITTEN}")
    (plan,) = cast(Any, answer["QUERY PLAN"])
    assert handled(plan["Plan"]) < 300 * 60, "there are more relations than that in the catalogue"


CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}", lock_timeout: 20s, connections_per_pass: 1}
defaults: {closed: never}  # nothing is read before the door
datasets:
  door:
    relation: door
    checks: [volume: {critical: "< 1"}]
  orders:
    relation: orders
    time: at
    key: id
    checks: [volume: {critical: "< 4"}]
  items:
    relation: items
    time: at
    checks:
      - volume: {critical: "< 4"}
      - orphans: {column: order_id, references: {dataset: orders}, critical: "> 0"}
  days:
    relation: days
    time: at
    checks: [volume: {critical: "< 4"}]
  shown:
    relation: shown
    time: at
    checks: [volume: {critical: "< 4"}]
queries:
  - {name: total, sql: "select total() as n", critical: "< 4"}
"""
CHECKS = 7


@contextmanager
def changing(dsn: str, *changes: str) -> Iterator[None]:
    """Make a change each time that a pass stands at the door, which is the first thing it reads."""
    keeper = psycopg2.connect(dsn)
    keeper.autocommit = True
    hold = keeper.cursor()
    hold.execute("SELECT pg_advisory_lock(1)")

    def change() -> None:
        for number, statements in enumerate(changes, 1):
            wait_for(dsn, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            execute(dsn, statements)
            more = ", pg_advisory_lock(1)" if number < len(changes) else ""
            hold.execute(f"SELECT pg_advisory_unlock(1){more}")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        keeper.close()


def passed(dsn: str, *changes: str, kept: ClosedDaysCache | None = None) -> Pass:
    """A pass, and what happens to its first and second snapshot before the tables are read."""
    config = parse(CONFIG, "test.yml", {"WAREHOUSE_DSN": dsn})
    with changing(dsn, *changes):
        return run_pass(config, Connector(config.warehouse), NOON, kept=kept)


def words(done: Pass) -> dict[str, str]:
    """What people see of each check."""
    return {name: result.worst.outcome.shown for name, result in by_name(done).items()}


@pytest.mark.parametrize("change", [REFRESH, WIDEN, SWAP])
def test_a_table_that_is_replaced_during_a_pass_is_read_once_more(shop: str, change: str) -> None:
    quiet = passed(shop, "SELECT 1")
    done = passed(shop, change)
    assert words(done) == words(quiet) == dict.fromkeys(words(done), "PASS")
    assert len(done.results) == CHECKS
    assert done.failures == {}
    assert by_name(done)["orders.volume"].worst.text == "4 rows on 2026-03-09 (limit at least 4)"


def test_only_what_may_have_read_it_is_read_once_more(shop: str) -> None:
    """The door, the view and the query may read anything; two checks read orders, or days."""
    quiet = passed(shop, "SELECT 1").statements
    assert passed(shop, FULL.format("days_9")).statements == quiet + 6
    assert passed(shop, REFRESH).statements == quiet + 7
    assert passed(shop, FULL.format("mart.orders")).statements == quiet
    execute(shop, "CREATE OR REPLACE VIEW shown AS SELECT id, at FROM mart.orders")
    everything = passed(shop, FULL.format("mart.orders"))
    assert everything.statements == 2 * quiet, "it is no dataset's: nobody knows who read it"
    assert set(words(everything).values()) == {"PASS"}


def test_what_is_rewritten_twice_is_not_measured_and_says_so(shop: str) -> None:
    done = passed(shop, REFRESH, REFRESH)
    read = {"orders.volume", "items.orphans_order_id", "shown.volume", "queries.total"}
    assert reasons(done) == dict.fromkeys(read, Reason.REWRITTEN)
    assert {word for name, word in words(done).items() if name not in read} == {"PASS"}
    assert by_name(done)["orders.volume"].worst.text == (
        "public.orders was truncated, rewritten or replaced while it was read (rewritten)"
    )
    assert done.failures == {Reason.REWRITTEN: 6}
    assert done.up


def test_another_table_at_the_second_look_costs_only_its_own(shop: str) -> None:
    done = passed(shop, REFRESH, FULL.format("days_9"))
    assert set(words(done).values()) == {"PASS"}


CLOSED_DAY = """
ALTER TABLE days ADD COLUMN n int DEFAULT 1;
CREATE INDEX ON days (at);
CREATE TABLE days_8 PARTITION OF days FOR VALUES FROM ('2026-03-08') TO ('2026-03-09');
INSERT INTO days SELECT at - interval '1 day' FROM orders;
"""
"""A partition more, of the day before."""
CLOSED = """
warehouse: {dsn: "${WAREHOUSE_DSN}", lock_timeout: 20s, connections_per_pass: 1}
datasets:
  door:
    relation: door
    checks: [volume: {critical: "< 1"}]
  days:
    relation: days
    time: at
    checks: [completeness: {column: n, window: all, critical: "> 0 rows"}]
"""


def test_nothing_is_kept_of_what_was_read_so(shop: str) -> None:
    """A table that has partitions has no file of its own that could tell of theirs."""
    execute(shop, CLOSED_DAY)
    kept, refresh = ClosedDaysCache(), FULL.format("days_8")
    config = parse(CLOSED, "test.yml", {"WAREHOUSE_DSN": shop})
    texts, statements = [], []
    for changes in ([refresh, refresh], [refresh], ["SELECT 1"]):
        with changing(shop, *changes):
            done = run_pass(config, Connector(config.warehouse), NOON, kept=kept)
        texts.append(by_name(done)["days.completeness_n"].worst.text)
        statements.append(done.statements)
    assert texts[0].endswith("(rewritten)")
    assert texts[1:] == ["0 of 8 rows without n in the whole table (limit 0)"] * 2
    assert statements[2] == 2, "what the second look has read of closed days is kept"


class Refreshing(Heard):
    """Somebody who refreshes the orders when a backtest is about to read them."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self.dsn = dsn

    def begin(self, step: Step, parts: int) -> None:
        super().begin(step, parts)
        if step is Step.READING:
            execute(self.dsn, REFRESH)


def test_a_backtest_takes_no_refreshed_table_for_an_empty_one(shop: str) -> None:
    config = parse(CONFIG, "test.yml", {"WAREHOUSE_DSN": shop})
    found = over(config, 2, Refreshing(shop))
    said = {str(one.check.id): one.said[found.days[-1]].outcome.shown for one in found.records}
    assert said["orders.volume"] == said["shown.volume"] == "UNKNOWN"
    assert said["items.volume"] == said["days.volume"] == "PASS"
