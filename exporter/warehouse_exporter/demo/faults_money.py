"""Faults of revenue and of attribution: numbers that contradict each other."""

from __future__ import annotations

from warehouse_exporter.demo.fault import DAY, FEW, ORDERS, SESSIONS, Fault

MORNING = "order_ts >= %(starts)s AND order_ts < %(noon)s"
GIVEN = (
    "SELECT count(*), coalesce(sum(attributed_revenue), 0)"
    f" FROM analytics.fct_order_attribution WHERE {MORNING}"
)
"""SQL for what had been attributed by noon."""

MONEY = (
    Fault(
        "negative-revenue",
        "three orders of the day have the sign of their revenue wrong",
        ("R1", "A2", "R4"),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET revenue = -revenue WHERE order_id IN {FEW}",
    ),
    Fault(
        "signs-flipped",
        "the revenue of every order of the day has its sign wrong",
        ("R1", "R4", "R6", "T2", "C3", "V7"),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET revenue = -revenue WHERE {ORDERS}",
        nightly=True,
    ),
    Fault(
        "revenue-in-cents",
        "the revenue of every order of the day is in cents",
        ("R4", "R6", "V7"),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET revenue = revenue * 100 WHERE {ORDERS}",
        nightly=True,
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
        "click-ids-gone",
        "no session or order of the day has a click id; their UTM sources are there",
        ("C2",),
        ("fct_sessions", "fct_orders"),
        breaks=f"UPDATE analytics.fct_sessions SET click_id = NULL WHERE {SESSIONS};"
        f" UPDATE analytics.fct_orders SET click_id = NULL WHERE {ORDERS}",
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
    Fault(
        "stale-daily-metrics",
        "the day's row of the daily metrics has the orders of the morning only: the build did not"
        " wait for the rest",
        ("X1", "X2"),
        ("daily_metrics",),
        breaks="UPDATE analytics.daily_metrics SET (orders, revenue) ="
        f" (SELECT count(*), coalesce(sum(revenue), 0) FROM analytics.fct_orders WHERE {MORNING}),"
        " (attributed_orders_first_click, attributed_revenue_first_click) ="
        f" ({GIVEN} AND model = 'first_click'),"
        " (attributed_orders_last_click, attributed_revenue_last_click) ="
        f" ({GIVEN} AND model = 'last_click') WHERE {DAY}",
    ),
)
