"""Faults of single rows: values that are missing or wrong, keys that lead nowhere."""

from __future__ import annotations

from warehouse_exporter.demo.fault import DAY, EVENTS, FEW, ONE_IN_FIVE, ORDERS, SESSIONS, Fault

ROWS = (
    Fault(
        "null-client-ids",
        "one raw event in five of the day has no client id",
        ("C1",),
        ("raw_events",),
        breaks="UPDATE analytics.raw_events SET client_id = NULL"
        f" WHERE {EVENTS} AND demo.u(event_id, 'fault') < .2",
    ),
    Fault(
        "null-column",
        "no order of the day has a client id",
        ("C1",),
        ("fct_orders",),
        breaks=f"UPDATE analytics.fct_orders SET client_id = NULL WHERE {ORDERS}",
    ),
    Fault(
        "json-prices-null",
        "the items in the day's checkout_completed events have no price",
        ("C5",),
        ("raw_events",),
        breaks="UPDATE analytics.raw_events SET event_data = jsonb_set(event_data, '{items}',"
        """ (SELECT jsonb_agg(item || '{"item_price": null}')"""
        " FROM jsonb_array_elements(event_data -> 'items') item))"
        f" WHERE {EVENTS} AND event_name = 'checkout_completed'",
    ),
    Fault(
        "null-referrers",
        "no raw event of the day has a referrer",
        ("C2",),
        ("raw_events",),
        breaks=f"UPDATE analytics.raw_events SET referrer = NULL WHERE {EVENTS}",
    ),
    Fault(
        "referrer-jump",
        "a redirect made the shop itself the referrer of the day's direct visits",
        ("V7",),
        ("raw_events",),
        breaks="UPDATE analytics.raw_events SET referrer = 'https://shop.example.com/'"
        f" WHERE {EVENTS} AND referrer IS NULL",
    ),
    Fault(
        "daily-metrics-null",
        "the day's row of the daily metrics has no users and negative revenue",
        ("C3",),
        ("daily_metrics",),
        breaks="UPDATE analytics.daily_metrics SET users = NULL, revenue = -revenue - 1"
        f" WHERE {DAY}",
    ),
    Fault(
        "duplicate-orders",
        "three orders of the day are there twice",
        ("U1",),
        ("fct_orders",),
        breaks="INSERT INTO analytics.fct_orders"
        f" SELECT * FROM analytics.fct_orders WHERE order_id IN {FEW}",
    ),
    Fault(
        "duplicate-purchases",
        "three checkout_completed events of the day are there twice",
        ("U1",),
        ("raw_events",),
        breaks="INSERT INTO analytics.raw_events"
        f" SELECT * FROM analytics.raw_events WHERE transaction_id IN {FEW}",
    ),
    Fault(
        "unknown-event-name",
        "one page view in ten of the day is called page_view",
        ("A1",),
        ("raw_events",),
        breaks="UPDATE analytics.raw_events SET event_name = 'page_view'"
        f" WHERE {EVENTS} AND event_name = 'page_viewed' AND demo.u(event_id, 'fault') < .1",
    ),
    Fault(
        "orphan-items",
        "three orders have items, but no row in fct_orders",
        ("J2",),
        ("fct_order_items",),
        breaks="INSERT INTO analytics.fct_order_items"
        " SELECT 'lost_' || order_id, 'sku_1000', 1, 9.99, 9.99, order_ts, loaded_at"
        f" FROM analytics.fct_orders WHERE order_id IN {FEW}",
    ),
    Fault(
        "orders-without-items",
        "one order in five of the day has no items",
        ("R7",),
        ("fct_order_items",),
        breaks=f"DELETE FROM analytics.fct_order_items WHERE order_id IN {ONE_IN_FIVE}",
    ),
    Fault(
        "orphan-orders",
        "three orders of the day belong to sessions that are not there",
        ("J3",),
        ("fct_orders",),
        breaks="UPDATE analytics.fct_orders SET session_id = 'lost_' || session_id"
        f" WHERE order_id IN {FEW}",
    ),
    Fault(
        "unknown-users",
        "the sessions of three buyers of the day belong to users that are not there",
        ("J1",),
        ("fct_sessions",),
        breaks="UPDATE analytics.fct_sessions SET user_id = 'lost_' || user_id WHERE session_id IN"
        f" (SELECT session_id FROM analytics.fct_orders WHERE order_id IN {FEW})",
    ),
    Fault(
        "orphan-sessions",
        "one session in ten of the day belongs to a user that is not there",
        ("J1",),
        ("fct_sessions",),
        breaks="UPDATE analytics.fct_sessions SET user_id = 'lost_' || user_id"
        f" WHERE {SESSIONS} AND demo.u(hashtext(session_id), 'fault') < .1",
    ),
)
