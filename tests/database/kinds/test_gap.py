"""F7 for days that are over: hours without a row in the middle of one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.database.turns.breaking import Break
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example(
    "busy: 1, days: 7, min_days: 5, warning: '> 14h'", "ts", "SKIP", "UNKNOWN", "PASS"
)
"""It needs fewer days than it looks at, as by default: a lost day is no reason to skip."""
SHOWN = (
    "DELETE FROM analytics.raw_events WHERE event_ts >= '{day}'::date + interval '12 hours'"
    " AND event_ts < '{day}'::date + interval '15 hours'"
)
"""What breaks the shop so that the runbook can be seen to show it."""
BREAKS = {
    "gap": Break(
        "DELETE FROM analytics.raw_events WHERE event_ts > '2026-03-19 10:00Z'"
        " AND event_ts < '2026-03-19 13:00Z'",
        "events.gap",
        "raw_events",
        beside={"orders.incomparable_raw": "the orders of these hours have no event"},
    )
}
GAP = "gap: {warning: '> 1h'}"


def table(warehouse: Warehouse, time: str = "timestamptz") -> None:
    """Six weeks with a row a minute from 06:00 to 22:00, and on Sundays from noon on."""
    warehouse.sql(f"CREATE TABLE orders (ts {time}, state text)")
    warehouse.sql(
        f"INSERT INTO orders SELECT g::{time} FROM generate_series('2026-01-27 00:00'::timestamp,"
        " '2026-03-10 12:00', '1 min') g WHERE extract(hour FROM g) BETWEEN"
        " CASE WHEN extract(isodow FROM g) = 7 THEN 12 ELSE 6 END AND 21"
    )


def cut(warehouse: Warehouse, since: str, until: str) -> None:
    """The rows between two instants were never loaded."""
    warehouse.sql(
        f"DELETE FROM orders WHERE ts::timestamp > '{since}' AND ts::timestamp < '{until}'"
    )


@pytest.mark.parametrize("time", ["timestamptz", "timestamp", "text"])
def test_hours_without_a_row_are_found_until_they_are_loaded(
    warehouse: Warehouse, time: str
) -> None:
    table(warehouse, time)
    fine = "no time on 2026-03-09 without a row in which 20 are usual, of 28 days before"
    assert warehouse.say(GAP) == ("PASS", f"{fine} (0 s, limit 1 h)")
    cut(warehouse, "2026-03-09 13:00", "2026-03-09 15:54")
    text = "no row from 13:00 to 15:54 on 2026-03-09, 175 or more are usual (28 days)"
    assert warehouse.say(GAP) == ("WARN", f"{text} (2 h 54 min, limit 1 h)")
    values = {"gap_seconds": 174 * 60, "gap_usual_rows": 60 + 60 + 60 * 54 / 59}
    assert warehouse.values(GAP) == pytest.approx(values)
    warehouse.sql(
        f"INSERT INTO orders SELECT g::{time} FROM generate_series("
        "'2026-03-09 13:01'::timestamp, '2026-03-09 15:53', '1 min') g"
    )
    assert warehouse.say(GAP)[0] == "PASS"


def test_nights_and_a_weekday_that_opens_late_are_no_gaps(warehouse: Warehouse) -> None:
    table(warehouse)
    monday = datetime(2026, 3, 9, 12, tzinfo=UTC)  # about the Sunday before
    assert warehouse.say(GAP, as_of=monday)[0] == "PASS"
    cut(warehouse, "2026-03-08 00:00", "2026-03-08 14:00")
    assert "from 00:00 to 14:00" in warehouse.say(GAP, as_of=monday)[1]


def test_a_few_earlier_gaps_do_not_make_the_next_one_usual(warehouse: Warehouse) -> None:
    table(warehouse)
    for day in ("2026-02-27", "2026-03-03", "2026-03-05", "2026-03-09"):
        cut(warehouse, f"{day} 10:00", f"{day} 13:00")
    assert warehouse.say(GAP)[0] == "WARN"


def test_where_hears_its_rows_alone(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET state = 'bot' WHERE ts > '2026-03-09 12:00+00'"
                  " AND ts < '2026-03-09 15:00+00'")  # fmt: skip
    assert warehouse.say(GAP)[0] == "PASS"
    assert warehouse.say(GAP.replace("warning", "where: state is null, warning"))[0] == "WARN"


def test_a_zone_with_half_an_hour_has_its_own_days(warehouse: Warehouse) -> None:
    table(warehouse)
    cut(warehouse, "2026-03-09 08:00", "2026-03-09 10:00")
    outcome, text = warehouse.say(GAP, zone="Asia/Kolkata")
    assert outcome == "WARN"
    assert "from 13:30 to 15:30 on 2026-03-09, 120 or more are usual (28 days)" in text


def test_too_little_to_judge_is_said(warehouse: Warehouse) -> None:
    table(warehouse)
    cut(warehouse, "2026-03-09 00:00", "2026-03-10 00:00")
    missing = "no row on 2026-03-09: the whole day is missing, and not a part"
    assert warehouse.say(GAP) == ("SKIP", missing)
    warehouse.sql("DELETE FROM orders WHERE ts < '2026-03-04'")
    warehouse.sql("INSERT INTO orders VALUES ('2026-03-09 12:00+00')")
    assert warehouse.say(GAP) == (
        "SKIP",
        "insufficient history: 5 of the 28 days before 2026-03-09 had rows, 7 are needed",
    )
    warehouse.sql("DROP TABLE orders; CREATE TABLE orders (ts date)")
    said = "time column ts is a date, without time of day (column_type)"
    assert warehouse.say(GAP) == ("UNKNOWN", said)


def test_what_cannot_be_is_said_before_any_pass() -> None:
    assert "needs `time:` on dataset orders" in complaint(GAP, orders="{relation: orders}")
    assert "no `window`" in complaint(GAP.replace("warning", "window: 7d, warning"))
    assert "write '> 1h' or more" in complaint(GAP.replace("1h", "30m"))
    assert "lacks a unit: write a duration" in complaint(GAP.replace("1h", "30"))
    few = GAP.replace("warning", "days: 7, min_days: 8, warning")
    assert "min_days 8 is more than days 7" in complaint(few)
