"""The plan in words: every statement of a pass, and whom it serves."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Unreachable, UsageError
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.explain import explain_plan, lacking
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.conftest import execute
from tests.support import shop_warehouse
from tests.support.serving import free_port
from tests.support.warehouses import NOON, config_of

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, client text);
CREATE TABLE visits (id int, at text);
CREATE TABLE locked (id int, ts timestamptz);
"""
CHECKS = """
volume: {critical: '< 5'}
completeness: {column: client, critical: '> 5%'}
completeness: {column: revenue, critical: '> 5%'}
volume: {name: week, window: 7d, critical: '< 5'}
duplicates: {critical: '> 0'}
freshness: {critical: '> 24h'}
required_columns: {critical: '> 0'}
completeness: {column: gone, critical: '> 5%'}
"""
DECLARED = "{relation: orders, time: ts, key: id, columns: [id, ts]}"
OTHERS = {
    "visits": "{relation: visits, time: at, checks: [volume: {critical: '< 5'}]}",
    "missing": "{relation: nothing, time: ts, checks: [volume: {critical: '< 5'}]}",
}


@pytest.fixture
def config(database: str) -> Config:
    """A config over three datasets, one of which does not exist."""
    execute(database, TABLES)
    text = config_of(CHECKS, OTHERS, orders=DECLARED)
    return parse(text, "test.yml", {"WAREHOUSE_DSN": database})


def parts(text: str) -> list[str]:
    """The statements with their comments, and the remarks about checks without one."""
    return [part.strip() for part in text.split("\n\n")[1:]]


def of(check: str, text: str) -> str:
    """The parts of the plan that are about a check."""
    found = [part for part in parts(text) if re.search(rf"{re.escape(check)}\b", part)]
    return "\n\n".join(found)


def test_a_statement_says_what_it_is_and_whom_it_serves(config: Config) -> None:
    text = explain_plan(config, NOON)
    fused = of("orders.volume", text)
    assert "-- orders: one scan" in fused
    assert "-- days: 2026-03-03 to 2026-03-09, 7 days" in fused
    assert "orders.completeness_client" in fused
    assert "orders.week" in fused
    assert fused.count("SELECT") >= 1
    assert "-- orders: single values" in of("orders.freshness", text)
    assert "-- orders: a statement of its own" in of("orders.duplicates", text)


def test_what_needs_no_statement_is_said_as_well(config: Config) -> None:
    text = explain_plan(config, NOON)
    assert of("orders.required_columns", text).endswith("the catalogue answers, no statement")
    assert "missing_column: column gone of orders" in of("orders.completeness_gone", text)
    assert "missing_relation: relation nothing does not exist" in of("missing.volume", text)


def test_every_check_is_there_and_the_first_line_counts(config: Config) -> None:
    text = explain_plan(config, NOON)
    statements = [part for part in parts(text) if part.endswith(";")]
    assert text.startswith(f"-- {len(statements)} statements for {len(config.checks)} checks\n")
    for check in config.checks:
        assert of(str(check.id), text)


def test_a_time_column_of_text_is_said_to_be_slow(config: Config) -> None:
    note = re.search("-- note: (.*)", of("visits.volume", explain_plan(config, NOON)))
    assert note is not None
    assert "text" in note.group(1)


def test_one_check_alone(config: Config) -> None:
    text = explain_plan(config, NOON, "orders.completeness_client")
    assert text.startswith("-- 2 statements for 1 check\n")
    assert "-- days: 2026-03-09\n" in text
    assert "revenue" not in text
    with pytest.raises(UsageError, match=r"there is no check 'x'; known: orders.volume"):
        explain_plan(config, NOON, "x")


def test_without_a_warehouse_there_is_no_plan() -> None:
    dsn = f"postgresql://127.0.0.1:{free_port()}/shop"
    nowhere = parse(config_of("volume: {critical: '< 5'}"), "test.yml", {"WAREHOUSE_DSN": dsn})
    with pytest.raises(Unreachable):
        explain_plan(nowhere, NOON)


def test_the_plan_of_the_shop_is_what_its_pass_runs(database: str) -> None:
    now = datetime.now(UTC)
    shop_warehouse.build(database, now)
    text = explain_plan(shop_warehouse.config(database), now)
    statements = [part for part in parts(text) if part.endswith(";")]
    for statement in statements:
        execute(database, f"EXPLAIN {re.sub('^--.*$', '', statement, flags=re.MULTILINE)}")
    done = shop_warehouse.run(database, now)
    assert done.statements == len(statements)
    assert not [r for r in done.results.values() if r.worst.outcome is Outcome.UNMEASURED]


