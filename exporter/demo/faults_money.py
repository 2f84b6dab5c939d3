"""Faults of revenue and of attribution: numbers that contradict each other."""

from __future__ import annotations

from exporter.demo.fault import DAY, FEW, ORDERS, Fault

MONEY = (
    Fault(
        "negative-revenue",
        "three orders of the day have the sign of their revenue wrong",
        ("R1", "A2", "R4"),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET revenue = -revenue WHERE order_id IN {FEW}",
    ),
    Fault(
        "zero-revenue",
        "three orders of the day were free of charge, according to every table",
        ("R2",),
        ("raw_events", "fct_orders", "fct_order_items", "fct_order_attribution"),
        breaks=f"UPDATE analytics.raw_events SET revenue = 0 WHERE transaction_id IN {FEW};"
        f" UPDATE analytics.fct_orders SET revenue = 0 WHERE order_id IN {FEW};"
        " UPDATE analytics.fct_order_items SET price = 0, line_revenue = 0"
        f" WHERE order_id IN {FEW};"
        " UPDATE analytics.fct_order_attribution SET attributed_revenue = 0"
        f" WHERE order_id IN {FEW}",
    ),
    Fault(
        "missing-revenue",
        "three purchases of the day came without revenue",
        ("R3", "C1"),
        ("raw_events", "fct_orders"),
        breaks=f"UPDATE analytics.raw_events SET revenue = NULL WHERE transaction_id IN {FEW};"
        f" UPDATE analytics.fct_orders SET revenue = NULL WHERE order_id IN {FEW}",
    ),
    Fault(
        "items-mismatch",
        "three orders of the day are 5.00 above the sum of their items",
        ("R4", "R6"),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET revenue = revenue + 5 WHERE order_id IN {FEW}",
    ),
    Fault(
        "line-revenue",
        "the items of three orders of the day are 1.00 above quantity times price",
        ("R5",),
        ("fct_order_items",),
        breaks="UPDATE analytics.fct_order_items SET line_revenue = line_revenue + 1"
        f" WHERE order_id IN {FEW}",
    ),
    Fault(
        "items-without-price",
        "the items of three orders of the day have no price",
        ("R7", "C1"),
        ("fct_order_items",),
        breaks="UPDATE analytics.fct_order_items SET price = NULL, line_revenue = NULL"
        f" WHERE order_id IN {FEW}",
    ),
    Fault(
        "tracking-lost",
        "no order of the day has a click id or a UTM source",
        ("T1",),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET utm_source = NULL, click_id = NULL WHERE {ORDERS}",
    ),
    Fault(
        "over-attribution",
        "the last-click model gives every order of the day to its channel twice",
        ("T2",),
        ("fct_order_attribution",),
        breaks="INSERT INTO analytics.fct_order_attribution"
        " SELECT * FROM analytics.fct_order_attribution"
        f" WHERE {ORDERS} AND model = 'last_click'",
    ),
    Fault(
        "attribution-stops",
        "no order of the day is attributed by the last-click model",
        ("T3", "T5"),
        ("fct_order_attribution",),
        breaks="DELETE FROM analytics.fct_order_attribution"
        f" WHERE {ORDERS} AND model = 'last_click'",
    ),
    Fault(
        "channel-gone",
        "the day's paid search is counted as direct",
        ("T4",),
        ("fct_order_attribution",),
        breaks="UPDATE analytics.fct_order_attribution SET channel = 'direct'"
        f" WHERE {ORDERS} AND channel = 'paid_search'",
    ),
    Fault(
        "daily-metrics-off",
        "the day's row of the daily metrics has an order and 10.00 too many",
        ("X1", "X2"),
        ("daily_metrics",),
        breaks="UPDATE analytics.daily_metrics SET orders = orders + 1, revenue = revenue + 10"
        f" WHERE {DAY}",
    ),
)
