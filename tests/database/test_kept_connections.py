"""A connection that has ended its pass well serves the next one, and brings nothing along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.conftest import execute
from tests.support.serving import wait_for
from tests.support.warehouses import NOON, outcomes

TABLES = "CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)"
CONFIG = """
warehouse: {dsn_file: dsn, connections: 2, connections_per_pass: 1}
datasets: {orders: {relation: orders, checks: [volume: {critical: '< 1'}]}}
queries: [{name: who, sql: "SELECT 1", critical: '< 0'}]
"""
OURS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE application_name = 'warehouse-exporter' AND pid <> pg_backend_pid()"
)
KEPT = 600.0


def config_at(dsn: str, folder: Path) -> Config:
    """The config of these tests, with its DSN in a file."""
    (folder / "dsn").write_text(dsn)
    return parse(CONFIG, str(folder / "test.yml"), {})


@pytest.fixture
def shop(database: str) -> str:
    """One table of one row."""
    execute(database, TABLES)
    return database


@pytest.fixture
def keeping(shop: str, tmp_path: Path) -> Iterator[Connector]:
    """An engine that keeps its connections."""
    engine = Connector(config_at(shop, tmp_path).warehouse)
    engine.keep_connections(KEPT)
    yield engine
    engine.stop()


def pids(dsn: str) -> list[int]:
    """The backends that serve us."""
    return [row[0] for row in execute(dsn, OURS) or []]


def passed(config: Config, engine: Connector) -> dict[str, str]:
    """What a pass says of each check."""
    return outcomes(run_pass(config, engine, NOON))


FINE = {"volume": "PASS", "who": "PASS"}


def test_the_next_pass_has_the_same_connection(
    shop: str, tmp_path: Path, keeping: Connector
) -> None:
    config = config_at(shop, tmp_path)
    assert passed(config, keeping) == FINE
    before = pids(shop)
    assert len(before) == 1
    assert passed(config, keeping) == FINE
    assert pids(shop) == before
    keeping.stop()
    wait_for(lambda: not pids(shop))


def test_one_that_nobody_uses_ends(shop: str, tmp_path: Path, keeping: Connector) -> None:
    keeping.keep_connections(0.01)
    assert passed(config_at(shop, tmp_path), keeping) == FINE
    wait_for(lambda: not pids(shop))
    assert passed(config_at(shop, tmp_path), keeping) == FINE


def test_an_engine_of_a_gate_keeps_none(shop: str, tmp_path: Path) -> None:
    config = config_at(shop, tmp_path)
    assert passed(config, Connector(config.warehouse)) == FINE
    assert pids(shop) == []


def test_one_that_has_died_is_replaced(shop: str, tmp_path: Path, keeping: Connector) -> None:
    config = config_at(shop, tmp_path)
    passed(config, keeping)
    (before,) = pids(shop)
    execute(shop, f"SELECT pg_terminate_backend({before}, 10000)")
    assert passed(config, keeping) == FINE
    assert pids(shop) != [before]


def test_another_dsn_is_another_connection(shop: str, tmp_path: Path, keeping: Connector) -> None:
    passed(config_at(shop, tmp_path), keeping)
    before = pids(shop)
    assert passed(config_at(f"{shop}?options=-c%20geqo%3Doff", tmp_path), keeping) == FINE
    wait_for(lambda: len(pids(shop)) == 1)
    assert pids(shop) != before


HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


def test_what_a_pass_has_left_in_its_session_is_thrown_away(shop: str, keeping: Connector) -> None:
    with keeping.snapshot() as session:
        assert session.relations([]) == {}
        session.rows("SELECT pg_advisory_lock(7)::text AS n")
    assert len(pids(shop)) == 1
    assert execute(shop, HELD) == [(0,)]
