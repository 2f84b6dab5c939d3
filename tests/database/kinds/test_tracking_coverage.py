"""T1: share of orders that carry a click id or a UTM parameter."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("any_of: [gclid], critical: '< 10%'", "gclid", "SKIP", "UNKNOWN", "FAIL")

COVERAGE = "tracking_coverage: {any_of: [gclid, utm_source], warning: '< 40%', critical: '< 10%'}"


def table(warehouse: Warehouse, tracked: int) -> None:
    """Twenty orders of the expected day: odd ones by click id, even ones by UTM, the rest bare."""
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, gclid text, utm_source text)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09',"
        f" CASE WHEN n <= {tracked} AND n % 2 = 1 THEN 'g' END,"
        f" CASE WHEN n <= {tracked} AND n % 2 = 0 THEN 'mail' END FROM generate_series(1, 20) AS n"
    )


@pytest.mark.parametrize(
    ("tracked", "outcome", "shown"),
    [
        (20, "PASS", "100 %, limit at least 40 %"),
        (8, "PASS", "40 %, limit at least 40 %"),
        (7, "WARN", "35 %, limit at least 40 %"),
        (1, "FAIL", "5 %, limit at least 10 %"),
        (0, "FAIL", "0 %, limit at least 10 %"),
    ],
)
def test_too_little_coverage_speaks(
    warehouse: Warehouse, tracked: int, outcome: str, shown: str
) -> None:
    table(warehouse, tracked)
    said = f"{tracked} of 20 rows with gclid or utm_source on 2026-03-09 ({shown})"
    assert warehouse.say(COVERAGE) == (outcome, said)


def test_its_failed_rows_are_those_without_any(warehouse: Warehouse) -> None:
    table(warehouse, 3)
    values = warehouse.values(COVERAGE)
    assert values == {"tracking_coverage_ratio": 0.15, "rows_failed": 17.0, "rows_checked": 20.0}
    by_count = "tracking_coverage: {any_of: [gclid, utm_source], critical: '> 16 rows'}"
    assert warehouse.say(by_count)[0] == "FAIL"
    warehouse.sql("UPDATE orders SET gclid = 'g'")
    assert warehouse.say(COVERAGE)[0] == "PASS"


def test_a_column_of_yes_and_no_counts_where_it_is_yes(warehouse: Warehouse) -> None:
    table(warehouse, 3)
    warehouse.sql("ALTER TABLE orders ADD tagged boolean")
    text = "tracking_coverage: {any_of: [gclid, tagged], warning: '< 40%'}"
    assert warehouse.values(text)["rows_failed"] == 18.0
    warehouse.sql("UPDATE orders SET tagged = false")
    assert warehouse.values(text)["rows_failed"] == 18.0
    warehouse.sql("UPDATE orders SET tagged = true WHERE id > 15")
    assert warehouse.values(text)["rows_failed"] == 13.0


def test_where_and_window_choose_the_orders(warehouse: Warehouse) -> None:
    table(warehouse, 8)
    untracked = COVERAGE.replace("warning", "where: id > 8, warning")
    assert warehouse.say(untracked)[1].startswith("0 of 12 rows with")
    today = COVERAGE.replace("warning", "window: today, warning")
    assert warehouse.say(today) == ("SKIP", "nothing to divide by: 0 rows on 2026-03-10")


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert "'< 40' lacks a unit" in complaint(COVERAGE.replace("< 40%", "< 40"))
    assert "any_of" in complaint("tracking_coverage: {any_of: [], warning: '< 40%'}")
