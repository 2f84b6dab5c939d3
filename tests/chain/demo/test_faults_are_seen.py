"""Every fault of the sample shop is seen by the shop's own config, and so is its repair.

`make test` tries one of six, the campaign all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg2.extensions import connection as Connection
from warehouse_exporter.config import load
from warehouse_exporter.core.model import CheckId, Outcome, Pass
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.faults import FAULTS
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import CONFIG
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.chain.demo.shops import FRIDAY, connected, copied
from tests.conftest import execute
from tests.support.sample import sampled

ELSEWHERE = {
    "checkout-tag": {"F2": "a day without orders is told by their floor, and by none being sold"},
    "truncate-orders": {"F2": "a day without orders is told by their floor"},
    "late-data": {"F6": "rows of today are there, and say that the day before is complete"},
    "negative-revenue": {"A2": "the range of revenue is that it is not negative: R1"},
    "items-without-price": {"C1": "an order that cannot be compared tells of its items: R7"},
}
"""Fault -> ids that could notice it, and why the shop's config leaves that to others."""
QUIET = (Outcome.PASS, Outcome.SKIPPED)


@pytest.fixture(scope="module")
def good(postgres: Postgres) -> Iterator[str]:
    """The name of a database with a good shop: orders enough for its floors, and for a channel."""
    with connected(postgres.create_database("seen")) as connection:
        shop.build(connection, as_of=FRIDAY, days=16, sessions_per_day=800)
    yield "seen"
    execute(postgres.dsn, "DROP DATABASE seen WITH (FORCE)")


def look(connection: Connection) -> Pass:
    """What the gate says of a shop."""
    config = load(CONFIG, {"WAREHOUSE_DSN": connection.dsn})
    return run_pass(config, Connector(config.warehouse), FRIDAY)


def loud(done: Pass) -> set[CheckId]:
    """The checks that are not fine."""
    return {check for check, result in done.results.items() if result.worst.outcome not in QUIET}


def test_the_good_shop_is_quiet(postgres: Postgres, good: str) -> None:
    with copied(postgres, good) as connection:
        assert loud(look(connection)) == set()


@pytest.mark.parametrize("name", sampled(FAULTS, every=6))
def test_a_fault_is_seen_and_so_is_its_repair(postgres: Postgres, good: str, name: str) -> None:
    fault = FAULTS[name]
    config = load(CONFIG, {"WAREHOUSE_DSN": ""})
    with copied(postgres, good) as connection:
        fault.break_(connection, FRIDAY)
        seen = loud(look(connection))
        ids = {id for check in seen for id in config.check(check).kind.ids}
        assert seen
        assert set(fault.shows) - ids == set(ELSEWHERE.get(fault.name, {})), seen
        fault.repair(connection, FRIDAY)
        assert loud(look(connection)) == set()
