"""The shop's config says nothing at night, before the build, whatever the clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extensions import connection as Connection
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.demo import live, shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.engines.postgres.connector import Connector
from warehouse_exporter.passes.run import run_pass

from tests.chain.demo.shops import connected, copied, forget_the_future
from tests.conftest import execute
from tests.database.turns.test_turns import run
from tests.database.turns.whole import written

BERLIN = ZoneInfo("Europe/Berlin")
PRESENT = {"freshness", "silence", "so_far_today"}
"""They judge this very hour, of a table that is fed all the time: no load once a day suits them."""
CALM = 2
"""A seed for which no channel's share of so few orders moves by chance on these days."""
HOURS = [time(3), time(0, 30)]
TIMES = {
    "dim_users": "created_at",
    "fct_sessions": "session_start",
    "raw_events": "event_ts",
    "fct_orders": "order_ts",
    "fct_order_items": "order_ts",
    "fct_order_attribution": "order_ts",
}
"""Table -> when what it tells happened."""


def at(day: date, hour: time) -> datetime:
    """An hour of a day, as the clocks of the shop show it."""
    return datetime.combine(day, hour, tzinfo=BERLIN)


@pytest.fixture(
    scope="module",
    params=[date(2026, 3, 29), date(2026, 3, 31), date(2026, 10, 25), date(2026, 10, 27)],
    ids=str,
)
def night(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[tuple[date, str]]:
    """A day on which the clocks change, or one whose expected day that is; a shop at three o'clock.

    Its days are nearly alike, so that no baseline speaks by chance.
    """
    day: date = request.param
    name = f"night_{day:%m%d}"
    with connected(postgres.create_database(name)) as connection:
        shop.build(connection, as_of=at(day, HOURS[0]), days=16, sessions_per_day=300, noise=0.02,
                   timezone="Europe/Berlin", seed=CALM)  # fmt: skip
    yield day, name
    execute(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)")


def loud(connection: Connection, as_of: datetime) -> dict[str, str]:
    """The checks that say anything but that all is well or nothing to judge -> their kind."""
    text = written().replace("timezone: UTC", "timezone: Europe/Berlin")
    config = parse(text, "nights.yml", {"WAREHOUSE_DSN": connection.dsn})
    done = run_pass(config, Connector(config.warehouse), as_of)
    quiet = (Outcome.PASS, Outcome.SKIPPED)
    found = {c: r for c, r in done.results.items() if r.worst.outcome not in quiet}
    return {str(check): config.check(check).kind.kind for check in found}


def test_a_shop_that_is_fed_all_night_is_quiet(postgres: Postgres, night: tuple[date, str]) -> None:
    day, name = night
    with copied(postgres, name) as connection:
        for hour in HOURS:
            forget_the_future(connection, at(day, hour))
            assert loud(connection, at(day, hour)) == {}, hour


def test_a_shop_that_is_loaded_once_a_day_is_quiet(
    postgres: Postgres, night: tuple[date, str]
) -> None:
    day, name = night
    yesterday = day - timedelta(days=1)
    with copied(postgres, name) as connection:
        forget_the_future(connection, at(yesterday, time(5, 30)))
        for table, happened in TIMES.items():
            midnight = at(yesterday, time(0))
            run(connection, f"DELETE FROM analytics.{table} WHERE {happened} >= '{midnight}'")
        for hour in HOURS:
            said = loud(connection, at(day, hour))
            assert set(said.values()) <= PRESENT, said
        said = loud(connection, at(day, time(6, 30)))
        assert {"pipeline.pipeline_run", "events.volume", "daily_metrics.volume"} <= set(said)


def test_there_is_a_time_for_every_table_of_the_load() -> None:
    assert set(TIMES) | set(live.DAILY) == set(live.ARRIVAL)
