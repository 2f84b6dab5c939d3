"""R5: the revenue of a line is quantity times price."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("column: revenue, equals: rows_read * 2, critical: '> 0'", "revenue",
                  "SKIP", "UNKNOWN", "UNKNOWN")  # fmt: skip

LINES = "line_revenue: {critical: '> 0'}"
FINE = (
    "PASS",
    "line_revenue of 0 of 8 comparable lines are not quantity * price on 2026-03-09;"
    " 0 cannot be compared (limit 0)",
)


def table(warehouse: Warehouse, amount: str = "numeric(12,2)") -> None:
    """Eight lines of the expected day: 1 to 8 pieces at 1.10."""
    warehouse.sql(
        f"CREATE TABLE orders (id int, ts timestamptz, quantity int, price {amount},"
        f" line_revenue {amount}, state text);"
        "INSERT INTO orders SELECT n, '2026-03-09 12:00+00', n, 1.10, n * 1.10"
        " FROM generate_series(1, 8) n"
    )


@pytest.mark.parametrize("amount", ["numeric(12,2)", "float8", "real"])
def test_a_line_that_differs_is_seen_until_it_is_mended(warehouse: Warehouse, amount: str) -> None:
    table(warehouse, amount)
    assert warehouse.say(LINES) == FINE
    warehouse.sql("UPDATE orders SET line_revenue = line_revenue + 1 WHERE id = 3")
    assert warehouse.say(LINES) == (
        "FAIL",
        "line_revenue of 1 of 8 comparable lines is not quantity * price on 2026-03-09;"
        " 0 cannot be compared (limit 0)",
    )
    assert warehouse.values(LINES) == {
        "line_revenue_mismatch_ratio": 0.125,
        "line_revenue_incomparable_rows": 0.0,
        "rows_failed": 1.0,
        "rows_checked": 8.0,
    }
    warehouse.sql("UPDATE orders SET line_revenue = quantity * price")
    assert warehouse.say(LINES) == FINE


@pytest.mark.parametrize(("by", "word"), [("0.01", "PASS"), ("-0.01", "PASS"), ("0.02", "FAIL")])
@pytest.mark.parametrize("amount", ["numeric(12,2)", "float8"])
def test_a_cent_is_no_difference(warehouse: Warehouse, amount: str, by: str, word: str) -> None:
    table(warehouse, amount)
    warehouse.sql(f"UPDATE orders SET line_revenue = line_revenue + {by} WHERE id = 8")
    assert warehouse.say(LINES)[0] == word
    exact = "line_revenue: {tolerance: 0, critical: '> 0'}"
    assert warehouse.say(exact)[0] == "FAIL"


@pytest.mark.parametrize(("tolerance", "word"), [("5%", "FAIL"), ("50%", "PASS")])
def test_a_tolerance_may_be_per_cent(warehouse: Warehouse, tolerance: str, word: str) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET line_revenue = line_revenue * 1.2 WHERE id = 8")
    assert warehouse.say(f"line_revenue: {{tolerance: {tolerance}, critical: '> 0'}}")[0] == word


def test_a_line_without_a_value_is_counted_apart_and_never_as_zero(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET price = NULL WHERE id = 1")
    warehouse.sql("UPDATE orders SET quantity = NULL, line_revenue = 0 WHERE id = 2")
    warehouse.sql("UPDATE orders SET line_revenue = NULL WHERE id IN (3, 4)")
    assert warehouse.say(LINES) == (
        "PASS",
        "line_revenue of 0 of 4 comparable lines are not quantity * price on 2026-03-09;"
        " 4 cannot be compared (limit 0)",
    )
    assert warehouse.values(LINES)["line_revenue_incomparable_rows"] == 4
    warehouse.sql("UPDATE orders SET price = NULL")
    assert warehouse.say(LINES) == (
        "UNKNOWN",
        "none of 8 lines can be compared on 2026-03-09: a value is missing in each (no_values)",
    )


def test_it_says_what_is_compared(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET line_revenue = 0.9 * quantity * price")
    assert warehouse.values(LINES)["rows_failed"] == 8
    text = "line_revenue: {equals: quantity * price * 0.9, where: id > 4, critical: '> 0'}"
    assert warehouse.say(text)[1].startswith("line_revenue of 0 of 4 comparable lines")
    sums = "line_revenue: {equals: quantity + price - 1 * 0, column: line_revenue, critical: '> 0'}"
    warehouse.sql("UPDATE orders SET line_revenue = quantity + price")
    assert warehouse.say(sums)[0] == "PASS"


def test_what_is_no_number_differs_from_every_number(warehouse: Warehouse) -> None:
    table(warehouse, "numeric")
    warehouse.sql("UPDATE orders SET line_revenue = 'NaN' WHERE id = 2")
    assert warehouse.values(LINES)["rows_failed"] == 1


def test_what_cannot_be_is_said_before_any_pass() -> None:
    assert "tolerance" in complaint("line_revenue: {tolerance: -1, critical: '> 0'}")
    assert "not in the list of allowed functions" in complaint(
        "line_revenue: {equals: pg_sleep(1), critical: '> 0'}"
    )
    assert "lacks a unit" in complaint("line_revenue: {critical: '> 3'}")
