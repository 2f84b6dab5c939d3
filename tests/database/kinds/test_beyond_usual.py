"""`beyond_usual`: what has always failed is shown, and only more than that is a finding."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.support.warehouses import NOON, Warehouse, complaint, config_of

ORDERS = "{relation: orders, time: ts, key: id, loaded: loaded}"
ONE = "completeness: {column: state, window: all, beyond_usual: true, critical: '> 0'}"
BEYOND = "warehouse_rows_beyond_usual"
OTHERS = {"clients": "{relation: clients, key: id}", "items": "{relation: items}"}


def shop(warehouse: Warehouse) -> None:
    """Ninety days of 200 orders, up to the tenth of March; one of 300 has always been wrong."""
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, client text, state text, revenue numeric,"
        " price numeric, loaded timestamptz, number int, paid numeric);"
        "INSERT INTO orders SELECT n, t, CASE WHEN n % 300 > 0 THEN 'c' ELSE 'x' END,"
        " CASE WHEN n % 600 = 0 THEN '?' WHEN n % 300 > 0 THEN 'paid' END,"
        " CASE WHEN n % 300 = 0 THEN -1 ELSE 10 END, CASE WHEN n % 300 = 0 THEN 0 ELSE 10 END,"
        " t + interval '1 h', n - (n % 300 = 0)::int,"
        " CASE WHEN n % 300 > 0 THEN 10 END FROM ("
        " SELECT n, '2026-03-10 11:00+00'::timestamptz - n * interval '432 s' AS t"
        " FROM generate_series(1, 18000) AS n) AS made;"
        "CREATE TABLE clients AS SELECT 'c' AS id;"
        "CREATE TABLE items AS SELECT id, 10.0 AS amount FROM orders;"
        "CREATE INDEX ON orders (ts); CREATE INDEX ON orders (loaded); ANALYZE orders"
    )


CHECKS = {
    "completeness": (ONE, "state = NULL"),
    "accepted_values": (
        "accepted_values: {column: state, values: [paid], window: all, beyond_usual: true,"
        " critical: '> 0'}",
        "state = '?'",
    ),
    "negative_revenue": (
        "negative_revenue: {window: all, beyond_usual: true, critical: '> 0'}",
        "revenue = -1",
    ),
    "range": (
        "range: {column: revenue, min: 0, window: all, beyond_usual: true, critical: '> 0'}",
        "revenue = -1",
    ),
    "line_revenue": (
        "line_revenue: {column: revenue, equals: price, window: all, beyond_usual: true,"
        " critical: '> 0'}",
        "price = 3",
    ),
    "rows": (
        "rows: {name: cheap, failing: price < 5, window: all, beyond_usual: true, critical: '> 0'}",
        "price = 3",
    ),
    "orphans": (
        "orphans: {column: client, references: {dataset: clients}, beyond_usual: true,"
        " critical: '> 0'}",
        "client = 'nobody'",
    ),
    "reconciliation": (
        "reconciliation: {sum: revenue, against: {dataset: items, sum: amount, by: id},"
        " beyond_usual: true, critical: '> 0'}",
        "revenue = 7",
    ),
    "incomparable": (
        "incomparable: {sum: paid, against: {dataset: items, sum: amount, by: id},"
        " beyond_usual: true, critical: '> 0'}",
        "paid = NULL",
    ),
    "duplicates": (
        "duplicates: {key: number, beyond_usual: true, critical: '> 0'}",
        "number = number + 1",
    ),
}


def broken(warehouse: Warehouse, how: str, day: str, every: int = 20) -> None:
    """Break some rows of a day."""
    warehouse.sql(f"UPDATE orders SET {how} WHERE ts::date = '{day}' AND id % {every} = 1")


@pytest.mark.parametrize("kind", CHECKS)
def test_what_has_always_failed_is_shown_and_a_new_break_is_found(
    warehouse: Warehouse, kind: str
) -> None:
    check, how = CHECKS[kind]
    shop(warehouse)
    said = warehouse.verdict(check, OTHERS, orders=ORDERS)
    assert said.outcome.shown == "PASS"
    assert "in the whole table" in said.text
    assert "no day has more than is usual or allowed" in said.text
    assert said.sample
    assert said.sample.values[BEYOND] == 0
    broken(warehouse, how, "2026-03-09")
    said = warehouse.verdict(check, OTHERS, orders=ORDERS)
    assert said.outcome.shown == "FAIL"
    assert "10 of " in said.text
    assert "on 2026-03-09" in said.text
    assert ", usually 0." in said.text
    assert said.sample
    assert said.sample.values[BEYOND] > 0


@pytest.mark.parametrize("kind", ["completeness", "orphans", "duplicates", "incomparable"])
def test_an_older_day_that_was_broken_since_is_found(warehouse: Warehouse, kind: str) -> None:
    check, how = CHECKS[kind]
    shop(warehouse)
    broken(warehouse, how, "2026-02-25")
    word, text = warehouse.say(check, OTHERS, orders=ORDERS)
    assert (word, "on 2026-02-25" in text) == ("WARN", True)
    warehouse.sql(f"UPDATE orders SET {how} WHERE ts < '2026-01-01' AND id % 20 = 1")
    warehouse.sql("DELETE FROM orders WHERE ts::date = '2026-02-25'")
    word, text = warehouse.say(check, OTHERS, orders=ORDERS)
    assert (word, "of days before 2026-02-09" in text) == ("WARN", True)


@pytest.mark.parametrize("kind", ["completeness", "orphans", "duplicates", "incomparable"])
@pytest.mark.parametrize("indexed", [True, False])
def test_rows_of_any_day_that_arrived_late_are_found(
    warehouse: Warehouse, kind: str, indexed: bool
) -> None:
    check, how = CHECKS[kind]
    shop(warehouse)
    if not indexed:
        warehouse.sql("DROP INDEX orders_ts_idx, orders_loaded_idx")
    broken(warehouse, how, "2026-01-05")
    assert warehouse.say(check, OTHERS, orders=ORDERS)[0] != "FAIL"
    late = "loaded = '2026-03-10 07:00+00'"
    broken(warehouse, late, "2026-01-05")
    word, text = warehouse.say(check, OTHERS, orders=ORDERS)
    assert (word, ", of those that arrived late" in text) == ("FAIL", True)
    warehouse.sql(f"UPDATE orders SET {late}")
    assert warehouse.say(check, OTHERS, orders=ORDERS)[0] == "PASS", "all of them came anew"


@pytest.mark.parametrize(
    ("kind", "broken"),
    [("orphans", "TRUNCATE clients"), ("completeness", "UPDATE orders SET state = NULL")],
)
def test_where_most_rows_fail_on_all_days_nothing_is_usual(
    warehouse: Warehouse, kind: str, broken: str
) -> None:
    shop(warehouse)
    warehouse.sql(broken)
    word, text = warehouse.say(CHECKS[kind][0], OTHERS, orders=ORDERS)
    assert word == "FAIL"
    assert "usually 100 %, and where most rows fail nothing is usual" in text


def test_a_limit_that_no_day_breaches_is_silent_however_unusual_a_day_is(
    warehouse: Warehouse,
) -> None:
    shop(warehouse)
    check = ONE.replace("> 0", "> 8%")
    broken(warehouse, "state = NULL", "2026-03-09")
    assert warehouse.say(check, orders=ORDERS)[0] == "PASS"
    broken(warehouse, "state = NULL", "2026-03-09", every=10)
    assert warehouse.say(check, orders=ORDERS)[0] == "FAIL"
    daily = check.replace("window: all, ", "")
    assert warehouse.say(daily, orders=ORDERS)[0] == "FAIL"
    warehouse.sql("UPDATE orders SET state = NULL WHERE id % 10 = 1")
    assert warehouse.say(daily, orders=ORDERS)[0] == "PASS"


def test_a_finding_is_a_ticket_while_too_few_days_say_what_is_usual(warehouse: Warehouse) -> None:
    """It is never fine, and never a page for what may always have been so."""
    shop(warehouse)
    warehouse.sql("DELETE FROM orders WHERE ts < '2026-03-07'")
    assert warehouse.say(ONE, orders=ORDERS)[0] == "PASS"
    broken(warehouse, "state = NULL", "2026-03-09", every=200)
    word, text = warehouse.say(ONE, orders=ORDERS)
    assert (word, "only 2 days before to say what is usual" in text) == ("WARN", True)
    warehouse.sql("UPDATE orders SET state = NULL WHERE ts >= '2026-03-09' AND ts < '2026-03-10'")
    word, text = warehouse.say(ONE, orders=ORDERS)
    assert (word, "only 2 days before to say what is usual" in text) == ("FAIL", True)


def test_rows_of_no_day_are_judged_where_nobody_knows_when_they_came(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("UPDATE orders SET ts = NULL, state = NULL WHERE id % 600 = 1")
    word, text = warehouse.say(ONE, orders="{relation: orders, time: ts, key: id}")
    assert (word, ", of those of no day" in text) == ("FAIL", True)
    assert warehouse.say(ONE, orders=ORDERS)[0] == "PASS"


def test_a_steady_pass_says_the_same_and_reads_what_is_open(warehouse: Warehouse) -> None:
    shop(warehouse)
    checks = "\n".join(CHECKS[kind][0] for kind in CHECKS)
    config = parse(
        config_of(checks, OTHERS, orders=ORDERS), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn}
    )
    connector, kept = Connector(config.warehouse), ClosedDaysCache()
    first, second = (run_pass(config, connector, NOON, kept=kept) for _ in range(2))
    assert (first.statements, second.statements) == (12, 6)
    broken(
        warehouse, "state = NULL, client = 'nobody', number = number + 1, paid = NULL", "2026-03-09"
    )
    alone = run_pass(config, connector, NOON)
    again = run_pass(config, connector, NOON, kept=kept)
    for check, found in alone.results.items():
        assert again.results[check].worst.outcome is found.worst.outcome, check
    assert {found.worst.outcome.shown for found in alone.results.values()} == {"PASS", "FAIL"}


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (ONE.replace("window: all", "window: 7d"), "beyond_usual judges day by day"),
        ("completeness: {column: ts, beyond_usual: true, critical: '> 0'}", "no `beyond_usual`"),
        ("duplicates: {beyond_usual: true, window: day, critical: '> 0'}", "the whole table"),
        ("volume: {beyond_usual: true, critical: '< 5'}", "beyond_usual"),
    ],
)
def test_where_it_makes_no_sense_it_is_refused(check: str, told: str) -> None:
    assert told in complaint(check, orders=ORDERS)
    assert "beyond_usual" in complaint(ONE, orders="{relation: orders, key: id}")


def test_no_orders_beside_rows_of_the_other_side_are_not_measured(warehouse: Warehouse) -> None:
    shop(warehouse)
    warehouse.sql("DELETE FROM orders")
    for kind in ("reconciliation", "incomparable"):
        word, text = warehouse.say(CHECKS[kind][0], OTHERS, orders=ORDERS)
        assert (word, "no orders in the whole table, but items has rows" in text) == (
            "UNKNOWN",
            True,
        )
