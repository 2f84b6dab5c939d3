"""Closed days are read once: a steady pass says what a full one would, and reads only open days."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.conftest import execute
from tests.support.warehouses import NOON, Warehouse, config_of

ITEMS = "{relation: items}"
SESSIONS = "{relation: sessions, key: id}"
AGAINST = "against: {dataset: items, sum: quantity * price, by: order_id}"
REFERS = "references: {dataset: sessions}"
NEARBY = "references: {dataset: orders, column: session_id, within: 8d}"
COUNTED = "against: {dataset: orders, count: client_id}"
FEW = "days: 28, min_days: 7"
TWO = "event: client_id, steps: [d, c]"
LOW = "warning: '< 10%'"
CHECKS = f"""
    volume: {{window: all, critical: '< 1'}}
    volume: {{name: month, window: 30d, critical: '< 1'}}
    completeness: {{column: client_id, window: all, critical: '> 0'}}
    completeness: {{name: week, column: client_id, window: 7d, critical: '> 0'}}
    completeness: {{name: timeless, column: ts, critical: '> 0'}}
    duplicates: {{critical: '> 0'}}
    duplicates: {{name: duplicates_7d, window: 7d, critical: '> 0'}}
    orphans: {{column: session_id, {REFERS}, critical: '> 0'}}
    orphans: {{name: orphans_7d, window: 7d, column: session_id, {REFERS}, critical: '> 0'}}
    reconciliation: {{sum: revenue, {AGAINST}, critical: '> 0'}}
    reconciliation: {{name: mismatch_7d, window: 7d, sum: revenue, {AGAINST}, critical: '> 0'}}
    incomparable: {{sum: revenue, {AGAINST}, warning: '> 0'}}
    duplicates: {{name: near, window: 7d, within: 9d, critical: '> 0'}}
    orphans: {{name: near_parent, window: 7d, column: session_id, {NEARBY}, critical: '> 0'}}
    over_attribution: {{of: revenue, window: all, {AGAINST}, critical: '> 0'}}
    over_attribution: {{name: over_7d, of: revenue, window: 7d, {AGAINST}, critical: '> 0'}}
    over_attribution: {{name: row, of: revenue, window: 7d, attributed: id, critical: '> 0'}}
    attribution_coverage: {{window: all, against: {{dataset: items, by: order_id}}, {LOW}}}
    channel_mix: {{channel: revenue, sum: id, model: null, {FEW}, warning: '>= 1%'}}
    impossible_sequence: {{funnel: all, {TWO}, by: session_id, warning: '> 0'}}
    agreement: {{window: all, sum: revenue, {COUNTED}, critical: '> 0'}}
    agreement: {{name: agreement_7d, window: 7d, sum: revenue, {COUNTED}, critical: '> 0'}}
    reconciliation_total: {{window: all, sum: revenue, {AGAINST}, critical: '> 0.01'}}
    daily_aggregates: {{name: whole_7d, window: 7d, columns: [revenue], critical: '> 0'}}
    silence: {{busy: 1, warning: '> 8h'}}
    so_far_today: {{at_least: 1, warning: '< 50%'}}
