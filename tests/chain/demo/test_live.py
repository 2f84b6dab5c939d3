"""Time passes in the shop: the rows do not depend on the steps in which it does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from warehouse_exporter.demo import live, shop
from warehouse_exporter.demo.postgres import Postgres
from warehouse_exporter.demo.runner import let_arrive
from warehouse_exporter.demo.screen import Screen

from tests.chain.demo.shops import FRIDAY, connected, contents, rows, symptom
from tests.chain.demo.symptoms import OTHERS, SYMPTOMS

BERLIN = "Europe/Berlin"
SUMMER = datetime(2026, 3, 29, 9, tzinfo=UTC)
"""Five hours after the clocks of Europe went forward."""


@pytest.mark.parametrize(
    ("until", "timezone"), [(FRIDAY, "UTC"), (SUMMER, BERLIN), (FRIDAY, "America/New_York")]
)
def test_a_shop_that_lived_is_the_shop_that_was_built_later(
    postgres: Postgres, database: str, until: datetime, timezone: str
) -> None:
    once = f"{database}_once"
    with connected(postgres.create_database(once)) as connection:
        shop.build(connection, as_of=until, days=6, sessions_per_day=120, timezone=timezone)
        expected = contents(connection)
    with connected(database) as connection:
        start = until - timedelta(days=2)
        shop.build(connection, as_of=start, days=4, sessions_per_day=120, timezone=timezone)
        for minutes in (0.05, 1, 7, 60, 60.5, 600, 1440, 1441, 2879.99):
            live.advance(connection, start + timedelta(minutes=minutes))
        live.advance(connection, until)
        assert contents(connection) == expected


def test_instants_that_are_past_already_add_nothing(database: str) -> None:
    with connected(database) as connection:
        shop.build(connection, as_of=FRIDAY, days=2, sessions_per_day=50)
        before = contents(connection)
        assert live.advance(connection, FRIDAY) == 0
        assert live.advance(connection, FRIDAY - timedelta(hours=5)) == 0
        assert contents(connection) == before
        assert live.advance(connection, FRIDAY + timedelta(hours=5)) > 0


def test_a_table_changed_by_hand_keeps_new_events_away_and_is_said_once(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = datetime.now(UTC) - timedelta(hours=5)
    with connected(database) as connection:
        shop.build(connection, as_of=start, days=2, sessions_per_day=50)
        with connection, connection.cursor() as cursor:
            cursor.execute("ALTER TABLE analytics.raw_events RENAME TO gone")
        screen, why = Screen(), ""
        for _ in range(2):
            why = let_arrive(connection, screen, why)
        assert capsys.readouterr().out.count("no new events arrive: ") == 1
        with connection, connection.cursor() as cursor:
            cursor.execute("ALTER TABLE analytics.gone RENAME TO raw_events")
        before = contents(connection)
        assert let_arrive(connection, screen, why) == ""
        assert contents(connection) != before


def test_two_loops_on_one_shop_do_not_add_anything_twice(database: str) -> None:
    with connected(database) as connection:
        shop.build(connection, as_of=FRIDAY, days=2, sessions_per_day=100)

    def loop() -> None:
        with connected(database) as connection:
            for minute in range(1, 31):
                live.advance(connection, FRIDAY + timedelta(minutes=minute))

    loops = [threading.Thread(target=loop) for _ in range(2)]
    for thread in loops:
        thread.start()
    for thread in loops:
        thread.join()
    with connected(database) as connection:
        assert symptom(connection, SYMPTOMS["double-load"], FRIDAY) == 0
        assert rows(connection, "SELECT filled_until FROM demo.settings") == [
            (FRIDAY + timedelta(minutes=30),)
        ]


def test_the_build_of_the_night_runs_at_five(database: str) -> None:
    def days(hour: int, minute: int) -> list[tuple[object, ...]]:
        live.advance(connection, datetime(2026, 3, 21, hour, minute, tzinfo=UTC))
        return rows(
            connection,
            "SELECT max(event_date)::text, max(loaded_at) = max(run_timestamp)"
            " FROM analytics.daily_metrics, analytics.pipeline_logs",
        )

    with connected(database) as connection:
        shop.build(connection, as_of=FRIDAY, days=2, sessions_per_day=50)
        assert days(3, 59) == [("2026-03-19", True)]
        assert days(4, 59) == [("2026-03-19", True)]
        assert days(5, 0) == [("2026-03-20", True)]


def test_days_of_life_leave_a_good_shop(database: str) -> None:
    until = FRIDAY + timedelta(days=3)
    with connected(database) as connection:
        shop.build(connection, as_of=FRIDAY, days=5, sessions_per_day=150)
        for hour in range(1, 3 * 24 + 1):
            live.advance(connection, FRIDAY + timedelta(hours=hour))
        found = {
            name: number
            for name, query in (SYMPTOMS | OTHERS).items()
            if (number := symptom(connection, query, until))
        }
        assert found == {}


def test_new_events_arrive_within_minutes_by_day_and_by_night(database: str) -> None:
    with connected(database) as connection:
        shop.build(connection, as_of=FRIDAY, days=2)
        for hours in (1, 14):
            start = FRIDAY + timedelta(hours=hours)
            live.advance(connection, start)
            added = [
                live.advance(connection, start + timedelta(minutes=10 * n)) for n in range(1, 7)
            ]
            assert min(added) > 0
