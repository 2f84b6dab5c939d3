"""F1: how old the newest row is, by event time or by arrival."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import NOON, Warehouse, complaint

EXAMPLE = Example("critical: '> 24h'", "ts", "UNKNOWN", "UNKNOWN", "PASS")

BOTH = "freshness: {warning: '> 12h', critical: '> 24h'}"


def table(warehouse: Warehouse, newest: str, time_type: str = "timestamptz") -> None:
    warehouse.sql(f"CREATE TABLE orders (id serial, ts {time_type}, loaded timestamptz, shop text)")
    warehouse.sql(f"INSERT INTO orders (ts) VALUES ('2026-01-01 00:00:00'), ('{newest}'), (NULL)")


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        ("2026-03-10 00:00+00", ("PASS", "00:00:00 UTC (12 h old, limit 12 h)")),
        ("2026-03-09 23:59+00", ("WARN", "23:59:00 UTC (12 h 1 min old, limit 12 h)")),
        ("2026-03-09 12:00+00", ("WARN", "12:00:00 UTC (1 d old, limit 12 h)")),
        ("2026-03-09 11:59+00", ("FAIL", "11:59:00 UTC (1 d 1 min old, limit 1 d)")),
    ],
)
def test_each_severity_speaks_past_its_own_limit(
    warehouse: Warehouse, newest: str, said: tuple[str, str]
) -> None:
    table(warehouse, newest)
    text = said[1].replace(" (", "; 1 row left out, without ts (")
    assert warehouse.say(BOTH) == (said[0], f"newest row {newest[:10]} {text}")


def test_it_exports_the_instant_and_turns_back_when_a_row_arrives(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-01 00:00+00")
    assert warehouse.say(BOTH)[0] == "FAIL"
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-10 11:00+00')")
    assert warehouse.say(BOTH)[0] == "PASS"
    newest = datetime(2026, 3, 10, 11, tzinfo=UTC).timestamp()
    assert warehouse.values(BOTH) == {"newest_row_timestamp_seconds": newest}


def test_a_row_from_the_future_is_not_the_newest_but_a_fast_clock_is(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-09 00:00+00")
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-10 12:05:01+00'), ('2030-01-01')")
    assert warehouse.say(BOTH)[0] == "FAIL"
    warehouse.sql("INSERT INTO orders (ts) VALUES ('2026-03-10 12:05+00')")
    assert warehouse.say(BOTH) == (
        "PASS",
        "newest row 2026-03-10 12:00:00 UTC; 1 row left out, without ts (0 s old, limit 12 h)",
    )


def test_a_table_whose_newest_row_is_before_christ_is_old(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (ts timestamptz)")
    warehouse.sql("INSERT INTO orders VALUES ('0044-03-15 12:00+00 BC')")
    outcome, text = warehouse.say(BOTH)
    assert outcome == "FAIL"
    assert text.startswith("newest row 1-01-01 00:00:00 UTC")


def test_arrival_is_judged_by_its_own_column(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-01 00:00+00")
    warehouse.sql("UPDATE orders SET loaded = '2026-03-10 11:30+00' WHERE id = 1")
    orders = "{relation: orders, time: ts, loaded: loaded}"
    loaded = "freshness: {by: loaded, critical: '> 1h'}"
    assert warehouse.say(loaded, orders=orders)[0] == "PASS"
    assert warehouse.say(BOTH, orders=orders)[0] == "FAIL"
    done = f"{BOTH}\n{loaded}"
    assert complaint(done, orders=orders) == ""


def test_where_chooses_whose_newest_row(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-10 11:00+00")
    warehouse.sql("UPDATE orders SET shop = CASE id WHEN 1 THEN 'de' ELSE 'at' END")
    text = "freshness: {where: \"shop = '%s'\", critical: '> 1d'}"
    assert warehouse.say(text % "at")[0] == "PASS"
    assert warehouse.say(text % "de")[0] == "FAIL"


@pytest.mark.parametrize(
    ("time_type", "newest", "at"),
    [
        ("timestamptz", "2026-03-10 08:00+01", "07:00"),
        ("timestamp", "2026-03-10 08:00", "07:00"),
        ("date", "2026-03-09", "23:00"),
        ("text", "2026-03-10T08:00:00+01:00", "07:00"),
        ("varchar(40)", "2026-03-10 08:00", "07:00"),
        ("text", "2026-03-10T07:00:00Z", "07:00"),
    ],
)
def test_every_type_of_time_is_read_as_the_same_instant(
    warehouse: Warehouse, time_type: str, newest: str, at: str
) -> None:
    table(warehouse, newest, time_type)
    day = "2026-03-09" if at == "23:00" else "2026-03-10"
    said = warehouse.say("freshness: {critical: '> 13h'}", zone="Europe/Berlin")
    assert said[0] == "PASS"
    assert said[1].startswith(f"newest row {day} {at}:00 UTC")


def test_text_that_is_no_time_is_never_the_newest(warehouse: Warehouse) -> None:
    table(warehouse, "2026-03-10 08:00", "text")
    warehouse.sql("INSERT INTO orders (ts) VALUES ('yesterday'), ('2026-13-40'), ('99'), ('')")
    lax = "{relation: orders, time: ts, unparsable: 60%}"
    assert warehouse.say(BOTH, orders=lax)[1].startswith("newest row 2026-03-10 08:00:00 UTC")
    assert warehouse.say(BOTH)[0] == "UNKNOWN"


@pytest.mark.parametrize("rows", ["", "('2030-01-01')"])
def test_without_a_newest_row_it_is_not_measured(warehouse: Warehouse, rows: str) -> None:
    warehouse.sql("CREATE TABLE orders (id serial, ts timestamptz)")
    if rows:
        warehouse.sql(f"INSERT INTO orders (ts) VALUES {rows}")
    verdict = warehouse.verdict(BOTH, as_of=NOON)
    assert verdict.outcome.shown == "UNKNOWN"
    assert verdict.text == "there is no row to take the newest of (no_rows)"


@pytest.mark.parametrize("limit", ["> 5", "> 5%", "> 5 rows"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"freshness: {{critical: '{limit}'}}")
    assert f"{limit!r} lacks a unit: write a duration such as '> 12h'" in told


def test_what_it_cannot_do_is_said_before_any_pass() -> None:
    assert "needs `loaded:` on dataset orders" in complaint(
        "freshness: {by: loaded, critical: '> 1h'}"
    )
    assert "no `window`" in complaint("freshness: {window: 7d, critical: '> 1h'}")
    assert "warning '> 2d' is laxer than critical '> 1d'" in complaint(
        "freshness: {warning: '> 2d', critical: '> 1d'}"
    )
