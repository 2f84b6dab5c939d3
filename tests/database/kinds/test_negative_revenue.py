"""R1: revenue below zero."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 0'", "revenue", "SKIP", "UNKNOWN", "UNKNOWN")

NONE = "negative_revenue: {critical: '> 0'}"


def table(warehouse: Warehouse, revenues: str) -> None:
    warehouse.sql(
        "CREATE TABLE orders (id serial, ts timestamptz DEFAULT '2026-03-09 12:00+00',"
        " revenue numeric(12,2), net float8, state text DEFAULT 'paid')"
    )
    warehouse.sql(f"INSERT INTO orders (revenue) SELECT unnest(ARRAY[{revenues}]::numeric[])")


def test_revenue_below_zero_is_counted_until_it_is_mended(warehouse: Warehouse) -> None:
    table(warehouse, "10, 20, 0, NULL")
    fine = "0 of 3 rows with negative revenue on 2026-03-09 (limit 0)"
    assert warehouse.say(NONE) == ("PASS", fine)
    warehouse.sql("UPDATE orders SET revenue = -0.01 WHERE id = 1")
    broken = "1 of 3 rows with negative revenue on 2026-03-09 (limit 0)"
    assert warehouse.say(NONE) == ("FAIL", broken)
    values = {"negative_revenue_ratio": 1 / 3, "rows_failed": 1.0, "rows_checked": 3.0}
    assert warehouse.values(NONE) == values
    warehouse.sql("UPDATE orders SET revenue = 0.01 WHERE id = 1")
    assert warehouse.say(NONE) == ("PASS", fine)


def test_rows_without_revenue_are_not_judged(warehouse: Warehouse) -> None:
    table(warehouse, "NULL, NULL")
    told = "2 rows on 2026-03-09: none has revenue (no_values)"
    assert warehouse.say(NONE) == ("UNKNOWN", told)
    paid = "negative_revenue: {where: state = 'open', critical: '> 0'}"
    assert warehouse.say(paid) == ("SKIP", "nothing to divide by: 0 rows on 2026-03-09")


@pytest.mark.parametrize("kind", ["negative_revenue", "zero_revenue"])
def test_what_is_no_number_is_said_and_all_of_it_is_not_measured(
    warehouse: Warehouse, kind: str
) -> None:
    table(warehouse, "1, 1, 1")
    check = f"{kind}: {{column: net, critical: '> 0'}}"
    warehouse.sql("UPDATE orders SET net = CASE id WHEN 1 THEN 5 WHEN 2 THEN 'NaN'::float8 END")
    assert "0 of 1 row with" in warehouse.say(check)[1]
    assert "; 1 row left out, with NaN or infinity (" in warehouse.say(check)[1]
    warehouse.sql("UPDATE orders SET net = CASE id WHEN 1 THEN 'Infinity' ELSE 'NaN' END::float8")
    told = "3 rows on 2026-03-09: none has net (no_values)"
    assert warehouse.say(check) == ("UNKNOWN", told)
    warehouse.sql("UPDATE orders SET net = '-Infinity'")
    assert warehouse.say(check)[0] == ("FAIL" if kind == "negative_revenue" else "UNKNOWN")


def test_the_column_may_have_another_name(warehouse: Warehouse) -> None:
    table(warehouse, "1, 1, 1, 1")
    warehouse.sql("UPDATE orders SET net = CASE id WHEN 1 THEN -1 ELSE 5 END")
    verdict = warehouse.verdict("negative_revenue: {column: net, warning: '> 20%'}")
    text = "1 of 4 rows with negative net on 2026-03-09 (25 %, limit 20 %)"
    assert (verdict.outcome.shown, verdict.text) == ("WARN", text)
    assert verdict.sample is not None
    assert verdict.sample.labels == {"column": "net"}


def test_where_and_window_choose_the_rows(warehouse: Warehouse) -> None:
    table(warehouse, "-5, 5")
    warehouse.sql("INSERT INTO orders (ts, revenue) VALUES ('2026-03-01', -1), (NULL, -1)")
    refunds = "negative_revenue: {where: revenue > 0, critical: '> 0'}"
    assert warehouse.say(refunds)[0] == "PASS"
    assert warehouse.values(NONE)["rows_failed"] == 1
    nine = "negative_revenue: {window: 9d, critical: '> 0'}"
    assert warehouse.values(nine)["rows_failed"] == 2
    whole = "negative_revenue: {window: all, critical: '> 5 rows'}"
    assert warehouse.say(whole) == (
        "PASS",
        "3 of 4 rows with negative revenue in the whole table (limit 5)",
    )


@pytest.mark.parametrize("limit", ["> 5", "> 1d"])
def test_other_units_are_refused(limit: str) -> None:
    assert f"{limit!r} lacks a unit" in complaint(f"negative_revenue: {{critical: '{limit}'}}")
