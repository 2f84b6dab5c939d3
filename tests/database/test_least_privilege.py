"""The role of the documentation: its SQL is run as it stands there, and then put to the test."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2 import errors
from warehouse_exporter.demo.postgres import Postgres

from tests.conftest import execute
from tests.database.test_security import blocks
from tests.support.warehouses import Warehouse, config_of, outcomes

BEFORE = """
CREATE SCHEMA analytics AUTHORIZATION etl; CREATE SCHEMA private;
CREATE TABLE private.payroll (id int);
SET ROLE etl;
CREATE TABLE analytics.orders (id int, ts timestamptz, revenue numeric);
CREATE TABLE analytics.customers (customer_id int, created_at timestamptz, email text);
INSERT INTO analytics.orders VALUES (1, '2026-03-09 12:00+00', 5);
INSERT INTO analytics.customers VALUES (1, '2026-03-09 12:00+00', 'a@example.org');
"""
REBUILT = """
SET ROLE etl;
DROP TABLE analytics.orders;
CREATE TABLE analytics.orders AS
SELECT 2 AS id, timestamptz '2026-03-09 12:00+00' AS ts, 6 AS revenue;
"""
WRITES = (
    "INSERT INTO analytics.orders VALUES (2)",
    "UPDATE analytics.orders SET revenue = 0",
    "DELETE FROM analytics.orders",
    "TRUNCATE analytics.orders",
    "DROP TABLE analytics.orders",
    "ALTER TABLE analytics.orders ADD COLUMN x int",
    "CREATE TABLE analytics.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE TEMPORARY TABLE mine (x int)",
    "CREATE SCHEMA mine",
    "BEGIN; LOCK TABLE analytics.orders IN ACCESS EXCLUSIVE MODE",
    "CREATE ROLE mine",
    "SET ROLE etl",
)
READS = (
    "SELECT * FROM private.payroll",
    "SELECT email FROM analytics.customers",
    "SELECT * FROM analytics.customers",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_read_file('PG_VERSION')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
)


@pytest.fixture(scope="module")
def warehouse(postgres: Postgres) -> Iterator[Warehouse]:
    """A database in which the documented SQL was run, word for word, as its role sees it."""
    dsn = postgres.create_database("warehouse")
    execute(dsn, "CREATE ROLE etl")
    execute(dsn, BEFORE)
    for sql in blocks("sql"):
        execute(dsn, sql)
    yield Warehouse(dsn).as_role("warehouse_exporter")
    execute(dsn, "DROP OWNED BY warehouse_exporter, etl CASCADE")
    execute(postgres.dsn, "DROP DATABASE warehouse WITH (FORCE)")
    execute(postgres.dsn, "DROP ROLE warehouse_exporter; DROP ROLE etl")


def tried(warehouse: Warehouse, sql: str) -> None:
    """Run a statement in a session that switched its second lock off."""
    execute(f"{warehouse.dsn}?options=-cdefault_transaction_read_only%3Doff", sql)


WATCHED = config_of(
    "duplicates: {critical: '> 0'}",
    {
        "customers": "{relation: analytics.customers, time: created_at, key: customer_id, "
        "checks: [{duplicates: {name: twice, critical: '> 0'}}, "
        "{completeness: {column: email, critical: '> 0'}}]}"
    },
    orders="{relation: analytics.orders, time: ts, key: id}",
)


def test_the_role_of_the_documentation_can_do_the_work(warehouse: Warehouse) -> None:
    done = warehouse.run(WATCHED)
    assert outcomes(done) == {
        "duplicates": "PASS", "twice": "PASS", "completeness_email": "UNKNOWN",
    }  # fmt: skip
    (email,) = [r for check, r in done.results.items() if check.name == "completeness_email"]
    assert email.worst.reason == "permission"


@pytest.mark.parametrize("sql", [*WRITES, *READS])
def test_the_role_of_the_documentation_can_do_nothing_else(warehouse: Warehouse, sql: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        tried(warehouse, sql)


def test_its_sessions_begin_read_only_and_with_a_time_out(warehouse: Warehouse) -> None:
    assert execute(warehouse.dsn, "SHOW default_transaction_read_only") == [("on",)]
    assert execute(warehouse.dsn, "SHOW statement_timeout") == [("5min",)]


def test_a_table_that_is_built_anew_can_still_be_read(warehouse: Warehouse) -> None:
    execute(warehouse.as_role("postgres").dsn, REBUILT)
    assert execute(warehouse.dsn, "SELECT id FROM analytics.orders") == [(2,)]
    assert outcomes(warehouse.run(WATCHED))["duplicates"] == "PASS"


def test_a_grant_on_columns_is_lost_when_the_table_is_built_anew(warehouse: Warehouse) -> None:
    execute(
        warehouse.as_role("postgres").dsn,
        "SET ROLE etl; CREATE TABLE analytics.anew AS TABLE analytics.customers;"
        "DROP TABLE analytics.customers; ALTER TABLE analytics.anew RENAME TO customers",
    )
    assert execute(warehouse.dsn, "SELECT email FROM analytics.customers") == [("a@example.org",)]
    for sql in blocks("sql")[1:]:
        execute(warehouse.as_role("postgres").dsn, sql)
    with pytest.raises(errors.InsufficientPrivilege):
        tried(warehouse, "SELECT email FROM analytics.customers")


def test_as_many_connections_as_documented(warehouse: Warehouse) -> None:
    held = [psycopg2.connect(warehouse.dsn) for _ in range(10)]
    try:
        with pytest.raises(psycopg2.OperationalError, match="too many connections for role"):
            psycopg2.connect(warehouse.dsn)
    finally:
        for connection in held:
            connection.close()
