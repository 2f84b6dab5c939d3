"""One expensive check costs itself: its time is bounded, and the others are judged without it."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import CheckId, Pass, Verdict
from warehouse_exporter.passes.explain import explain_plan

from tests.support.warehouses import NOON, Warehouse, config_of, outcomes

SLOW = """
CREATE FUNCTION slowly(id int) RETURNS text STABLE LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_sleep(60); RETURN '{}'; END $$;
CREATE TABLE sold (id int, ts timestamptz, revenue numeric);
INSERT INTO sold SELECT n, '2026-03-09 01:00+00', CASE n WHEN 7 THEN -1 ELSE n END
FROM generate_series(1, 9) AS n;
CREATE VIEW orders AS SELECT id, ts, revenue, slowly(id) AS document FROM sold
"""
"""Whoever reads `document` waits for ever, and nobody else."""
CHEAP = """
volume: {critical: '< 1'}
negative_revenue: {critical: '> 0'}
completeness: {column: revenue, warning: '> 5%'}
"""
SAID = {"volume": "PASS", "negative_revenue": "FAIL", "completeness_revenue": "PASS"}
EXPENSIVE = "completeness: {name: expensive, column: document, SEVERITY: '> 5%'}"


def run(warehouse: Warehouse, checks: str, limits: str) -> Pass:
    """One pass with these limits of time, on one connection."""
    text = config_of(checks).replace("timezone: UTC", f"connections_per_pass: 1, {limits}")
    return warehouse.run(text)


def expensive(done: Pass, name: str = "expensive") -> Verdict:
    """What is said of the expensive check."""
    return done.results[CheckId("orders", name)].worst


@pytest.mark.parametrize("severity", ["warning", "critical"])
def test_a_time_out_costs_the_check_that_takes_too_long(
    warehouse: Warehouse, severity: str
) -> None:
    """Whatever its severity, and although it comes first."""
    warehouse.sql(SLOW)
    checks = EXPENSIVE.replace("SEVERITY", severity) + CHEAP
    done = run(warehouse, checks, "statement_timeout: 4s")
    said = outcomes(done)
    assert said.pop("expensive") == "UNKNOWN"
    assert said == SAID
    assert expensive(done).reason is Reason.TIMEOUT
    assert done.failures[Reason.TIMEOUT] == 3, "with all others, with those of its severity, alone"


def test_an_error_beside_a_time_out_costs_its_own_check(warehouse: Warehouse) -> None:
    warehouse.sql(SLOW)
    checks = EXPENSIVE.replace("SEVERITY", "warning") + CHEAP
    checks += "completeness: {name: broken, column: id, where: id / 0 = 1, critical: '> 5%'}"
    done = run(warehouse, checks, "statement_timeout: 4s")
    said = outcomes(done)
    assert (said.pop("expensive"), said.pop("broken")) == ("UNKNOWN", "UNKNOWN")
    assert said == SAID
    assert expensive(done).reason is Reason.TIMEOUT
    assert expensive(done, "broken").reason is Reason.STATEMENT


def test_what_is_known_to_cost_much_is_asked_by_itself_and_last(warehouse: Warehouse) -> None:
    warehouse.sql(SLOW)
    checks = f"json_completeness: {{column: document, path: [a], critical: '> 0'}}{CHEAP}"
    done = run(warehouse, checks, "statement_timeout: 50s, pass_timeout: 8s")
    said = outcomes(done)
    assert said.pop("json_completeness_document_a") == "UNKNOWN"
    assert said == SAID
    verdict = expensive(done, "json_completeness_document_a")
    assert verdict.reason is Reason.TIMEOUT
    assert "more would be at the cost of other checks" in verdict.text


def plan(warehouse: Warehouse, checks: str) -> list[str]:
    """The SQL of a pass, statement by statement."""
    config = parse(config_of(checks), "test.yml", {"WAREHOUSE_DSN": warehouse.dsn})
    return explain_plan(config, NOON).split(";\n")[:-1]


@pytest.mark.parametrize(("data_type", "statements"), [("jsonb", 1), ("json", 2), ("text", 2)])
def test_json_that_must_be_parsed_is_read_once_in_a_statement_of_its_own(
    warehouse: Warehouse, data_type: str, statements: int
) -> None:
    warehouse.sql(
        f"CREATE TABLE orders (id int, ts timestamptz, revenue int, document {data_type})"
    )
    path = "json_completeness: {column: document, path: [a, b], where: id > 0, critical: '> 0'}"
    made = [sql for sql in plan(warehouse, path + CHEAP) if "one scan, by day" in sql]
    assert len(made) == statements
    if data_type != "jsonb":
        assert made[-1].count("PG_INPUT_IS_VALID") == 1
        assert '"document"' not in made[0]


def test_what_can_be_critical_is_asked_first(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, revenue int)")
    checks = "duplicates: {warning: '> 0'}\nvolume: {warning: '< 1'}"
    first = "completeness: {column: revenue, window: all, critical: '> 0'}"
    made = plan(warehouse, f"{checks}\n{first}")
    assert "completeness_revenue" in made[0]
    assert "duplicates" not in made[0]
