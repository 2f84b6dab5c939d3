"""The sample shop is a good warehouse: consistent to the cent, and alive like a real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import mean, stdev

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from warehouse_exporter.demo import shop
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.demo.shops import FRIDAY, connected, contents, rows, symptom
from tests.chain.demo.symptoms import OTHERS, SYMPTOMS
from tests.conftest import execute


@pytest.fixture(scope="module")
def full(postgres: Postgres) -> Iterator[Connection]:
    """A shop as one gets it without asking for anything; not to be changed."""
    with connected(postgres.create_database("full_shop")) as connection:
        shop.build(connection, as_of=FRIDAY)
        yield connection
    execute(postgres.dsn, "DROP DATABASE full_shop WITH (FORCE)")


def number(connection: Connection, query: str) -> float:
    """The one number that a query gives."""
    [(value,)] = rows(connection, f"SELECT ({query})::float8")
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("name", SYMPTOMS | OTHERS)
def test_nothing_is_wrong_in_a_good_shop(full: Connection, name: str) -> None:
    assert symptom(full, (SYMPTOMS | OTHERS)[name], FRIDAY) == 0


@pytest.mark.parametrize(
    ("low", "query", "high"),
    [
        (570, "SELECT avg(sessions) FROM analytics.daily_metrics", 630),
        (0.055, "SELECT sum(orders) / sum(sessions) FROM analytics.daily_metrics", 0.065),
        (20, "SELECT min(orders) FROM analytics.daily_metrics", 40),
        (70, "SELECT avg(revenue) FROM analytics.fct_orders", 110),
        (0.003, "SELECT avg((client_id IS NULL)::int) FROM analytics.raw_events", 0.008),
        (0.17, "SELECT avg((referrer IS NULL)::int) FROM analytics.raw_events", 0.23),
        (
            0.55,
            "SELECT avg((coalesce(click_id, utm_source) IS NOT NULL)::int)"
            " FROM analytics.fct_orders",
            0.65,
        ),
        (
            0.85,
            "SELECT sum(attributed_orders_first_click) / sum(orders) FROM analytics.daily_metrics",
            0.95,
        ),
        (
            0.85,
            "SELECT sum(attributed_orders_last_click) / sum(orders) FROM analytics.daily_metrics",
            0.95,
        ),
        (0.004, "SELECT min(1. * rows_quarantined / rows_read) FROM analytics.pipeline_logs", 0.01),
        (0.01, "SELECT max(1. * rows_quarantined / rows_read) FROM analytics.pipeline_logs", 0.016),
        (5, "SELECT count(DISTINCT event_name) FROM analytics.raw_events", 5),
        (8, "SELECT count(DISTINCT channel) FROM analytics.fct_sessions", 8),
        (0.4, "SELECT avg((n > 1)::int) FROM (SELECT count(*) AS n FROM analytics.fct_sessions"
              " GROUP BY user_id) u", 0.6),
    ],
)  # fmt: skip
def test_the_numbers_are_those_of_a_shop(
    full: Connection, low: float, query: str, high: float
) -> None:
    assert low <= number(full, query) <= high


def test_there_are_sixty_closed_days_and_one_that_is_open(full: Connection) -> None:
    assert rows(
        full,
        "SELECT count(*), min(event_date)::text, max(event_date)::text"
        " FROM analytics.daily_metrics",
    ) == [(60, "2026-01-19", "2026-03-19")]
    assert rows(
        full,
        "SELECT count(*), count(DISTINCT run_timestamp::date), max(run_timestamp),"
        " bool_and(run_timestamp::time = '05:00' AND rows_read > 0) FROM analytics.pipeline_logs",
    ) == [(60, 60, datetime(2026, 3, 20, 5, tzinfo=UTC), True)]
    newest = "SELECT max(event_ts) FROM analytics.raw_events"
    assert rows(full, f"SELECT ({newest}) > %(ago)s", ago=FRIDAY - timedelta(minutes=5)) == [
        (True,)
    ]


def test_it_is_quiet_at_night_but_never_silent_for_long(full: Connection) -> None:
    longest = (
        "SELECT extract(epoch FROM max(pause)) / 60 FROM (SELECT event_ts - lag(event_ts)"
        " OVER (ORDER BY event_ts) AS pause FROM analytics.raw_events) p"
    )
    assert number(full, longest) < 20
    hour = "SELECT count(*) FROM analytics.raw_events WHERE extract(hour FROM event_ts) ="
    assert number(full, f"{hour} 20") > 2.5 * number(full, f"{hour} 3")


def test_weekdays_differ_and_the_shop_grows(full: Connection) -> None:
    mean = "SELECT avg(sessions) FROM analytics.daily_metrics WHERE"
    weekday = "extract(isodow FROM event_date)"
    assert number(full, f"{mean} {weekday} < 6") > 1.05 * number(full, f"{mean} {weekday} > 5")
    slope = "SELECT regr_slope(sessions, event_date - '2026-01-01') FROM analytics.daily_metrics"
    assert 0 < number(full, slope) < 3


def test_noise_is_what_was_asked_for(postgres: Postgres) -> None:
    spread = (
        "SELECT stddev(ln(m.sessions::float8 / calm)) FROM analytics.daily_metrics m"
        " JOIN (SELECT event_date, avg(sessions) OVER (PARTITION BY extract(dow FROM event_date))"
        " AS calm FROM analytics.daily_metrics) c USING (event_date)"
    )
    found = []
    for percent in (0, 10, 30):
        with connected(postgres.create_database(f"noise_{percent}")) as connection:
            shop.build(connection, as_of=FRIDAY, sessions_per_day=100, noise=percent / 100)
            found.append(number(connection, spread))
        execute(postgres.dsn, f"DROP DATABASE noise_{percent} WITH (FORCE)")
    assert found[0] < 0.03  # growth alone
    assert 0.07 < found[1] < 0.13 < 0.22 < found[2] < 0.38


def test_the_last_two_closed_days_stand_out_on_no_weekday(full: Connection) -> None:
    numbers = (
        "SELECT d.n, o.n, o.revenue, o.revenue / o.n, 1. * o.n / d.n FROM demo.days(%(as_of)s) d"
        " JOIN (SELECT order_ts::date AS day, count(*) AS n, sum(revenue) AS revenue"
        " FROM demo.fct_orders(%(as_of)s - interval '11 days', %(as_of)s) GROUP BY 1) o USING (day)"
        " WHERE d.ends <= %(as_of)s AND d.ends > %(as_of)s - interval '10 days' ORDER BY day"
    )
    settings = "UPDATE demo.settings SET first_day = first_day + 1 RETURNING 1"
    for weekday in range(7):
        history = rows(full, numbers, as_of=FRIDAY + timedelta(days=weekday))
        for metric in zip(*history, strict=True):
            values = [float(str(value)) for value in metric]
            for newest in (-1, -2):
                days = values[newest - 7 : newest]
                assert len(days) == 7
                assert abs(values[newest] - mean(days)) < 3 * stdev(days)
        rows(full, settings)
    rows(full, "UPDATE demo.settings SET first_day = first_day - 7 RETURNING 1")


def test_the_same_arguments_make_the_same_shop_and_another_seed_another(
    postgres: Postgres, postgres_version: int
) -> None:
    def made(seed: int, server: Postgres) -> dict[str, tuple[object, ...]]:
        with connected(server.create_database("made")) as connection:
            shop.build(connection, as_of=FRIDAY, days=3, sessions_per_day=60, seed=seed)
            everything = contents(connection)
        execute(server.dsn, "DROP DATABASE made WITH (FORCE)")
        return everything

    with Postgres(postgres_version) as other:
        assert made(1, postgres) == made(1, other)
        assert made(1, postgres)["fct_orders"] != made(2, other)["fct_orders"]


def test_days_are_those_of_the_time_zone(database: str) -> None:
    evening = datetime(2026, 3, 20, 21, 30, tzinfo=UTC)  # 06:30 on Saturday in Tokyo
    with connected(database) as connection:
        shop.build(connection, as_of=evening, days=4, sessions_per_day=60, timezone="Asia/Tokyo")
        query = (
            "SELECT max(event_date)::text, max(run_timestamp)"
            " FROM analytics.daily_metrics, analytics.pipeline_logs"
        )
        assert rows(connection, query) == [
            ("2026-03-20", datetime(2026, 3, 20, 20, tzinfo=UTC)),
        ]
        assert symptom(connection, SYMPTOMS["daily-metrics-off"], evening) == 0


def test_what_is_in_the_database_already_is_left_alone(database: str) -> None:
    execute(database, "CREATE SCHEMA analytics; CREATE TABLE analytics.mine AS SELECT 1 AS one")
    with connected(database) as connection:
        with pytest.raises(psycopg2.errors.DuplicateSchema):
            shop.build(connection, as_of=FRIDAY)
        assert rows(connection, "SELECT one FROM analytics.mine") == [(1,)]


def test_an_instant_without_time_zone_is_refused(database: str) -> None:
    with connected(database) as connection, pytest.raises(ValueError, match="needs a time zone"):
        shop.build(connection, as_of=FRIDAY.replace(tzinfo=None))
