"""The sample shop, once for all engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.demo.shops import FRIDAY
from tests.conftest import execute
from tests.support import shop_warehouse


@pytest.fixture(scope="session")
def shop(postgres: Postgres) -> Iterator[str]:
    """The name of a database with the sample shop."""
    shop_warehouse.build(postgres.create_database("conformance"), FRIDAY)
    yield "conformance"
    execute(postgres.dsn, "DROP DATABASE conformance WITH (FORCE)")
