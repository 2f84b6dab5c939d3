"""What the gate says on the mornings is what the facts, computed without it, ask for."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import psycopg2
import pytest
from warehouse_exporter.cli.exit_codes import Exit
from warehouse_exporter.core.model import Outcome

from labs.case_study.facts import Count, Fact, facts
from labs.case_study.fortnight import Said, ask_afterwards, config
from labs.case_study.loader import Mode
from labs.case_study.names import COPY, ORIGINAL, Names
from tests.database.case_study.conftest import Shop

pytestmark = pytest.mark.campaign
Open = Callable[[Mode, Names], Shop]
Days = set[date]

KINDS = {
    "F1", "F2", "F3", "F5", "F8", "V1", "V3", "V4", "C1", "C2", "C4", "S1", "S3", "S4", "S5", "U1",
    "A1", "R1", "R2", "R4", "R7", "J1", "J2", "J3", "T1", "P1", "K1", "O12",
}  # fmt: skip

DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
BACK = {new: old for old, new in COPY.words.items()}
WORD = re.compile(
    rf"(?<![A-Za-z0-9])({'|'.join(sorted(BACK, key=len, reverse=True))})(?![A-Za-z0-9])"
)


@pytest.fixture(scope="module")
def known(shop: Open) -> Mapping[str, Fact]:
    connection = psycopg2.connect(shop(Mode.ADDED, ORIGINAL).dsn)
    try:
        return facts(connection, ORIGINAL)
    finally:
        connection.close()


@pytest.fixture(params=Mode, ids=[mode.value for mode in Mode])
def mode(request: pytest.FixtureRequest) -> Mode:
    found: Mode = request.param
    return found


def on(shop: Shop, check: str, *outcomes: Outcome) -> Days:
    """The days of whose mornings a check says this."""
    return {m.day for m in shop.mornings if m.said[check].outcome in outcomes}


def days(fact: Fact, wanted: Callable[[Count], bool] = lambda count: count.n > 0) -> Days:
    return {day for day, count in fact.days.items() if wanted(count)}


def above(rate: str) -> Callable[[Count], bool]:
    return lambda count: count.total is not None and count.n > count.total * Decimal(rate)


def last(shop: Shop, check: str) -> Said:
    return shop.mornings[-1].said[check]


FAIL, WARN, UNKNOWN, SKIP = (
    Outcome.CRITICAL, Outcome.WARNING, Outcome.UNMEASURED, Outcome.SKIPPED,
)  # fmt: skip


def test_every_kind_takes_part() -> None:
    ids = {one for check in config("dbname=x", ORIGINAL).checks for one in check.kind.ids}
    assert ids >= KINDS


def test_quarantine_fails_after_each_day_above_six_per_cent(
    shop: Open, known: Mapping[str, Fact], mode: Mode
) -> None:
    opened = shop(mode, ORIGINAL)
    failed = on(opened, "pipeline_logs.quarantine_rate", FAIL)
    assert failed == days(known["no_client_id"], above("0.06"))
    assert len(failed) == 7
    for morning in opened.mornings:
        count = known["no_client_id"].days[morning.day]
        text = morning.said["pipeline_logs.quarantine_rate"].text
        assert text.startswith(f"{count.n} of {count.total:,} rows quarantined")


def test_the_published_rate_is_one_of_all_days(shop: Open, mode: Mode) -> None:
    opened = shop(mode, ORIGINAL)
    said = last(opened, "pipeline_logs.quarantine_rate_all")
    assert said.text.startswith("2,908 of 49,963 rows quarantined")
    assert "5.82 %" in said.text
    assert said.letter == "i"
    assert last(opened, "pipeline_logs.quarantine_rate").outcome is FAIL


def test_clients_are_missed_by_day_where_the_model_was_repaired(
    shop: Open, known: Mapping[str, Fact]
) -> None:
    opened, missing = shop(Mode.RENAMED, ORIGINAL), known["no_client_id"]
    failed = days(missing, above("0.05"))
    assert on(opened, "stg_events.completeness_client_id", FAIL) == failed
    warned = days(missing, above("0.01")) - failed
    assert on(opened, "stg_events.completeness_client_id", WARN) == warned
    assert warned


def test_a_renamed_column_is_named_with_the_one_it_became(
    shop: Open, known: Mapping[str, Fact]
) -> None:
    opened, since = shop(Mode.RENAMED, ORIGINAL), days(known["clientId_filled"])
    assert on(opened, "raw_events.required_columns", FAIL) == since
    assert on(opened, "raw_events.completeness_client_id", UNKNOWN) == since
    first = min(since)
    assert first == date(2025, 2, 27)
    said = {m.day: m.said["raw_events.required_columns"].text for m in opened.mornings}
    assert "client_id (probably renamed to clientId)" in said[first]


def test_an_added_column_is_seen_in_both_modes(
    shop: Open, known: Mapping[str, Fact], mode: Mode
) -> None:
    opened, since = shop(mode, ORIGINAL), days(known["clientId_filled"])
    assert on(opened, "raw_events.new_columns", WARN) == since
    assert "clientId" in last(opened, "raw_events.new_columns").text


def test_a_silent_rename_is_seen_in_all_that_follows(shop: Open, known: Mapping[str, Fact]) -> None:
    opened, since = shop(Mode.ADDED, ORIGINAL), days(known["clientId_filled"])
    assert not on(opened, "raw_events.required_columns", FAIL, UNKNOWN)
    for check in (
        "raw_events.completeness_client_id",
        "stg_events.completeness_client_id",
        "dim_users.partition_freshness",
        "fct_sessions.freshness",
        "fct_sessions.partition_freshness",
        "fct_sessions.volume",
        "fct_orders.orphans_session_id",
        "daily_metrics.metric_users",
    ):
        assert on(opened, check, FAIL) == since, check
        assert not on(shop(Mode.RENAMED, ORIGINAL), check, FAIL) & {min(since)}, check


def test_a_day_without_referrer_fails_or_cannot_be_measured(
    shop: Open, known: Mapping[str, Fact], mode: Mode
) -> None:
    opened, without = shop(mode, ORIGINAL), days(known["days_without_referrer"])
    raw = FAIL if mode is Mode.ADDED else UNKNOWN
    assert on(opened, "raw_events.absent_day_referrer", FAIL, UNKNOWN) == without
    assert on(opened, "raw_events.absent_day_referrer", raw) == without
    assert on(opened, "stg_events.absent_day_referrer", FAIL) == without
    assert len(without) == 5


def test_a_repeated_order_id_fails_on_its_morning(
    shop: Open, known: Mapping[str, Fact], mode: Mode
) -> None:
    opened = shop(mode, ORIGINAL)
    repeated = on(opened, "fct_orders.duplicates_order_id", FAIL)
    assert repeated == days(known["transactions_repeated"])
    assert len(repeated) == 4
    assert last(opened, "fct_orders.duplicates_order_id_all").text.startswith("4 of 290 ")


def test_orders_are_compared_with_their_own_items(
    shop: Open, known: Mapping[str, Fact], mode: Mode
) -> None:
    opened = shop(mode, ORIGINAL)
    for check in ("fct_orders.reconciliation", "fct_orders.reconciliation_total"):
        assert on(opened, check, FAIL) == days(known["mismatch_true"])
        nothing = days(known["incomparable"], lambda count: count.n == count.total)
        assert on(opened, check, UNKNOWN) == nothing
        assert len(nothing) == 3
    assert on(opened, "fct_orders.incomparable", WARN) == days(known["incomparable"])
    assert last(opened, "fct_orders.reconciliation_all").text.startswith("13 of 225 ")
    assert last(opened, "fct_orders.incomparable_all").text.startswith("69 of 294 ")


def test_how_the_published_mismatch_comes_about(shop: Open) -> None:
    opened = shop(Mode.RENAMED, ORIGINAL)
    answers = ask_afterwards(opened.dsn, opened.mornings[-1].as_of, ORIGINAL)
    assert answers["as_published"].value == 77
    assert answers["by_piece"].value == pytest.approx(13 / 225)
    assert answers["not_comparable"].value == pytest.approx(69 / 294)
    assert answers["by_line"].value == 0
    assert answers["missing_price_as_zero"].value == pytest.approx((59 + 13) / 294)


@pytest.mark.parametrize(
    ("check", "outcome", "fact"),
    [
        ("fct_orders.zero_revenue", WARN, "zero_revenue"),
        ("stg_events.hours_without_events", WARN, "hours_without_events"),
    ],
)
def test_what_was_not_published_is_seen_as_well(
    shop: Open, known: Mapping[str, Fact], mode: Mode, check: str, outcome: Outcome, fact: str
) -> None:
    assert on(shop(mode, ORIGINAL), check, outcome) == days(known[fact])


def test_the_end_of_all_prices_is_seen_on_its_first_morning(
    shop: Open, known: Mapping[str, Fact], mode: Mode
) -> None:
    gone = days(known["items_without_price"], lambda count: count.n == count.total)
    assert on(shop(mode, ORIGINAL), "fct_order_items.absent_day_item_price", FAIL) == gone
    assert len(gone) == 3


def test_anomalies_wait_for_half_a_week(shop: Open, mode: Mode) -> None:
    """With 4 of 7 days a score says how unlikely it would be after a whole week."""
    for morning in shop(mode, ORIGINAL).mornings[:4]:
        scores = {check: said for check, said in morning.said.items() if ".zscore_" in check}
        assert len(scores) == 6
        assert {said.outcome for said in scores.values()} == {SKIP}


def test_the_exit_code_follows_from_what_was_said(shop: Open, mode: Mode) -> None:
    for morning in shop(mode, ORIGINAL).mornings:
        failed = any(said.outcome is FAIL for said in morning.said.values())
        assert (morning.exit == Exit.CRITICAL) == failed
    assert {m.exit for m in shop(mode, ORIGINAL).mornings} == {Exit.OK, Exit.CRITICAL}


def moved_back(said: Mapping[str, Said], shift: int) -> list[tuple[str, Outcome, str]]:
    """What was said on a morning, in the names of the original and with its dates."""

    def back(text: str) -> str:
        moved = DATE.sub(
            lambda match: str(date.fromisoformat(match.group()) - timedelta(days=shift)), text
        )
        return WORD.sub(lambda match: BACK[match.group()], moved)

    return [(back(check), one.outcome, back(one.text)) for check, one in said.items()]


def test_a_copy_with_other_names_and_dates_says_the_same(shop: Open, mode: Mode) -> None:
    original, copy = shop(mode, ORIGINAL).mornings, shop(mode, COPY).mornings
    assert [m.exit for m in copy] == [m.exit for m in original]
    for morning, moved in zip(original, copy, strict=True):
        assert moved_back(moved.said, COPY.shift_days) == moved_back(morning.said, 0)
