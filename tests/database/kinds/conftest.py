"""An empty warehouse for every test; one database serves them all, emptied in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from warehouse_exporter.demo.postgres import Postgres

from tests.conftest import execute
from tests.support.warehouses import RESET, Warehouse

DATABASE = "kinds"


@pytest.fixture(scope="session")
def kinds_dsn(postgres: Postgres) -> Iterator[str]:
    """The DSN of the database that the tests of kinds share."""
    yield postgres.create_database(DATABASE)
    execute(postgres.dsn, f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture
def warehouse(kinds_dsn: str) -> Warehouse:
    """An empty warehouse."""
    execute(kinds_dsn, RESET)
    return Warehouse(kinds_dsn)
