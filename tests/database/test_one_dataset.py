"""A failed statement is not a lost warehouse: it costs one dataset, and the others are judged."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from warehouse_exporter.cli.exit_codes import Exit, exit_code
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import Pass
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.engines.postgres.session import Session
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.planner import make_plan

from tests.conftest import execute
from tests.database.test_passes import OURS, by_name, reasons
from tests.support.warehouses import NOON, ORDERS, Warehouse, config_of

SETUP = """
CREATE TABLE orders (id int PRIMARY KEY, ts timestamptz, revenue numeric, customer_id int);
INSERT INTO orders SELECT g, '2026-03-09 10:00+00', CASE WHEN g = 5 THEN -1 ELSE 10 END, g
  FROM generate_series(1, 50) g;
CREATE TABLE other.orders (id int);
CREATE FUNCTION failing(state text) RETURNS int LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'host=10.0.0.1 user=x' USING ERRCODE = state; END $$;
"""
CHECKS = """
volume: {critical: '< 1'}
negative_revenue: {critical: '> 0', window: all}
"""
FAILING = {
    "08001": Reason.CONNECTION,
    "08006": Reason.CONNECTION,
    "HV00N": Reason.CONNECTION,
    "53200": Reason.STATEMENT,
    "53100": Reason.STATEMENT,
    "58030": Reason.STATEMENT,
    "57P01": Reason.STATEMENT,
    "XX001": Reason.STATEMENT,
    "22021": Reason.STATEMENT,
}


@pytest.fixture
def shop(database: str) -> str:
    """Fifty orders, one of them negative."""
    execute(database, f"CREATE SCHEMA other; {SETUP}")
    return database


def judged(dsn: str, datasets: dict[str, str]) -> Pass:
    """A pass over the orders and some datasets more."""
    return Warehouse(dsn).run(config_of(CHECKS, datasets, orders=ORDERS))


@pytest.mark.parametrize("state", FAILING)
def test_a_statement_that_fails_costs_its_dataset(shop: str, state: str) -> None:
    execute(shop, f"CREATE VIEW customers AS SELECT failing('{state}') AS customer_id")
    done = judged(shop, {"customers": "{relation: customers, checks: [volume: {critical: '< 1'}]}"})
    assert done.up
    assert reasons(done) == {"customers.volume": FAILING[state]}
    text = by_name(done)["orders.negative_revenue"].worst.text
    assert text.startswith("1 of 50 rows with negative revenue")
    assert "10.0.0.1" not in by_name(done)["customers.volume"].worst.text


def test_the_gate_still_stops_at_what_is_critical(shop: str) -> None:
    execute(shop, "CREATE VIEW customers AS SELECT failing('08001') AS customer_id")
    text = config_of(
        CHECKS,
        {"customers": "{relation: customers, checks: [volume: {critical: '< 1'}]}"},
        orders=ORDERS,
    )
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": shop})
    done = run_pass(config, Connector(config.warehouse), NOON)
    assert exit_code(done, config) is Exit.CRITICAL


def test_a_name_that_is_no_text_costs_its_dataset(postgres: Any, shop: str) -> None:
    """In a database without an encoding, the name of a column may be any bytes."""
    execute(
        postgres.dsn, "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
    )
    dsn = shop.rpartition("/")[0] + "/bytes"
    try:
        execute(dsn, f"CREATE SCHEMA other; {SETUP}")
        execute(
            dsn, r"SET client_encoding = 'SQL_ASCII'; SET search_path = other;"
            r"DO $$ BEGIN EXECUTE format('CREATE TABLE customers (%I int)', "
            r"convert_from('\xe974e9'::bytea, 'SQL_ASCII')); END $$"
        )  # fmt: skip
        done = judged(
            dsn,
            {"customers": "{relation: other.customers, checks: [volume: {critical: '< 1'}]}"},
        )
    finally:
        execute(postgres.dsn, "DROP DATABASE bytes WITH (FORCE)")
    assert done.up
    assert reasons(done) == {"customers.volume": Reason.STATEMENT}
    text = by_name(done)["customers.volume"].worst.text
    said = "the catalogue cannot be read: a text is not in the encoding of the database"
    assert text == f"{said} (22021) (statement)"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What is asked of the catalogue, with its values."""
    asked: list[tuple[str, Any]] = []
    original = Session._asked

    def noted(self: Session, sql: str, values: Any) -> list[tuple[Any, ...]]:
        rows = original(self, sql, values)
        asked.append((sql, (values, rows)))
        return rows

    monkeypatch.setattr(Session, "_asked", noted)
    return asked


