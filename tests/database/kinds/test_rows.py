"""A3: rows for which a condition of the owner's holds."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.database.turns.breaking import FEW, Break
from tests.support.warehouses import Warehouse, complaint, config_of

EXAMPLE = Example("failing: revenue < 0, critical: '> 0'", "revenue", "SKIP", "UNKNOWN", "UNKNOWN")
SHOP = """
checks:
  orders:
    - rows: {name: loaded_before_they_were_made, failing: loaded_at < order_ts, critical: "> 0"}
"""
SHOWN = (
    "UPDATE analytics.fct_orders SET loaded_at = order_ts - interval '1 hour'"
    " WHERE order_ts >= '{day}' AND order_ts < '{day}'::date + 1"
)
"""What breaks the shop so that the runbook can be seen to show it."""
BREAKS = {
    "A3": Break(
        "UPDATE analytics.fct_orders SET loaded_at = order_ts - interval '1 hour'"
        f" WHERE order_id IN {FEW}",
        "orders.loaded_before_they_were_made",
        "fct_orders",
    )
}

DISCOUNTS = "rows: {failing: discount > price, critical: '> 10%'}"


def table(warehouse: Warehouse, discounts: str) -> None:
    """Rows of the expected day with a price of 10, and a discount each."""
    warehouse.sql(
        "CREATE TABLE orders (id serial, ts timestamptz DEFAULT '2026-03-09 12:00+00',"
        " price numeric DEFAULT 10, discount numeric, state text DEFAULT 'paid');"
        f"INSERT INTO orders (discount) SELECT unnest(ARRAY[{discounts}]::numeric[])"
    )


def test_rows_for_which_it_holds_are_counted_until_they_are_mended(warehouse: Warehouse) -> None:
    table(warehouse, "0, 5, 10, 10.01")
    text = "1 of 4 rows with discount > price on 2026-03-09 (25 %, limit 10 %)"
    assert warehouse.say(DISCOUNTS) == ("FAIL", text)
    values = {"failing_rows_ratio": 0.25, "rows_failed": 1.0, "rows_checked": 4.0}
    assert warehouse.values(DISCOUNTS) == values
    warehouse.sql("UPDATE orders SET discount = 10 WHERE discount > 10")
    fine = "0 of 4 rows with discount > price on 2026-03-09 (0 %, limit 10 %)"
    assert warehouse.say(DISCOUNTS) == ("PASS", fine)


def test_rows_for_which_it_is_null_are_counted_and_said(warehouse: Warehouse) -> None:
    table(warehouse, "11, 0, NULL, NULL, NULL")
    text = "1 of 2 rows with discount > price on 2026-03-09; for 3 more rows it is NULL"
    assert warehouse.say(DISCOUNTS) == ("FAIL", f"{text} (50 %, limit 10 %)")
    one = "rows: {failing: discount > price, where: id < 4, critical: '> 5 rows'}"
    text = "1 of 2 rows with discount > price on 2026-03-09; for 1 more row it is NULL (limit 5)"
    assert warehouse.say(one) == ("PASS", text)


def test_where_it_is_null_in_every_row_nothing_is_measured(warehouse: Warehouse) -> None:
    table(warehouse, "NULL, NULL")
    text = "2 rows on 2026-03-09: discount > price is NULL for each of them (no_values)"
    assert warehouse.say(DISCOUNTS) == ("UNKNOWN", text)
    warehouse.sql("DELETE FROM orders WHERE id = 1")
    text = "1 row on 2026-03-09: discount > price is NULL for it (no_values)"
    assert warehouse.say(DISCOUNTS) == ("UNKNOWN", text)
    warehouse.sql("DELETE FROM orders")
    assert warehouse.say(DISCOUNTS) == ("SKIP", "nothing to divide by: 0 rows on 2026-03-09")


@pytest.mark.parametrize(
    ("failing", "failed"),
    [
        ("discount is null", 1),
        ("discount is null or discount > price", 2),
        ("not (discount <= price)", 1),
        ("state not in ('paid', 'open')", 0),
        ("\n  discount\n  > price\n", 1),
    ],
)
def test_any_condition_will_do(warehouse: Warehouse, failing: str, failed: int) -> None:
    table(warehouse, "11, 0, NULL")
    written = f'rows: {{failing: "{failing}", critical: "> 5 rows"}}'.replace("\n", "\\n")
    assert warehouse.values(written)["rows_failed"] == failed
    assert "\n" not in warehouse.say(written)[1]


def test_where_and_window_choose_the_rows(warehouse: Warehouse) -> None:
    table(warehouse, "11, 11, 0")
    warehouse.sql("INSERT INTO orders (ts, discount) VALUES ('2026-03-01', 11), (NULL, 11)")
    first = "rows: {failing: discount > price, where: id = 1, critical: '> 5 rows'}"
    assert warehouse.values(first)["rows_checked"] == 1
    whole = DISCOUNTS.replace("critical", "window: all, critical")
    assert warehouse.values(whole)["rows_failed"] == 4


def test_a_condition_that_is_none_costs_no_other_check(warehouse: Warehouse) -> None:
    table(warehouse, "11, 0")
    both = (
        "rows: {failing: price, critical: '> 0'}\n"
        "negative_revenue: {column: price, critical: '> 0'}"
    )
    said = [r.worst.outcome.shown for r in warehouse.run(config_of(both)).results.values()]
    assert said == ["UNKNOWN", "PASS"]


def test_a_condition_is_required_and_read_with_the_config() -> None:
    assert "failing" in complaint("rows: {critical: '> 0'}")
    assert complaint("rows: {failing: 'discount >', critical: '> 0'}")
    assert complaint("rows: {failing: 'pg_sleep(5) is null', critical: '> 0'}")
    assert "rows needs a limit" in complaint("rows: {failing: discount > price}")
