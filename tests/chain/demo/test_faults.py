"""Every fault does what its text says, and is taken back without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from psycopg2.extensions import connection as Connection
from warehouse_exporter.core.errors import UsageError
from warehouse_exporter.demo import live, shop
from warehouse_exporter.demo.fault import Fault
from warehouse_exporter.demo.faults import FAULTS, find
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.demo.shops import FRIDAY, connected, contents, copied, rows, symptom
from tests.chain.demo.symptoms import SYMPTOMS
from tests.conftest import execute
from tests.support.sample import sampled

LATER = FRIDAY + timedelta(hours=18)
"""On the next morning, after the build of the night."""

every_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))

Contents = dict[str, tuple[object, ...]]


@pytest.fixture(scope="module")
def good(postgres: Postgres) -> Iterator[str]:
    """The name of a database with a good shop, as it is on Friday."""
    with connected(postgres.create_database("good")) as connection:
        shop.build(connection, as_of=FRIDAY, days=9, sessions_per_day=150)
    yield "good"
    execute(postgres.dsn, "DROP DATABASE good WITH (FORCE)")


@pytest.fixture
def copy(postgres: Postgres, good: str) -> Iterator[Connection]:
    """A connection to a shop that may be broken."""
    with copied(postgres, good) as connection:
        yield connection


@pytest.fixture(scope="module")
def expected(postgres: Postgres, good: str) -> dict[datetime, Contents]:
    """What is in a shop that was never broken."""
    with copied(postgres, good) as connection:
        now = contents(connection)
        live.advance(connection, LATER)
        return {FRIDAY: now, LATER: contents(connection)}


def test_every_fault_has_a_symptom_and_the_good_shop_has_none(copy: Connection) -> None:
    assert {name: symptom(copy, query, FRIDAY) for name, query in SYMPTOMS.items()} == {
        name: 0 for name in FAULTS
    }


@every_fault
def test_a_fault_does_what_it_says_and_repair_leaves_no_trace(
    fault: Fault, copy: Connection, expected: dict[datetime, Contents]
) -> None:
    fault.break_(copy, FRIDAY)
    if fault.name == "rename-column":
        assert rows(copy, 'SELECT "clientId" FROM analytics.fct_orders LIMIT 1')
    assert symptom(copy, SYMPTOMS[fault.name], FRIDAY) > 0
    broken = contents(copy)
    different = {table for table in broken if broken[table] != expected[FRIDAY][table]}
    assert different - set(live.DAILY) == set(fault.tables) - set(live.DAILY)
    assert fault.nightly or different == set(fault.tables)

    fault.repair(copy, FRIDAY)
    assert contents(copy) == expected[FRIDAY]


@pytest.mark.parametrize("name", sampled(FAULTS, every=4))
def test_the_shop_lives_on_with_a_fault_and_is_as_good_as_ever_after_repair(
    name: str, copy: Connection, expected: dict[datetime, Contents]
) -> None:
    fault = find(name)
    fault.break_(copy, FRIDAY)
    before = contents(copy)
    assert live.advance(copy, LATER) > 0
    after = contents(copy)
    grown = {table for table in after if after[table][1] != before[table][1]}
    assert grown == {table for table in after if fault.holds.get(table) != "true"}
    fault.repair(copy, LATER)
    assert contents(copy) == expected[LATER]


def test_a_held_feed_stays_away_while_the_others_go_on(copy: Connection) -> None:
    find("checkout-tag").break_(copy, FRIDAY)
    live.advance(copy, LATER)
    query = "SELECT count(*) FROM analytics.raw_events WHERE loaded_at > %(friday)s AND event_name"
    assert rows(copy, f"{query} = 'checkout_completed'", friday=FRIDAY) == [(0,)]
    assert rows(copy, f"{query} = 'checkout_started'", friday=FRIDAY) != [(0,)]


def test_new_rows_follow_a_renamed_column(copy: Connection) -> None:
    find("rename-column").break_(copy, FRIDAY)
    live.advance(copy, LATER)
    query = 'SELECT count(*), count("clientId") FROM analytics.fct_orders WHERE loaded_at > %(at)s'
    [(orders, clients)] = rows(copy, query, at=FRIDAY)
    assert clients == orders != 0


def test_two_faults_at_once_are_repaired_one_by_one(
    copy: Connection, expected: dict[datetime, Contents]
) -> None:
    find("feed-stops").break_(copy, FRIDAY)
    find("duplicate-orders").break_(copy, FRIDAY)
    find("feed-stops").repair(copy, LATER)
    assert symptom(copy, SYMPTOMS["duplicate-orders"], LATER) == 3
    find("duplicate-orders").repair(copy, LATER)
    assert contents(copy) == expected[LATER]


def test_breaking_twice_is_refused_and_repairing_twice_is_not(
    copy: Connection, expected: dict[datetime, Contents]
) -> None:
    fault = find("duplicate-orders")
    fault.break_(copy, FRIDAY)
    with pytest.raises(UsageError, match="duplicate-orders is already active: repair it first"):
        fault.break_(copy, FRIDAY)
    assert symptom(copy, SYMPTOMS[fault.name], FRIDAY) == 3
    fault.repair(copy, FRIDAY)
    fault.repair(copy, FRIDAY)
    assert contents(copy) == expected[FRIDAY]


def test_before_the_morning_deadline_the_day_is_the_one_before_yesterday(copy: Connection) -> None:
    night = datetime.combine(LATER.date(), datetime.min.time(), LATER.tzinfo) + timedelta(hours=3)
    find("null-client-ids").break_(copy, night)
    thursday = night.date() - timedelta(days=2)
    query = (
        "SELECT event_ts::date FROM analytics.raw_events GROUP BY 1"
        " HAVING avg((client_id IS NULL)::int) > .1"
    )
    assert rows(copy, query) == [(thursday,)]


def test_a_shop_of_a_few_days_cannot_be_broken(database: str) -> None:
    with connected(database) as connection:
        shop.build(connection, as_of=FRIDAY, days=3, sessions_per_day=20)
        with pytest.raises(UsageError, match="too young"):
            find("missing-day").break_(connection, FRIDAY)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean feed-stops"):
        find("feed-stop")


def test_a_name_that_is_near_to_none_is_answered_with_where_they_are_listed() -> None:
    with pytest.raises(UsageError) as refused:
        find("NONSENSE")
    assert str(refused.value) == (
        "there is no fault NONSENSE: `warehouse-exporter demo break --list` lists those there are"
    )