MANY = "".join(
    f"CREATE SCHEMA s{n}; CREATE TABLE s{n}.orders (id int, a int, b int);" for n in range(20)
)


def test_the_catalogue_is_asked_for_what_is_due_and_in_its_schema(
    shop: str, sent: list[tuple[str, Any]]
) -> None:
    execute(shop, MANY + "CREATE TABLE customers (customer_id int)")
    orphans = "orphans: {column: customer_id, references: {dataset: customers,"
    config = parse(
        config_of(
            f"volume: {{critical: '< 1'}}\n{orphans} column: customer_id}}, warning: '> 0'}}",
            {
                "customers": "{relation: public.customers, checks: [volume: {critical: '< 1'}]}",
                **{f"s{n}": f"{{relation: s{n}.orders}}" for n in range(20)},
            },
            orders=ORDERS,
        ),
        "test.yml",
        {"WAREHOUSE_DSN": shop},
    )
    run_pass(config, Connector(config.warehouse), NOON, frozenset({"orders"}))
    (_, (values, rows)) = sent[-1]
    assert sorted(zip(values["schemas"], values["relations"], strict=True)) == [
        ("pg_catalog", "orders"), ("public", "customers"), ("public", "orders"),
    ]  # fmt: skip
    assert len(rows) == 5, "a row per column of the two tables that are read"
    assert len(sent) == 1, "the catalogue is asked once"


def test_each_dataset_alone_says_what_it_says_among_all(shop: str) -> None:
    execute(shop, "CREATE TABLE customers AS SELECT id AS customer_id FROM orders WHERE id < 40")
    text = config_of(
        "volume: {critical: '< 1'}\norphans: {column: customer_id, references: {dataset:"
        " customers, column: customer_id}, warning: '> 0', window: all}",
        {"customers": "{relation: customers, checks: [volume: {critical: '< 1'}]}"},
        orders=ORDERS,
        more="metrics:\n  sold: {dataset: orders, count: '*'}\n"
        "  known: {dataset: orders, count: customer_id}\n  share: {ratio: [known, sold]}\n"
        "anomalies:\n  - {metrics: [share], method: change, days: 7, warning: {change: '10%'}}\n",
    )
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": shop})
    whole = run_pass(config, Connector(config.warehouse), NOON)
    for dataset in whole.datasets:
        alone = run_pass(config, Connector(config.warehouse), NOON, frozenset({dataset}))
        for check, result in alone.results.items():
            assert result.worst.text == whole.results[check].worst.text


def test_a_relation_without_schema_is_the_first_of_the_path(shop: str) -> None:
    execute(
        shop,
        "CREATE SEQUENCE other.customers; CREATE TABLE customers (id int);"
        f"ALTER DATABASE {shop.rpartition('/')[2]} SET search_path = other, public",
    )
    execute(shop, "INSERT INTO other.orders VALUES (1)")
    config = parse(config_of(), "test.yml", {"WAREHOUSE_DSN": shop})
    with Connector(config.warehouse).snapshot() as session:
        found = session.relations([("orders",), ("public", "orders"), ("customers",), ("nobody",)])
        assert list(found["orders",].columns) == ["id"]
        assert "revenue" in found["public", "orders"].columns
        assert ("customers",) not in found, "a sequence hides the table behind it, as in SQL"
        assert ("nobody",) not in found


def test_a_plan_that_takes_longer_than_the_pass_may_is_carried_out(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = config_of(CHECKS, orders=ORDERS).replace("timezone", "pass_timeout: 1s, timezone")
    config = parse(text, "test.yml", {"WAREHOUSE_DSN": shop})
    pause = threading.Event()
    idle = f"SELECT now() - state_change > interval '1.2 s' {OURS} AND state LIKE 'idle in%'"

    def slowly(*arguments: Any) -> Any:
        for _ in range(1000):
            if execute(shop, idle) in ([(True,)], []):
                break
            pause.wait(0.02)
        return make_plan(*arguments)

    monkeypatch.setattr("warehouse_exporter.passes.reader.make_plan", slowly)
    done = run_pass(config, Connector(config.warehouse), NOON)
    assert (done.up, reasons(done)) == (True, {})