"""
METRICS = (
    "metrics: {orders: {dataset: orders, count: '*'}, revenue: {dataset: orders, sum: revenue}}\n"
    "anomalies: [{metrics: [orders, revenue], method: zscore, days: 28, critical: {z: 9}}]"
)
INDEXES = ";".join(
    f"CREATE INDEX ON {column} WITH (fillfactor = 10)"
    for column in ("orders (ts)", "orders (loaded_at)", "orders (id)", "items (order_id)",
                   "sessions (id)")
)  # fmt: skip
"""Indexes so loose that 12,000 rows already need the three levels that 120,000 need."""
ORDERS = "{relation: orders, time: ts, key: id, loaded: loaded_at}"


def shop(warehouse: Warehouse, days: int = 40, per_day: int = 6) -> None:
    """Some orders a day up to the tenth of March, each with its item and its session."""
    warehouse.sql(
        "CREATE TABLE orders (id bigint, ts timestamptz, client_id text, revenue numeric,"
        " session_id text, loaded_at timestamptz);"
        "CREATE TABLE items (order_id bigint, quantity int, price numeric);"
        "CREATE TABLE sessions (id text);"
        "INSERT INTO orders SELECT n, t, 'c', 10 + n % 7, 's' || n, t + interval '1 h' FROM ("
        " SELECT n, '2026-03-10 09:00+00'::timestamptz - n * interval '24 h' / "
        f"{per_day} AS t FROM generate_series(0, {days * per_day}) AS n) AS made;"
        "INSERT INTO items SELECT id, 1, revenue FROM orders;"
        "INSERT INTO sessions SELECT session_id FROM orders;"
        f"{INDEXES}; ANALYZE"
    )


def config(checks: str = CHECKS) -> str:
    """The config of these tests."""
    return config_of(checks, {"items": ITEMS, "sessions": SESSIONS}, orders=ORDERS, more=METRICS)


class Exporter:
    """Passes one after the other over one warehouse, with what each keeps for the next."""

    def __init__(self, warehouse: Warehouse, written: str) -> None:
        self.config = parse(written, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
        self.connector = Connector(self.config.warehouse)
        self.kept = ClosedDaysCache()

    def steady(self, hours: float = 0) -> Pass:
        """A pass that knows what the ones before it have read."""
        at = NOON + timedelta(hours=hours)
        return run_pass(self.config, self.connector, at, kept=self.kept)

    def full(self, hours: float = 0) -> Pass:
        """A pass that knows nothing, such as the gate's."""
        return run_pass(self.config, self.connector, NOON + timedelta(hours=hours))


def said(done: Pass) -> dict[str, list[tuple[str, str]]]:
    """The words and reasons of every check."""
    return {
        check.name: [(verdict.outcome.shown, verdict.text) for verdict in result.verdicts]
        for check, result in done.results.items()
    }


CHANGES = {
    "nothing": "SELECT 1",
    "an order of today": "INSERT INTO orders VALUES (9001, '2026-03-10 11:00+00', NULL, 5, 's1')",
    "an order of yesterday": "INSERT INTO orders VALUES (9002, '2026-03-09 11:00+00', 'c', 7, 'x')",
    "a second row of an open key": "INSERT INTO orders SELECT * FROM orders WHERE id = 1",
    "a closed key again today": (
        "INSERT INTO orders SELECT id, '2026-03-10 10:00+00', client_id, revenue, session_id"
        " FROM orders WHERE id IN (30, 100)"
    ),
    "a closed row again, loaded today": (
        "INSERT INTO orders SELECT id, ts, client_id, revenue, session_id, '2026-03-10 10:00+00'"
        " FROM orders WHERE id = 100"
    ),
    "rows without a time": "INSERT INTO orders VALUES (9003, NULL, 'c', 1, 's1')",
    "an open order that is gone": "DELETE FROM orders WHERE id = 2",
    "another price today": "UPDATE items SET price = price + 1 WHERE order_id = 0",
    "no items": "DELETE FROM items WHERE order_id = 1",
    "an item without a price": "UPDATE items SET price = NULL WHERE order_id = 2",
}


LATE = "a closed row again, loaded today"
BY_DAY = {
    "month",
    "week",
    "zscore_orders",
    "zscore_revenue",
    "mismatch_7d",
    "duplicates_7d",
    "near",
    "near_parent",
    "whole_7d",
    "channel_mix",
}
"""What judges closed days by the time of their rows: a late row is seen at the daily re-read."""


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_on_open_days_is_seen_as_by_a_full_pass(
    warehouse: Warehouse, change: str
) -> None:
    shop(warehouse)
    exporter = Exporter(warehouse, config())
    assert said(exporter.steady()) == said(exporter.full())
    warehouse.sql(CHANGES[change])
    late = BY_DAY if change == LATE else set()
    for hours in (0, 13):
        steady, full = said(exporter.steady(hours)), said(exporter.full(hours))
        assert {name for name in full if steady[name] != full[name]} <= late
    assert said(exporter.steady(hours=24)) == said(exporter.full(hours=24)), "a day later"


