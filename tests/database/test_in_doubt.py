"""What was read, and cannot be asked any more whether it was rewritten before, is not measured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.conftest import execute
from tests.database.test_passes import OURS, by_name, reasons, wait_for
from tests.database.test_rewritten import CLOSED_DAY, FULL, TABLES, changing
from tests.support.warehouses import NOON

MORE = """
CREATE FUNCTION last() RETURNS int LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(2); RETURN 1; END';
CREATE VIEW way_out AS SELECT last() AS n;
"""
CONFIG = """
warehouse: {dsn: "${WAREHOUSE_DSN}", lock_timeout: 5s, connections_per_pass: 1}
datasets:
  door:
    relation: door
    checks: [volume: {critical: "< 1"}]
  days:
    relation: days
    time: at
    columns: [at, n]
    checks:
      - completeness: {column: n, window: all, critical: "> 0 rows"}
      - required_columns: {critical: '> 0'}
  way_out:
    relation: way_out
    checks: [volume: {critical: "< 1"}]
"""
TRUTH = "0 of 8 rows without n in the whole table (limit 0)"
AT_THE_END = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 2 AND NOT granted"


@pytest.fixture
def shop(database: str) -> str:
    """Four rows yesterday and four on the closed day before, a partition each."""
    execute(database, TABLES + CLOSED_DAY + MORE)
    return database


def passed(dsn: str, kept: ClosedDaysCache | None = None, lock_timeout: str = "5s") -> Pass:
    """One pass."""
    text = CONFIG.replace("5s", lock_timeout)
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": dsn})
    return run_pass(config, Connector(config.warehouse), NOON, kept=kept)


def told(done: Pass) -> str:
    """What people are told of the rows of all days."""
    return by_name(done)["days.completeness_n"].worst.text


@contextmanager
def holding(dsn: str, statement: str) -> Iterator[None]:
    """Somebody else's transaction, which has run a statement and does not end."""
    holder = psycopg2.connect(dsn)
    try:
        holder.cursor().execute(statement)
        yield
    finally:
        holder.close()


def test_a_closed_day_read_too_late_is_not_kept_of_a_check_that_failed_otherwise(
    shop: str,
) -> None:
    kept = ClosedDaysCache()
    with (
        holding(shop, "LOCK TABLE days_9 IN ACCESS EXCLUSIVE MODE"),
        changing(shop, FULL.format("days_8")),
    ):
        done = passed(shop, kept)
    assert reasons(done) == {"days.completeness_n": Reason.LOCK}
    assert told(passed(shop, kept)) == TRUTH


def test_a_closed_day_read_too_late_is_read_anew_when_the_connection_dies(shop: str) -> None:
    kept = ClosedDaysCache()

    def cut() -> None:
        wait_for(shop, AT_THE_END)
        execute(shop, f"SELECT pg_terminate_backend(pid) {OURS}")

    thread = threading.Thread(target=cut)
    thread.start()
    with (
        holding(shop, "SELECT pg_advisory_lock(2)"),
        changing(shop, FULL.format("days_8")),
    ):
        done = passed(shop, kept, lock_timeout="20s")
    thread.join()
    assert done.up
    assert reasons(done) == {"way_out.volume": Reason.CONNECTION}, "it ran when the end came"
    assert told(done) == TRUTH
    assert done.failures == {Reason.CONNECTION: 1}
    assert told(passed(shop, kept)) == TRUTH


def test_who_may_not_ask_is_told_what_to_grant_and_knows_what_needs_no_rows(shop: str) -> None:
    execute(
        shop,
        "REVOKE SELECT ON pg_locks FROM PUBLIC; DROP ROLE IF EXISTS reader;"
        "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    )
    kept, reader = ClosedDaysCache(), shop.replace("postgres@", "reader@")
    try:
        with changing(shop, FULL.format("days_8")):
            done = passed(reader, kept)
        execute(shop, "GRANT SELECT ON pg_locks TO reader")
        after = passed(reader, kept)
    finally:
        execute(shop, "DROP OWNED BY reader; DROP ROLE reader")
    assert done.up
    read = {"door.volume", "days.completeness_n", "way_out.volume"}
    assert reasons(done) == dict.fromkeys(read, Reason.PERMISSION)
    assert done.failures == {Reason.PERMISSION: 1}
    assert told(done) == (
        "not known whether it was rewritten while it was read: permission denied for view"
        " pg_locks (42501): grant it to the exporter's role (permission)"
    )
    assert (reasons(after), told(after)) == ({}, TRUTH)
