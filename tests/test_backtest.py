"""A backtest says of every past day what a gate would have said that morning, and reads once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from exporter.backtest.run import Backtest, backtest, mornings
from exporter.backtest.watcher import Step
from exporter.config import Config
from exporter.demo.postgres import Postgres
from exporter.model import Outcome
from exporter.passes import run_pass
from exporter.warehouse import Connector
from tests import shop_warehouse
from tests.conftest import execute

SHOP_AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
BREAK = """
UPDATE analytics.fct_orders SET client_id = NULL
WHERE order_ts >= '2026-03-05 00:00+00' AND order_ts < '2026-03-06 00:00+00';
DELETE FROM analytics.fct_sessions
WHERE session_start >= '2026-03-07 00:00+00' AND session_start < '2026-03-08 00:00+00';
"""


class Heard:
    """Listens to a backtest, and stops it when told."""

    def __init__(self) -> None:
        self.steps: dict[Step, int] = {}
        self.said: list[str] = []
        self.stop = False

    def begin(self, step: Step, parts: int) -> None:
        self.steps[step] = parts

    def ended(self, what: str) -> None:
        self.said.append(what)

    def stopped(self) -> bool:
        return self.stop


def over(config: Config, days: int, at: datetime = SHOP_AT, **options: bool) -> Backtest:
    """A backtest of a whole config."""
    instants = mornings(at, config.warehouse.timezone, days)
    return backtest(
        config, Connector(config.warehouse), instants, config.checks, {}, Heard(), **options
    )


@pytest.fixture(scope="module")
def shop(postgres: Postgres) -> Iterator[Config]:
    """The sample shop of three weeks, broken on two days."""
    dsn = postgres.create_database("backtest_shop")
    shop_warehouse.build(dsn, SHOP_AT)
    execute(dsn, BREAK)
    yield shop_warehouse.config(dsn)
    execute(postgres.dsn, "DROP DATABASE backtest_shop WITH (FORCE)")


def test_each_day_says_what_a_gate_said_that_morning(shop: Config) -> None:
    days = 16
    found = over(shop, days)
    instants = mornings(SHOP_AT, shop.warehouse.timezone, days)
    connector = Connector(shop.warehouse)
    told: set[Outcome] = set()
    for instant in (instants[-1], instants[-3], instants[-5], instants[-12], instants[0]):
        gate = run_pass(shop, connector, instant)
        for record in found.records:
            said = record.said[instant.date()]
            verdict = gate.results[record.check.id].worst
            assert (said.outcome, said.severity, said.text) == (
                verdict.outcome, verdict.severity, verdict.text,
            ), f"{record.check.id} on {instant}"  # fmt: skip
            told.add(said.outcome)
    assert told >= {Outcome.PASS, Outcome.CRITICAL, Outcome.SKIPPED}
