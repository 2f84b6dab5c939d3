"""An empty database of a Citus cluster, which somebody else runs: `CITUS_DSN` names it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import execute
from tests.support.warehouses import Warehouse

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "citus.md"
SCHEMAS = "DROP SCHEMA IF EXISTS analytics, demo CASCADE"
TABLES = """
SELECT string_agg(format('%I.%I', schemaname, relname), ', ') FROM pg_stat_user_tables
WHERE schemaname !~ '^(columnar|citus)'
"""
NODES = "SELECT count(*) FROM pg_dist_node WHERE isactive AND shouldhaveshards"


@pytest.fixture
def citus() -> Iterator[Warehouse]:
    """The database, on a cluster in which at least two nodes have shards; it is left empty."""
    dsn = os.environ.get("CITUS_DSN")
    if not dsn:
        pytest.skip("CITUS_DSN is not set: it names an empty database on a Citus coordinator")
    ((there,),) = execute(dsn, TABLES)
    assert there is None, f"CITUS_DSN must name an empty database, but it has {there}"
    ((nodes,),) = execute(dsn, NODES)
    assert nodes >= 2, f"{nodes} node of the cluster has shards: at least two are needed"
    yield Warehouse(dsn)
    execute(dsn, SCHEMAS)
    ((left,),) = execute(dsn, TABLES)
    if left is not None:
        execute(dsn, f"DROP TABLE {left} CASCADE")


def distribute(warehouse: Warehouse, statements: str) -> None:
    """Distribute tables, each statement in a transaction of its own."""
    for statement in statements.split(";"):
        if statement.strip():
            warehouse.sql(statement)


def as_the_page_does() -> str:
    """The SQL by which docs/how-to/citus.md distributes the sample shop."""
    (block,) = re.findall("```sql\n(SELECT create_.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(block)
