"""Checks become as few statements as they can, and every one of them runs on a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.session import Session
from warehouse_exporter.passes.explain import described
from warehouse_exporter.passes.reader import make_views
from warehouse_exporter.plan.fusion import Statement
from warehouse_exporter.plan.planner import Plan, make_plan

from tests.conftest import execute

GOLDEN = Path(__file__).parents[1] / "golden"
AS_OF = datetime(2026, 3, 31, 12, tzinfo=UTC)
"""Two days after clocks went forward in Berlin; the expected day is the 30th."""
SLOW = "slower: the time column is text, parsed in every row of the table"
TABLES = """
CREATE SCHEMA shop;
CREATE TABLE shop."Orders" (order_id text, order_ts timestamptz, client_id text,
                            event_name text, revenue numeric);
CREATE INDEX ON shop."Orders" (order_ts);
CREATE TABLE shop.items (order_id text, day date, quantity int, price numeric);
CREATE TABLE shop.events (at text);
"""


def config_for(dsn: str) -> Config:
    """The config of the golden plan."""
    return parse((GOLDEN / "plan.yml").read_text(), "plan.yml", {"WAREHOUSE_DSN": dsn})


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A snapshot of a shop without rows."""
    execute(database, TABLES)
    with Connector(config_for(database).warehouse).snapshot() as opened:
        yield opened


@pytest.fixture
def plan(database: str, session: Session) -> Plan:
    """The plan for all its checks."""
    config = config_for(database)
    relations = session.relations([dataset.relation for dataset in config.datasets.values()])
    return make_plan(config.checks, make_views(config, relations, AS_OF))


def statements(plan: Plan, dataset: str, shape: str) -> list[Statement]:
    """The statements of a dataset of one shape."""
    return [s for s in plan.statements if (s.dataset, s.shape) == (dataset, shape)]


def test_the_plan_is_the_golden_one(plan: Plan) -> None:
    """With UPDATE_GOLDEN=1 in the environment, the plan of now becomes the golden one."""
    golden = GOLDEN / "plan.sql"
    text = "\n".join(described(statement) for statement in plan.statements)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_every_statement_runs(plan: Plan, session: Session) -> None:
    for statement in plan.statements:
        rows = session.rows(statement.sql)
        if statement.shape in ("table", "lookup"):
            assert len(rows) == 1


def test_a_day_is_read_once_and_for_no_more_than_its_checks_ask(plan: Plan) -> None:
    expected, earlier = statements(plan, "orders", "days")
    assert earlier.days == (date(2026, 3, 28), date(2026, 3, 29))
    assert {check.name for check in earlier.checks} == {
        "completeness_revenue", "metric_orders", "metric_revenue", "metric_aov", "zscore_aov",
    }  # fmt: skip
    assert expected.days == (date(2026, 3, 30),)
    assert {check.name for check in expected.checks} == {
        "volume", "completeness_client_id", "completeness_revenue", "metric_orders",
        "metric_revenue", "metric_aov", "zscore_aov",
    }  # fmt: skip
    (table,) = statements(plan, "orders", "table")
    assert [check.name for check in table.checks] == ["ever"]
    assert len(statements(plan, "orders", "lookup")) == 1


def test_equal_aggregates_are_computed_once(plan: Plan) -> None:
    days, _ = statements(plan, "orders", "days")
    assert days.sql.count('SUM("revenue")') == 1
    places = {slot.asked.check.name: slot.places for slot in days.slots}
    assert places["metric_orders"] == places["volume"]


def test_a_pattern_is_matched_on_rows_that_fail_alone(database: str, session: Session) -> None:
    """Postgres evaluates the conditions of a FILTER from left to right; a pattern is dear."""
    listed = "accepted_values: {column: event_name, values: [view], critical: '> 0'}"
    orders = f"{{relation: shop.Orders, time: order_ts, checks: [{listed}]}}"
    written = f"warehouse: {{dsn: '{database}'}}\ndatasets: {{orders: {orders}}}"
    config = parse(written, "w.yml", {})
    relations = session.relations([dataset.relation for dataset in config.datasets.values()])
    found = make_plan(config.checks, make_views(config, relations, AS_OF))
    parts = [part for each in found.statements for part in each.sql.split("FILTER")]
    (filtered,) = [part for part in parts if " ~ " in part]
    assert filtered.index("'view'") < filtered.index(" ~ ")


def test_equal_probes_run_once(plan: Plan) -> None:
    (probe,) = statements(plan, "orders", "probe")
    assert probe.checks == (CheckId("orders", "duplicates"), CheckId("orders", "again"))


def test_an_indexed_time_is_read_by_ranges_with_the_bounds_of_its_zone(plan: Plan) -> None:
    _, days = statements(plan, "orders", "days")
    assert "CROSS JOIN LATERAL" in days.sql
    assert "2026-03-28 23:00:00+00:00" in days.sql
    assert "2026-03-29 22:00:00+00:00" in days.sql
    assert not days.note


def test_a_time_without_an_index_is_grouped_and_says_so(plan: Plan) -> None:
    (days,) = statements(plan, "items", "days")
    assert "width_bucket" in days.sql
    assert days.note == "no index on the time column: the whole table is read"


def test_a_time_that_is_text_says_that_it_is_slower(plan: Plan) -> None:
    slow = statements(plan, "events", "days") + statements(plan, "events", "lookup")
    assert [statement.shape for statement in slow] == ["days", "lookup"]
    for statement in slow:
        assert statement.note == SLOW
    (quick,) = statements(plan, "orders", "lookup")
    assert not quick.note


def test_a_missing_column_costs_its_own_check(plan: Plan) -> None:
    (missing,) = plan.unmeasured.items()
    check, error = missing
    assert check == CheckId("orders", "gone")
    assert isinstance(error, Unmeasured)
    assert error.reason == Reason.MISSING_COLUMN
    assert "did you mean client_id?" in error.detail


def test_what_the_catalogue_answers_needs_no_statement(plan: Plan) -> None:
    assert not [s for s in plan.statements if CheckId("orders", "required_columns") in s.checks]


def test_a_statement_is_no_wider_than_postgres_takes(database: str, session: Session) -> None:
    """At most 1,664 columns: what is more goes into the next statement, not check by check."""
    checks = ", ".join(
        f"{{negative_revenue: {{name: n{n}, column: price, where: price > {n}, critical: '> 0'}}}}"
        for n in range(1000)
    )
    text = f"warehouse: {{dsn: '{database}'}}\ndatasets:\n"
    text += f"  items: {{relation: shop.items, time: day, checks: [{checks}]}}"
    config = parse(text, "wide.yml", {})
    targets = make_views(config, session.relations([("shop", "items")]), AS_OF)
    found = make_plan(config.checks, targets).statements
    assert len(found) == 4
    assert len({check for statement in found for check in statement.checks}) == 1000
    for statement in found:
        assert len(session.rows(statement.sql)) == 1 + statement.untimed
