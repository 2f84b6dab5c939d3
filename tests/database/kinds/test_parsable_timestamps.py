"""S2: timestamps held as text that cannot be parsed."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("column: stamp, critical: '> 0'", "stamp", "SKIP", "UNKNOWN", "UNKNOWN")

PARSED = "parsable_timestamps: {column: stamp, critical: '> 0'}"


def table(warehouse: Warehouse) -> None:
    """Four rows of the expected day whose times are written in four ways, and one without."""
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, stamp text, state text)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09 12:00+00', (ARRAY['2026-03-09',"
        " '2026-03-09 10:11:12', '2026-03-09T10:11:12.345Z', '2024-02-29 10:11+01:00'])[n]"
        " FROM generate_series(1, 5) n"
    )


def test_what_is_no_time_is_seen_until_it_is_one(warehouse: Warehouse) -> None:
    table(warehouse)
    fine = ("PASS", "0 of 4 values of stamp are not valid times on 2026-03-09 (limit 0)")
    assert warehouse.say(PARSED) == fine
    warehouse.sql("UPDATE orders SET stamp = '09.03.2026' WHERE id = 1")
    assert warehouse.say(PARSED) == (
        "FAIL",
        "1 of 4 values of stamp are not valid times on 2026-03-09 (limit 0)",
    )
    values = {"unparsable_timestamp_ratio": 0.25, "rows_failed": 1.0, "rows_checked": 4.0}
    assert warehouse.values(PARSED) == values
    warehouse.sql("UPDATE orders SET stamp = '2026-03-09' WHERE id = 1")
    assert warehouse.say(PARSED) == fine


@pytest.mark.parametrize(
    "text",
    ["", " ", "n/a", "2026-02-29", "2026-13-01", "2026-03-09 25:00", "1773053472", "infinity",
     "now", "2026-03-09 10:11:12 PST", "\uff12\uff10\uff12\uff16-03-09"],
)  # fmt: skip
def test_each_of_these_is_no_time(warehouse: Warehouse, text: str) -> None:
    table(warehouse)
    warehouse.sql(f"UPDATE orders SET stamp = '{text}' WHERE id = 1")
    assert warehouse.values(PARSED)["rows_failed"] == 1


def test_the_times_of_the_dataset_itself_are_read_in_the_whole_table(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET stamp = 'yesterday' WHERE id = 2")
    by_text = "{relation: orders, time: stamp}"
    said = warehouse.say(PARSED, orders=by_text)
    assert said == (
        "FAIL",
        "1 of 4 values of stamp are not valid times in the whole table (limit 0)",
    )
    refused = complaint(PARSED.replace("critical", "window: 7d, critical"), orders=by_text)
    assert "rows whose stamp is not a time have no day: use `window: all`" in refused


@pytest.mark.parametrize("time", ["timestamptz", "timestamp", "date", "varchar(40)"])
def test_a_column_that_has_become_a_time_holds_nothing_else(
    warehouse: Warehouse, time: str
) -> None:
    table(warehouse)
    warehouse.sql(f"ALTER TABLE orders ALTER stamp TYPE {time} USING stamp::{time}")
    assert warehouse.values(PARSED)["rows_checked"] == 4
    assert warehouse.say(PARSED)[0] == "PASS"


def test_a_number_is_not_measured(warehouse: Warehouse) -> None:
    table(warehouse)
    said = warehouse.say("parsable_timestamps: {column: id, critical: '> 0'}")
    assert said[0] == "UNKNOWN"
    assert "time column id is integer" in said[1]


def test_where_leaves_rows_out(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET stamp = '?', state = 'test' WHERE id = 2")
    assert warehouse.say(PARSED.replace("critical", "where: state is null, critical"))[0] == "PASS"
    assert warehouse.say(PARSED.replace("> 0", "> 30%"))[0] == "PASS"
    assert "lacks a unit" in complaint(PARSED.replace("> 0", "> 5"))
