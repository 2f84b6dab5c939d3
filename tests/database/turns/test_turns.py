"""Every id of the check catalogue: what is broken turns its own check, and it turns back.

Those that truly depend on the same rows turn with it, and no other. A steady pass, which reads open
days alone, says all the while word by word what a full one says. `make test` tries an eighth of the
breaks, the campaign all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pytest
from psycopg2.extensions import connection as Connection
from warehouse_exporter.core.model import CheckId, Outcome, Verdict
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.plan.closed_days import ClosedDaysCache

from tests.chain.demo.shops import FRIDAY, connected, copied, forget_the_future
from tests.conftest import execute
from tests.database.turns.breaking import Break
from tests.database.turns.breaks import BREAKS
from tests.database.turns.whole import config_on
from tests.support.sample import sampled

CHECKS = {check.id for check in config_on("").checks}
QUIET = (Outcome.PASS, Outcome.SKIPPED)
Said = dict[str, tuple[Verdict, ...]]


@pytest.fixture(scope="module")
def good(postgres: Postgres) -> Iterator[str]:
    """The name of a database with a good shop."""
    with connected(postgres.create_database("turns")) as connection:
        shop.build(connection, as_of=FRIDAY, days=16, sessions_per_day=300)
    yield "turns"
    execute(postgres.dsn, "DROP DATABASE turns WITH (FORCE)")


@dataclass(frozen=True)
class Fine:
    """What a full pass says of the good shop at an instant, and what it keeps of closed days."""

    said: Said
    kept: ClosedDaysCache


@pytest.fixture(scope="module")
def fine(postgres: Postgres, good: str) -> Callable[[datetime], Fine]:
    """The same of any instant; a copy of the shop has the same files, so it holds for each."""

    @cache
    def at(as_of: datetime) -> Fine:
        kept = ClosedDaysCache()
        with copied(postgres, good) as connection:
            forget_the_future(connection, as_of)
            return Fine(say(connection, as_of, kept), kept)

    return at


def run(connection: Connection, sql: str) -> None:
    """Run statements, committed."""
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)


def say(
    connection: Connection, as_of: datetime = FRIDAY, kept: ClosedDaysCache | None = None
) -> Said:
    """All verdicts of a pass: a steady one with what is kept, a full one without."""
    config = config_on(connection.dsn)
    done = run_pass(config, Connector(config.warehouse), as_of, kept=kept)
    return {str(check): result.verdicts for check, result in done.results.items()}


def loud(said: Said) -> set[str]:
    """The checks that are not fine."""
    return {check for check, of in said.items() if any(v.outcome not in QUIET for v in of)}


def says_why(check: str, verdicts: tuple[Verdict, ...]) -> bool:
    """Whether the texts of findings carry limit and numbers, and those of baselines what is usual.

    As in `checkout_rate: 0.12 vs median 0.19 (z=-3.10, change=-37 %, frac=0.63)`.
    """
    anomaly = config_on("").check(CheckId(*check.split("."))).kind.kind == "anomaly"
    parts = (" vs ", "change=", "frac=", "limit ") if anomaly else ("limit ",)
    texts = [verdict.text for verdict in verdicts if verdict.outcome not in QUIET]
    return all(part in text and re.search(r"\d", text) for text in texts for part in parts)


def broken(connection: Connection, damage: Break) -> None:
    """Do the damage; what the tables were is put aside."""
    for table in damage.tables.split():
        run(connection, f"CREATE TABLE demo.{table}_before AS TABLE analytics.{table}")
    run(connection, damage.sql)


def repaired(connection: Connection, damage: Break) -> None:
    """Make the tables what they were, row by row: the same files, which nobody need read anew."""
    for table in damage.tables.split():
        whole = f"analytics.{table}"
        run(connection, f"DELETE FROM {whole}; INSERT INTO {whole} TABLE demo.{table}_before")
    if damage.undo:
        run(connection, damage.undo)


def read_again(connection: Connection, damage: Break, kept: ClosedDaysCache) -> ClosedDaysCache:
    """What is kept once rows that changed have been read: those of closed days, anew."""
    if not damage.closed:
        return kept
    again = ClosedDaysCache()
    say(connection, damage.as_of, again)
    return again


@pytest.mark.parametrize("name", sampled(BREAKS, every=8))
def test_exactly_these_turn_and_turn_back(
    postgres: Postgres, good: str, fine: Callable[[datetime], Fine], name: str
) -> None:
    damage = BREAKS[name]
    before = fine(damage.as_of)
    assert loud(before.said) == set()
    kept = before.kept.only(CHECKS)
    with copied(postgres, good) as connection:
        forget_the_future(connection, damage.as_of)
        broken(connection, damage)
        full = say(connection, damage.as_of)
        assert loud(full) == damage.expected
        assert all(says_why(check, full[check]) for check in damage.turns.split())
        kept = read_again(connection, damage, kept)
        assert say(connection, damage.as_of, kept) == full
        repaired(connection, damage)
        kept = read_again(connection, damage, kept)
        assert say(connection, damage.as_of, kept) == before.said


@pytest.mark.parametrize("name", BREAKS)
def test_what_turns_is_of_the_kind_that_has_the_id(name: str) -> None:
    config = config_on("")
    kinds = [config.check(CheckId(*c.split("."))).kind for c in BREAKS[name].turns.split()]
    assert name.split()[0] in {i for kind in kinds for i in kind.ids or (kind.kind,)}
