"""A2: numbers outside the range in which they can be."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("column: revenue, min: 0, max: 100, critical: '> 0'", "revenue",
                  "SKIP", "UNKNOWN", "UNKNOWN")  # fmt: skip

PRICES = "range: {column: price, min: 0, max: 100, critical: '> 0'}"


def table(warehouse: Warehouse, number: str = "numeric") -> None:
    """Ten rows of the expected day with prices of 0, 10, … 90, and one without."""
    warehouse.sql(f"CREATE TABLE orders (id int, ts timestamptz, price {number}, state text)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09 12:00+00', n * 10 FROM generate_series(0, 9) n;"
        "INSERT INTO orders VALUES (10, '2026-03-09 13:00+00', NULL)"
    )


@pytest.mark.parametrize("number", ["int", "bigint", "numeric(12,2)", "float8", "real"])
def test_a_number_out_of_range_is_seen_until_it_is_mended(
    warehouse: Warehouse, number: str
) -> None:
    table(warehouse, number)
    fine = ("PASS", "0 of 10 values of price not from 0 to 100 on 2026-03-09 (limit 0)")
    assert warehouse.say(PRICES) == fine
    warehouse.sql("UPDATE orders SET price = -price WHERE id = 3")
    warehouse.sql("UPDATE orders SET price = 101 WHERE id = 5")
    assert warehouse.say(PRICES) == (
        "FAIL",
        "2 of 10 values of price not from 0 to 100 on 2026-03-09 (limit 0)",
    )
    values = {"out_of_range_ratio": 0.2, "rows_failed": 2.0, "rows_checked": 10.0}
    assert warehouse.values(PRICES) == values
    warehouse.sql("UPDATE orders SET price = id * 10 WHERE id IN (3, 5)")
    assert warehouse.say(PRICES) == fine


@pytest.mark.parametrize(
    ("bounds", "failed", "said"),
    [
        ("min: 10", 1, "not at least 10"),
        ("max: 80", 1, "not at most 80"),
        ("min: 0, max: 90", 0, "not from 0 to 90"),
        ("min: 10.5, max: 79.5", 4, "not from 10.50 to 79.50"),
        ("min: -5", 0, "not at least -5"),
        ("min: 50, max: 50", 9, "not from 50 to 50"),
    ],
)
def test_both_bounds_may_occur(warehouse: Warehouse, bounds: str, failed: int, said: str) -> None:
    table(warehouse)
    text = f"range: {{column: price, {bounds}, critical: '> 0'}}"
    assert warehouse.values(text)["rows_failed"] == failed
    assert said in warehouse.say(text)[1]


@pytest.mark.parametrize("number", ["real", "float8", "numeric"])
def test_a_bound_may_occur_in_every_precision(warehouse: Warehouse, number: str) -> None:
    table(warehouse, number)
    warehouse.sql("UPDATE orders SET price = 0.1")
    for bound in ("min: 0.1", "max: 0.1"):
        text = f"range: {{column: price, {bound}, critical: '> 0'}}"
        assert warehouse.values(text)["rows_failed"] == 0


@pytest.mark.parametrize("bounds", ["min: 0", "max: 100"])
@pytest.mark.parametrize(
    ("number", "value"),
    [("float8", "NaN"), ("float8", "Infinity"), ("float8", "-Infinity"), ("numeric", "NaN")],
)
def test_what_is_no_number_is_in_no_range(
    warehouse: Warehouse, number: str, value: str, bounds: str
) -> None:
    table(warehouse, number)
    warehouse.sql(f"UPDATE orders SET price = '{value}' WHERE id = 3")
    text = f"range: {{column: price, {bounds}, critical: '> 0'}}"
    assert warehouse.values(text)["rows_failed"] == 1


def test_where_and_window_say_which_rows(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("UPDATE orders SET price = -1, state = 'refund' WHERE id = 1")
    warehouse.sql("INSERT INTO orders VALUES (11, '2026-03-07 12:00+00', -2)")
    sales = PRICES.replace("critical", "where: state is null, critical")
    assert warehouse.say(sales)[0] == "PASS"
    week = sales.replace("critical", "window: 7d, critical")
    assert warehouse.say(week)[1].startswith("1 of 10 values of price not from 0 to 100 from ")


def test_a_range_needs_a_bound_and_room_between_two() -> None:
    assert "needs `min`, `max` or both" in complaint("range: {column: price, critical: '> 0'}")
    turned = complaint("range: {column: price, min: 5, max: 4, critical: '> 0'}")
    assert "min 5 is above max 4" in turned
    assert complaint("range: {column: price, min: .inf, critical: '> 0'}")
    assert "needs a limit" in complaint("range: {column: price, min: 0}")


TIMES = """
CREATE TABLE orders (id serial, ts timestamptz DEFAULT '2026-03-09 12:00+00', ordered {0},
  shipped {0});
INSERT INTO orders (ordered, shipped) VALUES ('2026-03-01', '2026-03-02'),
  ('2026-03-02', '2026-03-01'), ('2026-03-03', NULL), (NULL, '2026-03-04'),
  ('1970-01-01', '1970-01-02'), ('2026-03-09', '2026-03-09')
"""


@pytest.mark.parametrize("column_type", ["date", "timestamp", "timestamptz"])
@pytest.mark.parametrize(
    ("bounds", "failed", "checked", "said"),
    [
        ("min: ordered", 1, 4, "not at least ordered"),
        ("max: ordered", 2, 4, "not at most ordered"),
        ("min: 2020-01-01", 1, 5, "not at least 2020-01-01"),
        ("max: 2026-03-03", 2, 5, "not at most 2026-03-03"),
        ("min: 2020-01-01, max: 2026-03-09", 1, 5, "not from 2020-01-01 to 2026-03-09"),
    ],
)
def test_a_bound_may_be_a_day_or_a_column_of_the_row(
    warehouse: Warehouse, column_type: str, bounds: str, failed: int, checked: int, said: str
) -> None:
    """A row in which the other column is NULL is not judged."""
    warehouse.sql(TIMES.format(column_type))
    text = f"range: {{column: shipped, {bounds}, critical: '> 0'}}"
    values = warehouse.values(text)
    assert (values["rows_failed"], values["rows_checked"]) == (failed, checked)
    assert said in warehouse.say(text)[1]


def test_the_last_day_is_all_of_it(warehouse: Warehouse) -> None:
    table(warehouse)
    for last, word in (("2026-03-09", "PASS"), ("2026-03-08", "FAIL")):
        check = f"range: {{column: ts, max: {last}, window: all, critical: '> 0'}}"
        assert warehouse.say(check)[0] == word


def test_a_bound_that_is_none_of_the_column_is_not_measured(warehouse: Warehouse) -> None:
    table(warehouse)
    for bound, reason in (("2020-01-01", "column_type"), ("cost", "missing_column")):
        word, text = warehouse.say(f"range: {{column: price, min: {bound}, critical: '> 0'}}")
        assert word == "UNKNOWN"
        assert reason in text
    for wrong in ("min: true", "min: [1]", "min: ''", "min: 2020-01-02, max: 2020-01-01"):
        assert complaint(f"range: {{column: price, {wrong}, critical: '> 0'}}")
