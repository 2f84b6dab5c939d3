"""R4, R6: the revenue of an order is that of its items, and that in the raw source."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.errors import Reason

from tests.database.kinds.example import TWO_SIDES, Example
from tests.database.kinds.sales import AGAINST, ITEMS, sales
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example(
    f"{TWO_SIDES}, critical: '> 0'", "revenue", "UNKNOWN", "UNKNOWN", "UNKNOWN", whole=True
)

SAME = f"reconciliation: {{{AGAINST}, critical: '> 0'}}"
FINE = "0 of 4 comparable orders differ from the sum in items, by 0.00 together, in the whole table"


def test_an_order_that_differs_is_found_until_it_is_mended(warehouse: Warehouse) -> None:
    sales(warehouse)
    assert warehouse.say(SAME, ITEMS) == ("PASS", f"{FINE} (limit 0)")
    # Two errors of opposite sign: the totals agree, the orders do not.
    warehouse.sql("UPDATE orders SET revenue = revenue + 5.5 WHERE id = 1")
    warehouse.sql("UPDATE orders SET revenue = revenue - 5.5 WHERE id = 2")
    broken = "2 of 4 comparable orders differ from the sum in items, by 11.00 together,"
    assert warehouse.say(SAME, ITEMS) == ("FAIL", f"{broken} in the whole table (limit 0)")
    assert warehouse.values(SAME, ITEMS) == {
        "revenue_mismatch_ratio": 0.5,
        "revenue_mismatch_amount": 11.0,
        "rows_failed": 2.0,
        "rows_checked": 4.0,
    }
    warehouse.sql("UPDATE orders SET revenue = 10 * id")
    assert warehouse.say(SAME, ITEMS) == ("PASS", f"{FINE} (limit 0)")


RAW = (
    "sum: revenue, against: {dataset: events, sum: revenue, by: transaction_id,"
    " where: event_name = 'checkout_completed', within: 7d}, window: 7d"
)
EVENTS = {"events": "{relation: events, time: ts}"}


def test_an_order_that_differs_from_the_raw_source_is_found_until_it_is_mended(
    warehouse: Warehouse,
) -> None:
    """R6: order by order and in total; errors of both signs cancel in the total alone."""
    sales(warehouse)
    warehouse.sql(
        "CREATE TABLE events (transaction_id int, event_name text, revenue float8, ts timestamptz);"
        "INSERT INTO events SELECT id, 'checkout_completed', revenue, ts FROM orders;"
        "INSERT INTO events SELECT id, 'checkout_started', 9, ts FROM orders;"
        "INSERT INTO events VALUES (NULL, 'page_viewed', NULL, '2026-03-09')"
    )
    each = f"reconciliation: {{{RAW}, critical: '> 0'}}"
    total = f"reconciliation_total: {{{RAW}, critical: '> 0.01'}}"
    days = "from 2026-03-03 to 2026-03-09"
    fine = "0 of 4 comparable orders differ from the sum in events within 7 days, by 0.00 together,"
    assert warehouse.say(each, EVENTS) == ("PASS", f"{fine} {days} (limit 0)")
    assert warehouse.say(total, EVENTS)[0] == "PASS"
    warehouse.sql("UPDATE orders SET revenue = revenue + 1 WHERE id = 1")
    assert warehouse.say(each, EVENTS)[0] == warehouse.say(total, EVENTS)[0] == "FAIL"
    warehouse.sql("UPDATE orders SET revenue = revenue - 1 WHERE id = 2")
    broken = "2 of 4 comparable orders differ from the sum in events within 7 days, by 2.00"
    assert warehouse.say(each, EVENTS) == ("FAIL", f"{broken} together, {days} (limit 0)")
    same = f"orders 100.00, events within 7 days 100.00, difference 0.00 {days} (limit 0.01)"
    assert warehouse.say(total, EVENTS) == ("PASS", same)
    warehouse.sql("UPDATE orders SET revenue = 10 * id")
    assert warehouse.say(each, EVENTS)[0] == "PASS"


@pytest.mark.parametrize("amount_type", ["numeric(12,2)", "float8"])
@pytest.mark.parametrize(
    ("by", "tolerance", "outcome"),
    [("0.01", "0.01", "PASS"), ("0.02", "0.01", "FAIL"), ("0.01", "0", "FAIL"), ("1", "1", "PASS")],
)
def test_a_difference_up_to_the_tolerance_is_none(
    warehouse: Warehouse, amount_type: str, by: str, tolerance: str, outcome: str
) -> None:
    sales(warehouse, amount_type)
    warehouse.sql(f"UPDATE orders SET revenue = revenue + {by}")
    text = SAME.replace("critical", f"tolerance: {tolerance}, critical")
    assert warehouse.say(text, ITEMS)[0] == outcome


@pytest.mark.parametrize("amount_type", ["numeric(12,2)", "float8"])
@pytest.mark.parametrize(
    ("factor", "word"), [("1.0101", "PASS"), ("1.02", "FAIL"), ("0.99", "FAIL")]
)
def test_a_tolerance_may_be_per_cent_of_the_orders_own_revenue(
    warehouse: Warehouse, amount_type: str, factor: str, word: str
) -> None:
    """Of 10.101 a difference of 0.101 is 1 %; of 9.90 one of 0.10 is more."""
    sales(warehouse, amount_type.replace("12,2", "12,4"))
    warehouse.sql(f"UPDATE orders SET revenue = revenue * {factor}")
    text = SAME.replace("critical", "tolerance: 1%, critical")
    assert warehouse.say(text, ITEMS)[0] == word


def test_orders_without_a_value_or_an_item_are_not_compared(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = NULL WHERE id = 1")
    warehouse.sql("UPDATE items SET price = NULL WHERE order_id = 2 AND line = 1")
    warehouse.sql("DELETE FROM items WHERE order_id = 3")
    why = "2 cannot be compared: 2 with a value missing (limit 0)"
    told = "1 of 2 orders differs from the sum in items, by 30.00 together (1 without a row there),"
    assert warehouse.say(SAME, ITEMS) == ("FAIL", f"{told} in the whole table; {why}")
    ignored = SAME.replace("critical", "unmatched: ignore, critical")
    told = "0 of 1 comparable order differ from the sum in items, by 0.00 together,"
    why = "3 cannot be compared: 2 with a value missing, 1 without a row in items (limit 0)"
    assert warehouse.say(ignored, ITEMS) == ("PASS", f"{told} in the whole table; {why}")
    warehouse.sql("DELETE FROM orders WHERE id = 4; DELETE FROM items WHERE order_id = 4")
    why = "2 with a value missing, 1 without a row in items (no_values)"
    told = f"none of 3 orders can be compared in the whole table: {why}"
    assert warehouse.say(SAME, ITEMS) == warehouse.say(ignored, ITEMS) == ("UNKNOWN", told)


def test_an_order_in_two_rows_is_one_order(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("INSERT INTO orders VALUES (1, '2026-03-09', 3, 'paid')")
    warehouse.sql("UPDATE orders SET revenue = 7 WHERE id = 1 AND revenue = 10")
    warehouse.sql("INSERT INTO orders (id, revenue) VALUES (NULL, 99)")
    keyless = "1 cannot be compared: 1 without a key"
    assert warehouse.say(SAME, ITEMS) == ("PASS", f"{FINE}; {keyless} (limit 0)")


def test_its_window_chooses_the_orders_and_all_their_items(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE items SET ts = '2026-01-01'; UPDATE orders SET revenue = 0 WHERE id < 3")
    day = SAME.replace("critical", "window: day, critical")
    assert warehouse.say(day, ITEMS)[1].startswith("0 of 1 comparable order differ")
    week = SAME.replace("critical", "window: 7d, critical")
    assert warehouse.values(week, ITEMS)["rows_failed"] == 2
    two_days = SAME.replace("critical", "window: 3d, critical")
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.values(two_days, ITEMS, as_of=at_three)["rows_checked"] == 3
    assert warehouse.values(two_days, ITEMS)["rows_checked"] == 3
    assert warehouse.values(two_days, ITEMS)["rows_failed"] == 1


def test_the_other_side_may_be_looked_for_in_the_last_days_only(warehouse: Warehouse) -> None:
    sales(warehouse)
    week = SAME.replace("order_id}", "order_id, within: 7d}").replace(
        "critical", "window: 7d, critical"
    )
    told = "comparable orders differ from the sum in items within 7 days, by 0.00 together, from"
    assert told in warehouse.say(week, ITEMS)[1]
    warehouse.sql("UPDATE items SET ts = '2026-03-02' WHERE order_id = 1 AND line = 1")
    assert warehouse.values(week, ITEMS)["rows_failed"] == 1
    warehouse.sql("UPDATE items SET ts = '2026-03-02' WHERE order_id = 1")
    assert "(1 without a row there)" in warehouse.say(week, ITEMS)[1]
    lacking = week.replace("reconciliation", "incomparable")
    assert "1 without a row in items within 7 days)" in warehouse.say(lacking, ITEMS)[1]
    total = week.replace("reconciliation", "reconciliation_total")
    assert "orders 100.00, items within 7 days 90.00" in warehouse.say(total, ITEMS)[1]


def test_where_on_either_side_and_a_key_of_its_own(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("INSERT INTO items VALUES (1, 9, 1, -4, '2026-03-09')")
    assert warehouse.values(SAME, ITEMS)["rows_failed"] == 1
    goods = SAME.replace("by: order_id", "by: order_id, where: price > 0")
    assert warehouse.values(goods, ITEMS)["rows_failed"] == 0
    paid = SAME.replace("critical", "where: id > 1, by: id, critical")
    keyless = "{relation: orders, time: ts}"
    assert warehouse.values(paid, ITEMS, orders=keyless)["rows_checked"] == 3


def test_a_revenue_that_is_no_number_is_not_measured(warehouse: Warehouse) -> None:
    sales(warehouse, "float8")
    warehouse.sql("UPDATE orders SET revenue = 'NaN' WHERE id = 1")
    verdict = warehouse.verdict(SAME, ITEMS)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.NOT_FINITE)


@pytest.mark.parametrize(("left", "right"), [("o", "i"), ("i", "o"), ("j", "i"), ("i", "j")])
def test_tables_may_be_called_as_they_like(warehouse: Warehouse, left: str, right: str) -> None:
    sales(warehouse)
    warehouse.sql(f"ALTER TABLE orders RENAME TO {left}; ALTER TABLE items RENAME TO {right}")
    items = {"items": f"{{relation: {right}, time: ts}}"}
    orders = f"{{relation: {left}, time: ts, key: id}}"
    assert warehouse.say(SAME, items, orders=orders) == ("PASS", f"{FINE} (limit 0)")


@pytest.mark.parametrize("kind", ["reconciliation", "reconciliation_total", "incomparable"])
@pytest.mark.parametrize(
    ("break_it", "reason", "text"),
    [
        ("DROP TABLE items", Reason.MISSING_RELATION, "relation items does not exist"),
        ("ALTER TABLE items RENAME price TO prices", Reason.MISSING_COLUMN, "did you mean prices?"),
        ("ALTER TABLE items RENAME order_id TO o", Reason.MISSING_COLUMN, "column order_id of"),
        ("ALTER TABLE items ALTER price TYPE text", Reason.COLUMN_TYPE, "operator does not exist"),
        ("ALTER TABLE items ALTER order_id TYPE text", Reason.COLUMN_TYPE, "operator does not"),
    ],
)
def test_another_side_that_is_gone_makes_it_unmeasured(
    warehouse: Warehouse, kind: str, break_it: str, reason: Reason, text: str
) -> None:
    sales(warehouse)
    warehouse.sql(break_it)
    verdict = warehouse.verdict(f"{kind}: {{{AGAINST}, critical: '> 0'}}", ITEMS)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", reason)
    assert text in verdict.text


@pytest.mark.parametrize("kind", ["reconciliation", "reconciliation_total"])
def test_a_side_without_rows_leaves_nothing_to_compare(warehouse: Warehouse, kind: str) -> None:
    both = f"{kind}: {{{AGAINST}, window: all, critical: '> 0'}}"
    timeless = {"items": "{relation: items}"}
    sales(warehouse)
    warehouse.sql("CREATE TABLE sold AS TABLE items; DELETE FROM items")
    told = "none of 4 orders can be compared in the whole table: 4 without a row in items"
    assert warehouse.say(both, ITEMS) == ("UNKNOWN", f"{told} (no_values)")
    warehouse.sql("INSERT INTO items TABLE sold; DELETE FROM orders")
    told = "no orders in the whole table, but items has rows (no_values)"
    assert warehouse.say(both, ITEMS) == warehouse.say(both, timeless) == ("UNKNOWN", told)
    day = both.replace("all", "day")
    told = "no orders on 2026-03-09, but items has rows (no_values)"
    assert warehouse.say(day, ITEMS) == ("UNKNOWN", told)
    warehouse.sql("DELETE FROM items")
    assert warehouse.say(both, ITEMS) == ("SKIP", "no orders in the whole table")


def test_orders_without_items_and_items_without_orders_are_differences(
    warehouse: Warehouse,
) -> None:
    sales(warehouse)
    warehouse.sql("DELETE FROM items WHERE order_id > 1; UPDATE items SET order_id = 9")
    warehouse.sql("INSERT INTO items SELECT 1, 1, 1, 10, '2026-03-06'")
    parts = "(3 without a row there, 1 found there alone)"
    told = f"4 of 5 orders differ from the sum in items, by 100.00 together {parts},"
    assert warehouse.say(SAME, ITEMS) == ("FAIL", f"{told} in the whole table (limit 0)")
    assert warehouse.values(SAME, ITEMS) == {
        "revenue_mismatch_ratio": 0.8,
        "revenue_mismatch_amount": 100.0,
        "rows_failed": 4.0,
        "rows_checked": 5.0,
    }
    timeless = {"items": "{relation: items}"}
    assert "(3 without a row there)" in warehouse.say(SAME, timeless)[1], "of no day: see orphans"
    paid = SAME.replace("critical", "where: id = 1, unmatched: differs, critical")
    assert "(1 found there alone)" in warehouse.say(paid, ITEMS)[1], (
        "2 to 4 are orders all the same"
    )


def test_an_item_of_another_day_is_no_stray_and_one_of_none_is_of_its_own_day(
    warehouse: Warehouse,
) -> None:
    """The load of midnight writes the items of an order a second later, on the next day."""
    sales(warehouse)
    day = SAME.replace("critical", "window: day, critical")
    warehouse.sql("UPDATE items SET ts = '2026-03-09' WHERE order_id = 3")
    warehouse.sql("UPDATE items SET ts = '2026-03-10' WHERE order_id = 4")
    assert warehouse.say(day, ITEMS)[0] == "PASS"
    warehouse.sql("INSERT INTO items VALUES (77, 1, 1, 5, '2026-03-08')")
    assert warehouse.say(day, ITEMS)[0] == "PASS"
    warehouse.sql("UPDATE items SET ts = '2026-03-09' WHERE order_id = 77")
    assert "1 of 2 orders differs from the sum in items, by 5.00" in warehouse.say(day, ITEMS)[1]


def test_a_purchase_that_is_lost_on_either_way_is_a_difference(warehouse: Warehouse) -> None:
    """R6: an order without its event, an event without its order, within the days looked at."""
    sales(warehouse)
    warehouse.sql(
        "CREATE TABLE events (transaction_id int, event_name text, revenue float8, ts timestamptz);"
        "INSERT INTO events SELECT id, 'checkout_completed', revenue, ts FROM orders WHERE id <> 2;"
        "INSERT INTO events VALUES (50, 'checkout_completed', 7, '2026-03-09'),"
        " (51, 'checkout_started', 9, '2026-03-09'), (52, 'checkout_completed', 9, '2026-02-01')"
    )
    each = f"reconciliation: {{{RAW}, critical: '> 0'}}"
    told = "2 of 5 orders differ from the sum in events within 7 days, by 27.00 together"
    parts = "(1 without a row there, 1 found there alone)"
    days = "from 2026-03-03 to 2026-03-09"
    assert warehouse.say(each, EVENTS) == ("FAIL", f"{told} {parts}, {days} (limit 0)")
    total = f"reconciliation_total: {{{RAW}, critical: '> 0.01'}}"
    assert warehouse.say(total, EVENTS) == (
        "FAIL",
        f"orders 100.00, events within 7 days 87.00, difference 13.00 {days}; among them 1 order"
        " without a row in events, 1 in events of no order (limit 0.01)",
    )


SELLERS = "sum: revenue, against: {dataset: items, sum: price, by: [order_id, seller]}"
PAIRS = "{relation: orders, time: ts, key: [id, seller]}"


def payouts(warehouse: Warehouse, *indexes: str) -> None:
    """Three orders a day of two sellers each, who are both owed ten."""
    warehouse.sql(
        "CREATE TABLE orders (id int, seller text, ts timestamptz, revenue numeric);"
        "CREATE TABLE items (order_id int, seller text, price numeric, ts timestamptz);"
        "INSERT INTO orders SELECT n, s, '2026-03-10 09:00Z'::timestamptz - n * interval '8 h', 10"
        " FROM generate_series(1, 24) AS n, unnest(ARRAY['a', 'b']) AS s;"
        "INSERT INTO items SELECT id, seller, revenue, ts FROM orders"
    )
    for column in indexes:
        warehouse.sql(f"CREATE INDEX ON {column}")


@pytest.mark.parametrize("indexes", [(), ("orders (ts)", "orders (id)", "items (order_id)")])
@pytest.mark.parametrize("window", ["all", "day", "7d"])
def test_errors_of_two_sellers_of_an_order_do_not_cancel(
    warehouse: Warehouse, window: str, indexes: tuple[str, ...]
) -> None:
    payouts(warehouse, *indexes)
    both = f"reconciliation: {{{SELLERS}, window: {window}, critical: '> 0'}}"
    assert warehouse.say(both, ITEMS, orders=PAIRS)[0] == "PASS"
    warehouse.sql(
        "UPDATE items SET price = CASE seller WHEN 'a' THEN 15 ELSE 5 END WHERE order_id = 2"
    )
    word, text = warehouse.say(both, ITEMS, orders=PAIRS)
    assert word == "FAIL"
    assert text.startswith("2 of ")
    assert "by 10.00 together" in text
    alone = both.replace("reconciliation: {", "reconciliation: {by: id, ").replace(
        "[order_id, seller]", "order_id"
    )
    assert warehouse.say(alone, ITEMS, orders=PAIRS)[0] == "PASS", "the errors cancel"
    warehouse.sql("UPDATE items SET price = NULL WHERE order_id = 2 AND seller = 'a'")
    warehouse.sql("UPDATE orders SET seller = NULL WHERE id = 2 AND seller = 'b'")
    lacking = both.replace("reconciliation", "incomparable")
    text = warehouse.say(lacking, ITEMS, orders=PAIRS)[1]
    assert "(1 with a value missing, 0 without a row in items, 1 without a key)" in text


def test_a_limit_may_be_a_share_or_a_count(warehouse: Warehouse) -> None:
    sales(warehouse)
    warehouse.sql("UPDATE orders SET revenue = 0 WHERE id = 1")
    share = SAME.replace("> 0", "> 24%")
    assert warehouse.say(share, ITEMS)[1].endswith("in the whole table (25 %, limit 24 %)")
    count = SAME.replace("> 0", "> 1 rows")
    assert warehouse.say(count, ITEMS)[0] == "PASS"
    assert "'> 5' lacks a unit" in complaint(SAME.replace("> 0", "> 5"), ITEMS)


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert "there is no dataset `items`" in complaint(SAME)
    keyless = complaint(SAME, ITEMS, orders="{relation: orders}")
    assert "reconciliation needs `by:` (dataset orders has no key)" in keyless
    for wrong in ("-1", ".inf", ".nan", "-1%", "cent", "true"):
        assert "tolerance" in complaint(
            SAME.replace("critical", f"tolerance: {wrong}, critical"), ITEMS
        )
    assert "no aggregate is allowed" in complaint(
        SAME.replace("sum: revenue", "sum: sum(revenue)"), ITEMS
    )
