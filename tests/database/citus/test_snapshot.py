"""What holds of the instant of a pass on a Citus cluster, and what does not."""

from __future__ import annotations

import pytest

from tests.database.citus.conftest import distribute
from tests.database.test_warehouse import session_on
from tests.support.warehouses import Warehouse

FEW = 1_000
TABLES = f"""
CREATE TABLE orders (id int); CREATE TABLE items (order_id int);
INSERT INTO orders SELECT generate_series(1, {FEW}); INSERT INTO items SELECT id FROM orders
"""
APART = """
SELECT create_distributed_table('orders', 'id');
SELECT create_distributed_table('items', 'order_id', colocate_with => 'orders')
"""
LOAD = (
    f"BEGIN; INSERT INTO orders SELECT n FROM generate_series({FEW + 1}, {2 * FEW}) AS n;"
    f"INSERT INTO items SELECT n FROM generate_series({FEW + 1}, {2 * FEW}) AS n; COMMIT"
)
BOTH = "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM items) AS items"
ONE_NODE = "SELECT count(*) AS n FROM orders WHERE id = 1"


@pytest.fixture
def cluster(citus: Warehouse) -> Warehouse:
    """Orders and their items, which lie together."""
    citus.sql(TABLES)
    distribute(citus, APART)
    return citus


def test_nodes_that_are_read_later_show_a_later_instant(cluster: Warehouse) -> None:
    with session_on(cluster.dsn) as session:
        session.rows(ONE_NODE)
        cluster.sql(LOAD)
        (torn,) = session.rows(BOTH)
    seen = torn["orders"]
    assert isinstance(seen, int)
    assert FEW < seen < 2 * FEW, "neither before nor after the load"
    assert torn["items"] == seen, "what lies together is of one instant"


def test_each_node_shows_one_instant_for_all_of_a_pass(cluster: Warehouse) -> None:
    with session_on(cluster.dsn) as session:
        before = session.rows(BOTH)
        cluster.sql(LOAD)
        assert [session.rows(BOTH) for _ in range(3)] == [before] * 3
    assert before == [{"orders": FEW, "items": FEW}]


def test_a_truncation_under_a_pass_is_told(cluster: Warehouse) -> None:
    with session_on(cluster.dsn) as session:
        session.rows("SELECT 1 AS n")
        cluster.sql("TRUNCATE orders")
        session.rows(BOTH)
        assert "public.orders" in {one.name for one in session.rewritten()}


def test_no_other_connection_shares_the_snapshot(cluster: Warehouse) -> None:
    with session_on(cluster.dsn) as session:
        assert session.export() is None
        session.rows(BOTH)


def test_the_settings_of_a_pass_hold_on_every_node(cluster: Warehouse) -> None:
    """Else a node with another time zone reads other days out of text."""
    names = ("row_security", "timezone", "statement_timeout")
    shown = " || ' ' || ".join(f"current_setting('{name}')" for name in names)
    with session_on(cluster.dsn) as session:
        (here,) = session.rows(f"SELECT {shown} AS s")
        # With a column of the table, each node works it out; alone, the coordinator would.
        rows = session.rows(f"SELECT DISTINCT {shown} || left(id::text, 0) AS s FROM orders")
    assert rows == [here]
    assert str(here["s"]).startswith("off UTC")
