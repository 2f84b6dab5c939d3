"""What was published about the events is so, or is known not to be; and the same of a copy."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from warehouse_exporter.demo.postgres import Postgres

from labs.case_study.facts import Count, Fact, facts, statements
from labs.case_study.loader import Mode, load_day
from labs.case_study.names import COPY, ORIGINAL, Names
from tests.conftest import execute

WHOLE = {
    "events": "49,963",
    "no_client_id": "2,908 of 49,963 (5.82 %)",
    "days_without_referrer": "5 of 14 (35.71 %)",
    "transactions_repeated": "4 of 290 (1.38 %)",
    "mismatch_published": "77 of 294 (26.19 %)",
    "mismatch_published_because_no_price": "59 of 77 (76.62 %)",
    "mismatch_published_because_differs": "13 of 77 (16.88 %)",
    "mismatch_published_because_repeated": "5 of 77 (6.49 %)",
    "mismatch_true": "13 of 225 (5.78 %)",
    "mismatch_by_line": "0 of 225 (0.00 %)",
    "several_pieces": "13 of 225 (5.78 %)",
    "incomparable": "69 of 294 (23.47 %)",
    "items_without_price": "79 of 354 (22.32 %)",
    "items_empty": "10 of 354 (2.82 %)",
    "zero_revenue": "10 of 294 (3.40 %)",
    "revenue_absent_or_negative": "0 of 294 (0.00 %)",
    "repeated_by_different_clients": "4 of 4 (100.00 %)",
    "repeated_revenue": "6,717 of 294,461.4 (2.28 %)",
    "home_page_without_client": "2,492 of 2,908 (85.69 %)",
    "empty_click_id": "6 of 3,217 (0.19 %)",
    "bought_again_at_once": "4 of 294 (1.36 %)",
    "headless_checkouts": "35 of 836 (4.19 %)",
    "longest_silence": "174.5",
    "whole_event_repeated": "1 of 49,963 (0.00 %)",
    "other_day": "0 of 49,963 (0.00 %)",
    "unknown_names": "0 of 49,963 (0.00 %)",
    "orders_without_checkout_started": "158 of 294 (53.74 %)",
    "orders_tracked": "147 of 294 (50.00 %)",
}

DAILY = {
    "no_client_id": [22, 55, 34, 46, 34, 27, 23, 685, 351, 300, 228, 285, 270, 548],
    "clientId_filled": [0] * 4 + [3359, 3236, 3466, 3650, 3691, 3238, 2653, 3157, 2981, 3295],
    "referrer_filled": [1100, 861, 869, 931, 974, 1316, 2223, 2307, 2217, 0, 0, 0, 0, 0],
    "transactions_repeated": [0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1],
    "mismatch_published": [1, 1, 0, 2, 2, 4, 3, 1, 0, 2, 2, 21, 16, 22],
    "incomparable": [0, 1, 1, 0, 1, 1, 0, 0, 2, 2, 0, 23, 16, 22],
    "mismatch_true": [1, 1, 0, 0, 0, 4, 2, 1, 0, 2, 2],
    "zero_revenue": [0, 1, 1, 0, 1, 1, 0, 0, 2, 2, 0, 2, 0, 0],
    "home_page_without_client": [8, 5, 5, 4, 3, 5, 4, 656, 319, 255, 209, 249, 252, 518],
    "headless_checkouts": [0] * 9 + [8, 24, 3, 0, 0],
    "site_audit": [0, 280, 252, 0, 0, 0, 0, 0, 264, 258, 0, 275, 0, 0],
    "external_referrer": [710, 523, 514, 564, 576, 825, 1600, 1731, 1601, 0, 0, 0, 0, 0],
    "hours_without_events": [0] * 12 + [2, 0],
}


BOTH = [
    pytest.param(ORIGINAL, id="original"),
    pytest.param(COPY, id="copy", marks=pytest.mark.campaign),
]


@pytest.fixture(scope="module", params=BOTH)
def found(
    request: pytest.FixtureRequest, postgres: Postgres, web_events: Path
) -> Iterator[dict[str, Fact]]:
    """The facts of the raw events alone: no model of the shop is built, no gate is asked."""
    names: Names = request.param
    connection = psycopg2.connect(postgres.create_database("facts"))
    try:
        for file in sorted(web_events.glob("events_*.csv.gz")):
            load_day(connection, file, Mode.ADDED, names)
        yield facts(connection, names)
    finally:
        connection.close()
        execute(postgres.dsn, "DROP DATABASE facts WITH (FORCE)")


def test_every_fact_is_asked_for_once() -> None:
    names = [statement.name for statement in statements()]
    assert len(names) == len(set(names))
    assert set(WHOLE) | set(DAILY) <= set(names)


@pytest.mark.parametrize("name", WHOLE)
def test_over_all_days(found: dict[str, Fact], name: str) -> None:
    assert str(found[name].whole) == WHOLE[name]


@pytest.mark.parametrize("name", DAILY)
def test_day_by_day(found: dict[str, Fact], name: str) -> None:
    days = found[name].days
    assert [int(days[day].n) for day in sorted(days)] == DAILY[name]


def test_the_published_mismatches_have_three_causes(found: dict[str, Fact]) -> None:
    causes = [fact for name, fact in found.items() if name.startswith("mismatch_published_")]
    assert len(causes) == 3
    assert sum(fact.whole.n for fact in causes if fact.whole) == 77


def test_a_count_reads_as_people_write_it() -> None:
    assert str(Count(Decimal(2908), Decimal(49963))) == "2,908 of 49,963 (5.82 %)"
    assert str(Count(Decimal(0), Decimal(0))) == "0 of 0"
    assert str(Count(Decimal(1100))) == "1,100"
