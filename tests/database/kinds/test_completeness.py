"""C1, C4: how much of a column is missing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("column: client_id, critical: '> 5%'", "client_id", "SKIP", "UNKNOWN", "FAIL")

LIMITS = "warning: '> 1%', critical: '> 5%'"
RATE = f"completeness: {{column: client_id, {LIMITS}}}"


def table(warehouse: Warehouse, rows: int = 100, missing: int = 0) -> None:
    """Rows of the expected day, the first of which have no client, and one of the day before."""
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, client_id text, event text)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09 00:00+00'::timestamptz + n * interval '1 min',"
        f" CASE WHEN n >= {missing} THEN 'c' || n END, 'view' FROM generate_series(0, {rows - 1}) n"
    )
    warehouse.sql("INSERT INTO orders VALUES (-1, '2026-03-08 23:59:59+00', NULL, 'view')")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (0, ("PASS", "0 of 100 rows without client_id on 2026-03-09 (0 %, limit 1 %)")),
        (1, ("PASS", "1 of 100 rows without client_id on 2026-03-09 (1 %, limit 1 %)")),
        (5, ("WARN", "5 of 100 rows without client_id on 2026-03-09 (5 %, limit 1 %)")),
        (6, ("FAIL", "6 of 100 rows without client_id on 2026-03-09 (6 %, limit 5 %)")),
        (100, ("FAIL", "100 of 100 rows without client_id on 2026-03-09 (100 %, limit 5 %)")),
    ],
)
def test_each_severity_speaks_past_its_own_share(
    warehouse: Warehouse, missing: int, said: tuple[str, str]
) -> None:
    table(warehouse, missing=missing)
    assert warehouse.say(RATE) == said


def test_large_numbers_are_grouped_and_the_evidence_is_exported(warehouse: Warehouse) -> None:
    table(warehouse, rows=1375, missing=80)
    assert warehouse.say(RATE) == (
        "FAIL",
        "80 of 1,375 rows without client_id on 2026-03-09 (5.82 %, limit 5 %)",
    )
    values = warehouse.values(RATE)
    assert values == {"column_null_ratio": 80 / 1375, "rows_failed": 80.0, "rows_checked": 1375.0}
    warehouse.sql("UPDATE orders SET client_id = 'found'")
    assert warehouse.say(RATE)[0] == "PASS"


@pytest.mark.parametrize("number", ["numeric", "real", "float8"])
@pytest.mark.parametrize(
    "check", ["completeness: {", "missing_revenue: {", "absent_day: {window: day, "]
)
def test_nan_and_infinity_are_no_value(warehouse: Warehouse, number: str, check: str) -> None:
    table(warehouse, rows=2)
    warehouse.sql(f"ALTER TABLE orders ADD net {number} DEFAULT 5")
    written = f"{check}column: net, critical: '> 0'}}"
    assert warehouse.say(written)[0] == "PASS"
    warehouse.sql("UPDATE orders SET net = 'NaN'")
    assert warehouse.say(written)[0] == "FAIL"
    if number != "numeric":
        warehouse.sql("UPDATE orders SET net = 'Infinity'")
        assert warehouse.say(written)[0] == "FAIL"


def test_blank_text_is_missing_only_on_request(warehouse: Warehouse) -> None:
    table(warehouse, rows=10)
    warehouse.sql("UPDATE orders SET client_id = '' WHERE id = 1")
    warehouse.sql("UPDATE orders SET client_id = E' \\t\\n' WHERE id = 2")
    warehouse.sql("UPDATE orders SET client_id = NULL WHERE id = 3")
    blank = "completeness: {column: client_id, blank_is_missing: true, critical: '> 2 rows'}"
    assert warehouse.values(RATE)["rows_failed"] == 1
    assert warehouse.say(blank) == (
        "FAIL",
        "3 of 10 rows without client_id on 2026-03-09 (limit 2)",
    )


def test_blank_can_be_asked_of_a_number_too(warehouse: Warehouse) -> None:
    table(warehouse, rows=4)
    said = warehouse.say("completeness: {column: id, blank_is_missing: true, critical: '> 0'}")
    assert said == ("PASS", "0 of 4 rows without id on 2026-03-09 (limit 0)")


def test_where_narrows_what_is_checked(warehouse: Warehouse) -> None:
    table(warehouse, missing=10)
    warehouse.sql("UPDATE orders SET event = 'test' WHERE id < 9")
    warehouse.sql("UPDATE orders SET event = NULL WHERE id = 50")  # <> is unknown: left out
    text = f"completeness: {{column: client_id, where: \"event <> 'test'\", {LIMITS}}}"
    assert warehouse.say(text) == (
        "WARN",
        "1 of 90 rows without client_id on 2026-03-09 (1.11 %, limit 1 %)",
    )


@pytest.mark.parametrize(
    ("window", "failed", "checked"), [("day", 0, 10), ("7d", 1, 11), ("all", 2, 12)]
)
def test_its_window_says_which_rows(
    warehouse: Warehouse, window: str, failed: int, checked: int
) -> None:
    table(warehouse, rows=10)
    warehouse.sql("INSERT INTO orders VALUES (-2, '2026-01-01', NULL, 'view')")
    values = warehouse.values(f"completeness: {{column: client_id, window: {window}, {LIMITS}}}")
    assert (values["rows_failed"], values["rows_checked"]) == (failed, checked)


def test_today_is_the_open_day(warehouse: Warehouse) -> None:
    table(warehouse)
    today = f"completeness: {{column: client_id, window: today, {LIMITS}}}"
    assert warehouse.say(today) == ("SKIP", "nothing to divide by: 0 rows on 2026-03-10")
    warehouse.sql("INSERT INTO orders VALUES (1, '2026-03-10 01:00+00', NULL, 'view')")
    assert warehouse.say(today)[0] == "FAIL"
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(today, as_of=at_three)[0] == "FAIL"
    assert warehouse.say(RATE, as_of=at_three)[1].startswith("1 of 1 row")


def test_rows_without_a_time_are_found_in_the_whole_table(warehouse: Warehouse) -> None:
    table(warehouse, rows=9)
    warehouse.sql("UPDATE orders SET ts = NULL WHERE id = 3")
    assert warehouse.say("completeness: {column: ts, critical: '> 0'}") == (
        "FAIL",
        "1 of 10 rows without ts in the whole table (limit 0)",
    )
    refused = complaint("completeness: {column: ts, window: day, critical: '> 0'}")
    assert "rows without ts belong to no day: use `window: all`" in refused


def test_a_table_without_time_is_read_whole(warehouse: Warehouse) -> None:
    table(warehouse, rows=3)
    said = warehouse.say(RATE, orders="{relation: orders}")
    assert said == (
        "FAIL",
        "1 of 4 rows without client_id in the whole table (25 %, limit 5 %)",
    )


@pytest.mark.parametrize("limit", ["> 5", "> 12h"])
def test_other_units_are_refused(limit: str) -> None:
    told = complaint(f"completeness: {{column: client_id, critical: '{limit}'}}")
    advice = "write a share such as '> 5%' or a count such as '> 5 rows'"
    assert f"{limit!r} lacks a unit: {advice}" in told


def test_a_limit_is_required() -> None:
    told = complaint("completeness: {column: client_id}")
    assert "completeness needs a limit, for example {warning: '> 1%', critical: '> 5%'}" in told
