"""F6: the expected day is complete by its deadline."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 1h'", "ts", "UNKNOWN", "UNKNOWN", "PASS")

DONE = "deadline: {critical: '> 1h'}"
FINE = (
    "PASS",
    "the newest row, of 2026-03-10 00:10 UTC, is from after the end of 2026-03-09,"
    " which was due by 06:00 UTC (0 s, limit 1 h)",
)


def table(warehouse: Warehouse, *times: str, time: str = "timestamptz") -> None:
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time}, state text)")
    for at in times:
        warehouse.sql(f"INSERT INTO orders (ts) VALUES ('{at}')")


@pytest.mark.parametrize("time", ["timestamptz", "timestamp", "text"])
def test_a_load_that_stopped_half_way_is_seen_until_it_went_on(
    warehouse: Warehouse, time: str
) -> None:
    table(warehouse, "2026-03-08 12:00", "2026-03-09 14:02", time=time)
    assert warehouse.say(DONE) == (
        "FAIL",
        "the newest row, of 2026-03-09 14:02 UTC, is from before the end of 2026-03-09,"
        " which was due by 06:00 UTC (9 h 58 min, limit 1 h)",
    )
    assert warehouse.values(DONE) == {"day_lacking_seconds": 9 * 3600 + 58 * 60}
    # Partition freshness has seen a row of the day, and is content.
    assert warehouse.say("partition_freshness: {critical: '> 0'}")[0] == "PASS"
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-10 00:10')")
    assert warehouse.say(DONE) == FINE


@pytest.mark.parametrize(
    ("newest", "word", "lacking"),
    [
        ("2026-03-09 23:00:01+00", "PASS", 3599),
        ("2026-03-09 22:59:59+00", "FAIL", 3601),
        ("2026-03-08 23:59:00+00", "FAIL", 86460),
        ("2026-03-10 00:00:00+00", "PASS", 0),
        ("2026-03-10 12:04:00+00", "PASS", 0),
    ],
)
def test_the_limit_is_how_quiet_the_end_of_a_day_may_be(
    warehouse: Warehouse, newest: str, word: str, lacking: float
) -> None:
    table(warehouse, newest)
    assert warehouse.say(DONE)[0] == word
    assert warehouse.values(DONE) == {"day_lacking_seconds": lacking}


def test_rows_from_the_future_prove_nothing(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-09 10:00+00", "2026-03-10 12:06+00", "2031-01-01")
    assert warehouse.values(DONE) == {"day_lacking_seconds": 14 * 3600}


def test_before_the_deadline_the_day_before_is_expected(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-09 05:00+00")
    late = "{relation: orders, time: ts, expect_by: '09:30'}"
    before, by = datetime(2026, 3, 10, 9, 29, tzinfo=UTC), datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
    assert warehouse.say(DONE, as_of=before, orders=late) == (
        "PASS",
        "the newest row, of 2026-03-09 05:00 UTC, is from after the end of 2026-03-08,"
        " which was due by 09:30 UTC (0 s, limit 1 h)",
    )
    assert warehouse.say(DONE, as_of=by, orders=late)[0] == "FAIL"


def test_the_deadline_may_be_that_of_another_zone(warehouse: Warehouse) -> None:
    """08:00 in Berlin is 07:00 UTC in winter and 06:00 UTC in summer; the day is that of UTC."""
    table(warehouse, "2026-03-09 05:00+00", "2026-03-31 05:00+00")
    berlin = "{relation: orders, time: ts, expect_by: '08:00 Europe/Berlin'}"
    for month, day, hour in ((3, 10, 7), (4, 1, 6)):
        before = datetime(2026, month, day, hour - 1, 59, tzinfo=UTC)
        by = datetime(2026, month, day, hour, tzinfo=UTC)
        assert warehouse.say(DONE, as_of=before, orders=berlin)[0] == "PASS"
        outcome, text = warehouse.say(DONE, as_of=by, orders=berlin)
        assert outcome == "FAIL"
        assert "due by 08:00 Europe/Berlin" in text


def test_a_date_stands_for_its_whole_day(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-09", time="date")
    none = "deadline: {critical: '> 0'}"
    assert warehouse.values(none) == {"day_lacking_seconds": 0}
    warehouse.sql("DELETE FROM orders; INSERT INTO orders (ts) VALUES ('2026-03-07')")
    assert warehouse.values(none) == {"day_lacking_seconds": 2 * 86400}
    noon = datetime(2026, 3, 30, 10, tzinfo=UTC)
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-28')")
    # The 29th has 23 hours in Berlin.
    values = warehouse.values(none, as_of=noon, zone="Europe/Berlin")
    assert values == {"day_lacking_seconds": 23 * 3600}


def test_where_leaves_rows_out(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-09 10:00+00", "2026-03-10 10:00+00")
    warehouse.sql("UPDATE orders SET state = 'test' WHERE id = 2")
    assert warehouse.say("deadline: {where: state is null, critical: '> 1h'}")[0] == "FAIL"


def test_without_any_row_it_is_not_measured(warehouse: Warehouse) -> None:
    table(warehouse)
    assert warehouse.say(DONE) == (
        "UNKNOWN",
        "there is no row to take the newest of (no_rows)",
    )


def test_what_cannot_be_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(DONE, orders="{relation: orders}")
    log = "{relation: orders, time: ts, expect_day: today}"
    assert "`expect_day: today` never is" in complaint(DONE, orders=log)
    assert "no `window`" in complaint("deadline: {window: day, critical: '> 1h'}")
    for limit in ("> 1", "> 5%", "> 3 rows"):
        assert "lacks a unit: write a duration" in complaint(DONE.replace("> 1h", limit))
    nowhere = "{relation: orders, time: ts, expect_by: '08:00 Europe/Bern'}"
    assert "'Europe/Bern' is not a time zone" in complaint(DONE, orders=nowhere)
