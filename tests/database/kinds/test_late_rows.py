"""A closed day that gets rows is judged again, by every check of the expected day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.explain import explain_plan
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.support.warehouses import NOON, Warehouse, config_of, outcomes

ORDERS = "{relation: orders, time: ts, key: id, loaded: loaded}"
OTHERS = {"facts": "{relation: facts, time: ts, loaded: loaded}"}
CHECKS = """
    volume: {critical: '< 3'}
    completeness: {column: client, critical: '> 10%'}
    negative_revenue: {critical: '> 0'}
    range: {column: revenue, max: 1000, critical: '> 0'}
    accepted_values: {column: state, values: [paid], critical: '> 0'}
    agreement: {sum: revenue, against: {dataset: facts, sum: revenue}, critical: '> 0'}
    reconciliation: {window: day, sum: revenue,
                     against: {dataset: facts, sum: revenue, by: id}, critical: '> 0'}
    line_revenue: {column: revenue, equals: price, critical: '> 0'}
    freshness: {critical: '> 2d'}
""".replace(",\n                     ", ", ")
RELOADED = "ts::date = '2026-03-05'"
"""A day that is long closed; its rows came with it."""


def shop(warehouse: Warehouse, indexed: bool = True) -> None:
    """Four orders a day that arrive an hour later, up to the tenth of March, and their facts."""
    warehouse.sql(
        "CREATE TABLE orders (id int, ts timestamptz, client text, revenue numeric, price numeric,"
        " state text, loaded timestamptz);"
        "INSERT INTO orders SELECT n, t, 'c', 10, 10, 'paid', t + interval '1 h' FROM ("
        " SELECT n, '2026-03-10 11:00+00'::timestamptz - n * interval '6 h' AS t"
        " FROM generate_series(0, 200) AS n) AS made;"
        "CREATE TABLE facts AS SELECT id, ts, revenue, loaded FROM orders"
    )
    if indexed:
        warehouse.sql(
            "CREATE INDEX ON orders (ts); CREATE INDEX ON orders (loaded);"
            "CREATE INDEX ON facts (ts); CREATE INDEX ON facts (loaded)"
        )


def reload(warehouse: Warehouse, broken: str, at: str = "2026-03-09 09:00+00") -> None:
    """Load a closed day again, with something wrong in one of its rows."""
    one = f"id = (SELECT min(id) FROM orders WHERE {RELOADED})"
    warehouse.sql(f"UPDATE orders SET loaded = '{at}' WHERE {RELOADED}")
    warehouse.sql(broken.replace("ONE", one))


BROKEN = {
    "volume": f"DELETE FROM orders WHERE {RELOADED} AND id % 4 < 2",
    "completeness_client": "UPDATE orders SET client = NULL WHERE ONE",
    "negative_revenue": "UPDATE orders SET revenue = -1, price = -1 WHERE ONE",
    "range_revenue": "UPDATE orders SET revenue = 9999, price = 9999 WHERE ONE",
    "accepted_values_state": "UPDATE orders SET state = '?' WHERE ONE",
    "agreement_revenue": "UPDATE orders SET revenue = 11, price = 11 WHERE ONE",
    "reconciliation": "UPDATE orders SET revenue = 11, price = 11 WHERE ONE",
    "line_revenue_revenue": "UPDATE orders SET price = 11 WHERE ONE",
}


def test_a_re_load_of_which_nobody_knows_when_it_came_is_found(warehouse: Warehouse) -> None:
    shop(warehouse)
    reload(warehouse, BROKEN["range_revenue"], at="infinity")
    told = warehouse.say("range: {column: revenue, max: 1000, critical: '> 0'}", orders=ORDERS)
    assert told[0] == "FAIL"
    assert "2026-03-05" in told[1]


@pytest.mark.parametrize("name", BROKEN)
def test_a_re_load_that_breaks_a_closed_day_is_found(warehouse: Warehouse, name: str) -> None:
    shop(warehouse)
    config = config_of(CHECKS, OTHERS, orders=ORDERS)
    assert set(outcomes(warehouse.run(config)).values()) == {"PASS"}
    reload(warehouse, BROKEN[name])
    done = warehouse.run(config)
    (said,) = (r.worst for check, r in done.results.items() if check.name == name)
    assert said.outcome.shown == "FAIL"
    assert "2026-03-05" in said.text
    assert outcomes(done)["freshness"] == "PASS"


def test_what_the_other_side_got_is_judged_as_well(warehouse: Warehouse) -> None:
    shop(warehouse)
    config = config_of(CHECKS, OTHERS, orders=ORDERS)
    warehouse.sql(f"UPDATE facts SET revenue = 11, loaded = '2026-03-09 09:00+00' WHERE {RELOADED}")
    said = outcomes(warehouse.run(config))
    assert (said["agreement_revenue"], said["reconciliation"]) == ("FAIL", "FAIL")
    assert said["volume"] == "PASS"


def test_a_re_load_that_is_right_is_said(warehouse: Warehouse) -> None:
    shop(warehouse)
    check = "volume: {critical: '< 3'}"
    assert warehouse.say(check, orders=ORDERS) == (
        "PASS",
        "4 rows on 2026-03-09 (limit at least 3)",
    )
    reload(warehouse, "SELECT 1")
    assert warehouse.say(check, orders=ORDERS) == (
        "PASS",
        "4 rows on 2026-03-09; judged again: 2026-03-05 (limit at least 3)",
    )
    warehouse.sql("UPDATE orders SET loaded = '2026-03-10 08:00+00' WHERE ts < '2026-03-09'")
    assert warehouse.say(check, orders=ORDERS) == (
        "PASS",
        "4 rows on 2026-03-09; judged again: 31 days that got rows since;"
        " older days got rows as well, and are not judged again (limit at least 3)",
    )


def test_a_share_is_that_of_its_day(warehouse: Warehouse) -> None:
    """One of four rows is 25 %; of the eight rows of both days it would be half as much."""
    shop(warehouse)
    reload(warehouse, BROKEN["completeness_client"])
    check = "completeness: {column: client, critical: '> 20%'}"
    told = "1 of 4 rows without client on 2026-03-05 (25 %, limit 20 %)"
    assert warehouse.say(check, orders=ORDERS) == ("FAIL", told)
    assert warehouse.values(check, orders=ORDERS)["column_null_ratio"] == 0.25


@pytest.mark.parametrize(
    ("arrived", "again"),
    [
        ("2026-03-09 05:59+00", False),
        ("2026-03-09 06:00+00", True),
        ("2026-03-10 12:00+00", True),
        ("2026-03-10 12:06+00", False),
    ],
)
def test_late_is_what_came_after_the_day_before_was_due(
    warehouse: Warehouse, arrived: str, again: bool
) -> None:
    shop(warehouse)
    reload(warehouse, BROKEN["negative_revenue"], arrived)
    check = "negative_revenue: {critical: '> 0'}"
    assert (warehouse.say(check, orders=ORDERS)[0] == "FAIL") is again


@pytest.mark.parametrize("written", ["window: 7d", "window: today"])
def test_a_window_of_its_own_is_kept(warehouse: Warehouse, written: str) -> None:
    shop(warehouse)
    reload(warehouse, "SELECT 1")
    check = f"completeness: {{column: client, {written}, critical: '> 0'}}"
    assert "judged again" not in warehouse.say(check, orders=ORDERS)[1]


def test_without_an_index_on_arrivals_only_the_expected_day_is_judged(
    warehouse: Warehouse,
) -> None:
    shop(warehouse, indexed=False)
    reload(warehouse, BROKEN["negative_revenue"])
    check = "negative_revenue: {critical: '> 0'}"
    assert warehouse.say(check, orders=ORDERS)[0] == "PASS"
    assert warehouse.say(check.replace("critical", "window: all, critical"))[0] == "FAIL"


def test_a_late_day_that_cannot_be_measured_is_not_fine(warehouse: Warehouse) -> None:
    shop(warehouse)
    reload(warehouse, "UPDATE orders SET revenue = 'NaN' WHERE ONE")
    check = "agreement: {sum: revenue, against: {dataset: facts, sum: revenue}, critical: '> 0'}"
    assert warehouse.say(check, OTHERS, orders=ORDERS)[0] == "UNKNOWN"


def test_a_steady_pass_reads_a_late_day_once_and_says_the_same(warehouse: Warehouse) -> None:
    shop(warehouse)
    reload(warehouse, "SELECT 1")
    text = config_of(CHECKS, OTHERS, orders=ORDERS)
    config, kept = parse(text, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn}), ClosedDaysCache()
    connector = Connector(config.warehouse)

    def words(kept: ClosedDaysCache | None) -> tuple[dict[str, str], int]:
        done = run_pass(config, connector, NOON, kept=kept)
        return {c.name: r.worst.text for c, r in done.results.items()}, done.statements

    first, cost = words(kept)
    steady, less = words(kept)
    assert steady == first == words(None)[0]
    assert less < cost
    reload(warehouse, BROKEN["completeness_client"], "2026-03-10 11:30+00")
    again = words(kept)[0]
    assert again == words(None)[0]
    assert "on 2026-03-05" in again["completeness_client"], "the same day was loaded once more"


def test_the_plan_shows_what_is_asked_first(warehouse: Warehouse) -> None:
    shop(warehouse)
    text = config_of("volume: {critical: '< 3'}", orders=ORDERS)
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    assert "-- orders: closed days that got rows since\nSELECT" in explain_plan(config, NOON)


def test_after_a_build_all_that_came_since_midnight_is_late(warehouse: Warehouse) -> None:
    shop(warehouse)
    reload(warehouse, BROKEN["negative_revenue"], "2026-03-09 03:00+00")
    config = parse(
        config_of("negative_revenue: {critical: '> 0'}", orders=ORDERS),
        "test.yml", {"WAREHOUSE_DSN": warehouse.dsn},
    )  # fmt: skip
    early = datetime(2026, 3, 10, 4, tzinfo=UTC)
    built = run_pass(config.after_build(), Connector(config.warehouse), early)
    assert set(outcomes(built).values()) == {"FAIL"}