STEADY = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, client text);
CREATE INDEX ON orders (ts); CREATE INDEX ON orders (id);
INSERT INTO orders SELECT n, '2026-03-10'::timestamptz - n * interval '1 hour', n, 'c'
FROM generate_series(1, 2000) AS n;
ANALYZE orders
"""
BIG = "volume: {name: ever, window: all, critical: '< 5'}"
SCANS = f"volume: {{window: 7d, critical: '< 5'}}\n{BIG}\nduplicates: {{critical: '> 0'}}"
COST = r"-- cost: [\d,]+ in the planner's units"


@pytest.fixture
def indexed(database: str) -> str:
    """A database with orders of 83 days and the indexes that tell open days apart."""
    execute(database, STEADY)
    return database


def planned(
    dsn: str, checks: str = SCANS, more: str = "", *, steady: bool = False, costs: bool = False
) -> str:
    """The plan as a command shows it."""
    config = parse(config_of(checks, more=more), "test.yml", {"WAREHOUSE_DSN": dsn})
    return explain_plan(config, NOON, steady=steady, costs=costs)


def test_a_steady_pass_reads_open_days_alone(indexed: str) -> None:
    first, steady = planned(indexed), planned(indexed, steady=True)
    assert "-- days: 2026-03-03 to 2026-03-09, 7 days" in first
    assert "2026-03-08 00" not in steady
    assert "-- days: 2026-03-09\n-- for: orders.volume" in steady
    assert "-- orders: one scan of the whole table\n-- for: orders.ever" in first
    assert "-- orders: one scan of the open days\n-- for: orders.ever" in steady
    assert "of all closed days" not in first + steady
    assert "CROSS JOIN LATERAL" in of("orders.duplicates", steady), "each key by its index"


def test_a_steady_plan_is_what_a_later_pass_runs(indexed: str) -> None:
    config = parse(config_of(SCANS), "test.yml", {"WAREHOUSE_DSN": indexed})
    kept, connector = ClosedDaysCache(), Connector(config.warehouse)
    run_pass(config, connector, NOON, kept=kept)
    later = run_pass(config, connector, NOON, kept=kept)
    text = explain_plan(config, NOON, steady=True)
    assert text.startswith(f"-- {later.statements} statements for 3 checks\n")


def test_the_planner_says_what_a_statement_costs_and_how_it_reads(indexed: str) -> None:
    first, steady = planned(indexed, costs=True), planned(indexed, steady=True, costs=True)
    assert "-- cost" not in planned(indexed)
    for text in (first, steady):
        for part in (part for part in parts(text) if part.endswith(";")):
            assert re.search(rf"^{COST}$", part, re.MULTILINE), part
    assert re.search(
        rf"-- for: orders.ever\n{COST}\n--   Seq Scan on orders, about 2,000 rows\nSELECT", first
    )
    assert re.search(r"--   (Bitmap Heap|Index.*) Scan on orders, about \d+ rows\n", steady)


def test_a_cost_that_cannot_be_told_is_unknown_and_says_why(indexed: str) -> None:
    own = "queries: [{name: own, sql: 'select count(*) from secret', critical: '> 0'}]"
    execute(
        indexed,
        "CREATE TABLE secret (a int); DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN;"
        "GRANT SELECT ON orders TO guest",
    )
    try:
        guest = indexed.replace("postgres@", "guest@")
        text = planned(guest, more=own, costs=True)
        assert "-- cost: unknown (permission denied for table secret (42501))\nselect" in of(
            "queries.own", text
        )
        assert re.search(COST, of("orders.duplicates", text)), "the others have theirs"
    finally:
        execute(indexed, "DROP OWNED BY guest; DROP ROLE guest")


def test_a_crafted_query_is_one_statement_to_the_planner_too(indexed: str) -> None:
    crafted = "select date_part(''a from b); commit; create table got (); select (1'', now_) as v"
    own = f"queries: [{{name: own, sql: '{crafted} from o', critical: '> 0'}}]"
    execute(indexed, "CREATE VIEW o AS SELECT timestamptz '2026-03-01' AS now_")
    assert re.search(COST, planned(indexed, more=own, costs=True))
    execute(indexed, "CREATE TABLE got ()")


def test_nothing_is_run_to_tell_a_cost(indexed: str) -> None:
    execute(indexed, "CREATE SEQUENCE ran; CREATE VIEW once AS SELECT nextval('ran') AS n")
    own = "queries: [{name: own, sql: 'select n from once', critical: '> 0'}]"
    assert re.search(COST, planned(indexed, more=own, costs=True))
    assert execute(indexed, "SELECT is_called FROM ran") == [(False,)]


def test_a_relation_that_is_missing_is_named_with_the_one_that_may_be_meant(database: str) -> None:
    execute(database, f"{TABLES}; CREATE SCHEMA mart; CREATE VIEW mart.visits_daily AS SELECT 1 x;")
    written = {
        "public.order": "public.orders",
        "visits_daily": "mart.visits_daily",
        "mart.visit_daily": "mart.visits_daily",
        "mart.Orders": "public.orders",
        "mart.refunds": "",
    }
    others = {
        f"d{n}": f"{{relation: {name}, checks: [volume: {{critical: '< 5'}}]}}"
        for n, name in enumerate(written)
    }
    loaded = parse(config_of("", others), "test.yml", {"WAREHOUSE_DSN": database})
    lines, _ = lacking(loaded, NOON)
    hints = [f"; did you mean {meant}?" if meant else "" for meant in written.values()]
    assert lines == [
        f"d{n}.volume: relation {name} does not exist{hint}"
        for n, (name, hint) in enumerate(zip(written, hints, strict=True))
    ]
