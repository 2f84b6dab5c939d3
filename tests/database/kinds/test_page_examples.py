"""The example on the page of every kind is measured on the sample shop."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.passes.run import run_pass

from tests.chain.demo.shops import FRIDAY, connected
from tests.conftest import execute

JUDGED = (Outcome.PASS, Outcome.WARNING, Outcome.CRITICAL)


@pytest.fixture(scope="module")
def dsn(postgres: Postgres) -> Iterator[str]:
    """A shop with enough weeks for every baseline."""
    dsn = postgres.create_database("examples")
    with connected(dsn) as connection:
        shop.build(connection, as_of=FRIDAY, days=30, sessions_per_day=300)
    yield dsn
    execute(postgres.dsn, "DROP DATABASE examples WITH (FORCE)")


@pytest.mark.parametrize("kind", all_kinds())
def test_the_example_is_one_check_of_the_kind_and_measured(kind: str, dsn: str) -> None:
    example = inspect.cleandoc(vars(all_kinds()[kind])["example"])
    text = f"warehouse: {{dsn: '${{WAREHOUSE_DSN}}'}}\n{example}\n"
    config = parse(text, f"{kind}.yml", {"WAREHOUSE_DSN": dsn})
    (check,) = [each for each in config.checks if each.kind.kind == kind and each.worst_severity]
    done = run_pass(config, Connector(config.warehouse), FRIDAY)
    verdicts = done.results[check.id].verdicts
    assert {verdict.outcome for verdict in verdicts} <= set(JUDGED), verdicts