def test_damage_among_closed_days_that_was_there_before_is_not_counted_twice(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    warehouse.sql("INSERT INTO orders SELECT * FROM orders WHERE id IN (50, 60)")
    warehouse.sql("UPDATE items SET price = 99 WHERE order_id IN (70, 80)")
    exporter = Exporter(warehouse, config(CHECKS.replace("> 0'", "> 90%'")))
    failed = {name for name, found in said(exporter.steady()).items() if found[0][0] == "FAIL"}
    assert failed <= {"agreement_revenue", "agreement_7d", "reconciliation_total"}, (
        "nothing is kept of it"
    )
    warehouse.sql(
        "INSERT INTO orders SELECT id, '2026-03-10 10:00+00', client_id, revenue, session_id"
        " FROM orders WHERE id IN (50, 70, 90)"
    )
    assert said(exporter.steady()) == said(exporter.full())


def test_a_copy_of_an_old_order_is_a_duplicate_at_the_next_pass(warehouse: Warehouse) -> None:
    """The copy of an order dated ten days ago, inserted today."""
    shop(warehouse)
    exporter = Exporter(warehouse, config("duplicates: {critical: '> 0'}"))
    assert said(exporter.steady())["duplicates"][0][0] == "PASS"
    warehouse.sql(
        "INSERT INTO orders SELECT id, ts, client_id, revenue, session_id, '2026-03-10 11:59+00'"
        " FROM orders WHERE ts = '2026-02-28 09:00+00'"
    )
    ((word, text),) = said(exporter.steady())["duplicates"]
    assert (word, text[:12]) == ("FAIL", "1 of 241 key")


def test_a_row_of_a_closed_day_is_seen_at_the_daily_re_read(warehouse: Warehouse) -> None:
    shop(warehouse)
    exporter = Exporter(
        warehouse, config("completeness: {column: client_id, window: 7d, critical: '> 0'}")
    )
    assert said(exporter.steady())["completeness_client_id"][0][0] == "PASS"
    warehouse.sql("UPDATE orders SET client_id = NULL WHERE ts = '2026-03-05 09:00+00'")
    assert said(exporter.steady(hours=17))["completeness_client_id"][0][0] == "PASS", "05:00"
    assert said(exporter.steady(hours=19))["completeness_client_id"][0][0] == "FAIL", "07:00"


REPAIRED = """
    completeness: {column: client_id, window: all, critical: '> 0'}
    duplicates: {critical: '> 0'}
    orphans: {column: session_id, REFERS, critical: '> 0'}
    reconciliation: {sum: revenue, AGAINST, window: 30d, critical: '> 0'}
""".replace("REFERS", REFERS).replace("AGAINST", AGAINST)


def test_a_finding_among_closed_days_is_over_with_the_pass_after_its_repair(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    warehouse.sql(
        "INSERT INTO orders SELECT * FROM orders WHERE id = 50;"
        "UPDATE orders SET client_id = NULL, session_id = 'x' WHERE id = 60;"
        "UPDATE items SET price = 99 WHERE order_id = 70"
    )
    exporter = Exporter(warehouse, config(REPAIRED))
    names = ("completeness_client_id", "duplicates", "orphans_session_id", "reconciliation")

    def words() -> list[str]:
        found = said(exporter.steady())
        return [found[name][0][0] for name in names]

    assert words() == ["FAIL"] * 4
    warehouse.sql(
        "DELETE FROM orders WHERE ctid = (SELECT max(ctid) FROM orders WHERE id = 50);"
        "UPDATE orders SET client_id = 'c', session_id = 's60' WHERE id = 60;"
        "UPDATE items SET price = (SELECT revenue FROM orders WHERE id = 70) WHERE order_id = 70"
    )
    assert words() == ["PASS"] * 4


@pytest.mark.parametrize(("severity", "after"), [("info", 1), ("warning", 0), ("critical", 0)])
def test_only_what_somebody_is_told_of_is_read_anew_in_every_pass(
    warehouse: Warehouse, severity: str, after: int
) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET client_id = NULL WHERE id = 60")
    limit = f"completeness: {{column: client_id, window: all, {severity}: '> 0 rows'}}"
    exporter = Exporter(warehouse, config(limit))
    assert said(exporter.steady())["completeness_client_id"][0][1].startswith("1 of 241 rows")
    warehouse.sql("UPDATE orders SET client_id = 'c' WHERE id = 60")
    steady = said(exporter.steady())["completeness_client_id"][0][1]
    assert steady.startswith(f"{after} of 241 rows")


def test_a_departure_from_the_baseline_does_not_have_its_history_read_anew(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET revenue = 999 WHERE ts >= '2026-03-09' AND ts < '2026-03-10'")
    exporter = Exporter(warehouse, config("").replace("z: 9", "z: 2"))
    assert said(exporter.steady())["zscore_revenue"][0][0] == "FAIL"
    warehouse.sql("UPDATE orders SET revenue = revenue + 1 WHERE ts < '2026-03-01'")
    assert said(exporter.steady())["zscore_revenue"] != said(exporter.full())["zscore_revenue"]


def test_a_closed_day_whose_rows_are_deleted_is_missing_at_the_next_pass(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    exporter = Exporter(warehouse, config("missing_days: {critical: '> 0'}"))
    assert said(exporter.steady())["missing_days"][0][0] == "PASS"
    warehouse.sql("DELETE FROM orders WHERE ts >= '2026-03-05' AND ts < '2026-03-06'")
    ((word, text),) = said(exporter.steady())["missing_days"]
    assert word == "FAIL"
    assert "1 of 14 days" in text
    assert "2026-03-05" in text


def test_a_relation_that_was_rebuilt_is_read_anew(warehouse: Warehouse) -> None:
    shop(warehouse)
    exporter = Exporter(warehouse, config("volume: {window: all, critical: '< 1'}"))
    assert said(exporter.steady())["volume"][0][0] == "PASS"
    warehouse.sql("TRUNCATE orders")
    assert said(exporter.steady())["volume"][0][0] == "FAIL"


def test_what_closed_days_answered_is_kept_although_the_open_day_failed(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET revenue = 'NaN' WHERE id = 7")
    exporter = Exporter(warehouse, config(""))
    assert said(exporter.steady())["metric_revenue"][0][0] == "UNKNOWN"
    warehouse.sql("UPDATE orders SET revenue = 17 WHERE id IN (7, 30)")
    steady = said(exporter.steady())
    assert steady["metric_revenue"][0][0] == "SKIP"
    assert steady["zscore_revenue"] != said(exporter.full())["zscore_revenue"], "30 is closed"


def read_blocks(dsn: str) -> int:
    """Blocks of tables and indexes that all ended connections have read so far."""
    query = (
        "SELECT sum(heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)"
        " FROM pg_statio_user_tables"
    )
    before = -1
    while True:
        ((found,),) = execute(dsn, query)
        if found == before:
            return int(found)
        before = found
        time.sleep(0.2)


def test_a_steady_pass_reads_the_same_blocks_however_long_the_history_is(
    warehouse: Warehouse,
) -> None:
    costs = {}
    for days in (60, 600):
        warehouse.sql("DROP TABLE IF EXISTS orders, items, sessions")
        shop(warehouse, days, per_day=200)
        exporter = Exporter(warehouse, config())
        start = read_blocks(warehouse.dsn)
        exporter.steady()
        middle = read_blocks(warehouse.dsn)
        exporter.steady()
        costs[days] = (middle - start, read_blocks(warehouse.dsn) - middle)
    first, steady = zip(costs[60], costs[600], strict=True)
    assert first[1] > 3 * first[0], "the first pass reads all of it"
    assert steady[1] <= 1.1 * steady[0]


def test_nan_on_either_side_costs_its_checks_and_not_the_pass(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET revenue = 'NaN' WHERE id = 100")
    exporter = Exporter(warehouse, config())
    steady = said(exporter.steady())
    assert steady == said(exporter.full())
    assert steady["reconciliation_total"][0][0] == "UNKNOWN"
    assert steady["volume"][0][0] == "PASS"
    warehouse.sql("UPDATE orders SET revenue = 10 + id % 7 WHERE id = 100")
    assert said(exporter.steady())["reconciliation_total"][0][0] == "PASS", "nothing was kept"
