"""How many statements a pass takes, and what one broken check costs the others in its statement."""

from __future__ import annotations

import pytest
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId

from tests.database.kinds.sales import AGAINST, ITEMS, sales
from tests.support.warehouses import Warehouse, config_of, outcomes

SCANS = """
    volume: {critical: '< 1'}
    completeness: {column: revenue, critical: '> 5%'}
    completeness: {name: week, column: state, window: 7d, critical: '> 5%'}
    absent_day: {column: revenue, critical: '> 0'}
    accepted_values: {column: state, values: [paid], critical: '> 0'}
    negative_revenue: {critical: '> 0'}
    zero_revenue: {critical: '> 2%'}
    tracking_coverage: {any_of: [state], critical: '< 10%'}
"""
LOOKUPS = """
    freshness: {critical: '> 30d'}
    partition_freshness: {critical: '> 0'}
    future_rows: {critical: '> 0'}
"""
BOTH = "missing_days: {window: 3d, critical: '> 0'}"
METRICS = (
    "metrics: {orders: {dataset: orders, count: '*'}, revenue: {dataset: orders, sum: revenue},"
    " buyers: {dataset: orders, distinct: id}, aov: {ratio: [revenue, orders]}}\n"
    "anomalies: [{metrics: [orders, revenue, aov], method: zscore, min_days: 3,"
    " critical: {z: 9, change: 90%}}]"
)


@pytest.mark.parametrize(("indexed", "windows"), [(False, 2), (True, 6)])
def test_all_plain_aggregates_of_a_dataset_over_a_window_are_one_statement(
    warehouse: Warehouse, indexed: bool, windows: int
) -> None:
    """By range there are four: the expected day, the three that a metric shows, a week, and the
    baseline's first day before it. The index is asked for rows without a time in a fifth, and for
    a row of each past day, from which closed weekdays are learned, in a sixth.

    Without an index each would read the whole table: there it is one, and a single value that says
    whether any row has a time.
    """
    sales(warehouse)
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts)")
    alone = warehouse.run(config_of("volume: {critical: '< 1'}"))
    assert alone.statements == 2 + indexed
    done = warehouse.run(config_of(SCANS, more=METRICS))
    assert done.statements == windows
    assert set(outcomes(done).values()) == {"PASS", "SKIP"}
    skipped = {name for name, word in outcomes(done).items() if word == "SKIP"}
    assert skipped == {"metric_orders", "metric_revenue", "metric_buyers", "metric_aov"}


def test_the_whole_table_and_single_values_are_one_statement_each(warehouse: Warehouse) -> None:
    sales(warehouse)
    assert warehouse.run(config_of(LOOKUPS)).statements == 2, "one for the rows without a time"
    assert warehouse.run(config_of(SCANS + LOOKUPS)).statements == 2
    assert warehouse.run(config_of(SCANS + LOOKUPS + BOTH)).statements == 2
    whole = """
        completeness: {name: all, column: revenue, window: all, critical: '> 5%'}
        completeness: {name: time, column: ts, critical: '> 5%'}
        volume: {name: all_rows, window: all, critical: '< 1'}
    """
    done = warehouse.run(config_of(SCANS + LOOKUPS + whole))
    assert done.statements == 3
    assert set(outcomes(done).values()) == {"PASS"}


def test_the_catalogue_is_asked_without_a_statement(warehouse: Warehouse) -> None:
    sales(warehouse)
    declared = "{relation: orders, columns: {id: int, ts: timestamptz}}"
    checks = "required_columns: {critical: '> 0'}\ncolumn_types: {critical: '> 0'}"
    done = warehouse.run(config_of(checks, orders=declared))
    assert done.statements == 0
    assert set(outcomes(done).values()) == {"PASS"}


def test_comparing_two_sides_with_the_same_parameters_is_one_statement(
    warehouse: Warehouse,
) -> None:
    """Beside it there is one for what the other side has alone, as both have a time."""
    sales(warehouse)
    three = "\n".join(
        f"{kind}: {{{AGAINST}, window: 7d, critical: '> 0'}}"
        for kind in ("reconciliation", "reconciliation_total", "incomparable")
    )
    done = warehouse.run(config_of(three, ITEMS))
    assert done.statements == 6, "two each for the rows without a time"
    assert set(outcomes(done).values()) == {"PASS"}
    other = three.replace("reconciliation_total: {", "reconciliation_total: {tolerance: 1, ")
    assert warehouse.run(config_of(other, ITEMS)).statements == 7


def test_equal_probes_run_once(warehouse: Warehouse) -> None:
    sales(warehouse)
    checks = "duplicates: {critical: '> 0'}\nduplicates: {name: twice, key: id, warning: '> 0'}"
    assert warehouse.run(config_of(checks)).statements == 1


def test_a_misspelt_column_costs_its_own_check_and_no_statement(warehouse: Warehouse) -> None:
    sales(warehouse)
    wrong = "completeness: {name: wrong, column: revenu, critical: '> 5%'}"
    done = warehouse.run(config_of(f"{SCANS}\n{wrong}"))
    assert done.statements == 2
    said = outcomes(done)
    assert said.pop("wrong") == "UNKNOWN"
    assert set(said.values()) == {"PASS"}
    verdict = done.results[CheckId("orders", "wrong")].worst
    assert verdict.reason is Reason.MISSING_COLUMN
    assert "column revenu of orders does not exist; did you mean revenue?" in verdict.text


@pytest.mark.parametrize(
    "wrong",
    [
        "negative_revenue: {name: wrong, column: state, critical: '> 0'}",
        "completeness: {name: wrong, column: id, where: state > 5, critical: '> 5%'}",
        "completeness: {name: wrong, column: id, where: id / 0 = 1, critical: '> 5%'}",
    ],
)
def test_an_error_in_a_shared_statement_costs_its_own_check(
    warehouse: Warehouse, wrong: str
) -> None:
    sales(warehouse)
    done = warehouse.run(config_of(f"{SCANS}\n{wrong}"))
    said = outcomes(done)
    assert said.pop("wrong") == "UNKNOWN"
    assert set(said.values()) == {"PASS"}
    expected = Reason.STATEMENT if "/ 0" in wrong else Reason.COLUMN_TYPE
    assert done.results[CheckId("orders", "wrong")].worst.reason is expected
    assert done.statements == 2 + len(done.results)


def test_a_dataset_that_is_gone_costs_itself(warehouse: Warehouse) -> None:
    sales(warehouse)
    others = {"gone": "{relation: gone, time: ts, checks: [{volume: {critical: '< 1'}}]}"}
    done = warehouse.run(config_of(SCANS, others))
    assert done.results[CheckId("gone", "volume")].worst.reason is Reason.MISSING_RELATION
    mine = [r.worst.outcome.shown for check, r in done.results.items() if check.dataset == "orders"]
    assert set(mine) == {"PASS"}


def test_a_time_column_that_is_gone_costs_the_checks_by_day_alone(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("ALTER TABLE orders RENAME ts TO created_at")
    whole = "completeness: {name: all, column: revenue, window: all, critical: '> 5%'}"
    done = warehouse.run(config_of(f"{SCANS}{LOOKUPS}{whole}", more=METRICS))
    said = outcomes(done)
    assert said.pop("all") == "PASS"
    assert set(said.values()) == {"UNKNOWN"}
    reasons = {result.worst.reason for result in done.results.values()}
    assert reasons == {None, Reason.MISSING_COLUMN}
    assert done.statements == 1
