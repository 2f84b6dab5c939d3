"""Breaks of what is loaded, and of how much: F1 to F8, V1 to V8."""

from __future__ import annotations

from tests.database.turns.breaking import DAY, EARLY, EVENTS, SESSIONS, Break

BREAKS = {
    "F1": Break(
        "DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-19 23:42Z'",
        "events.freshness events.freshness_loaded",
        "raw_events",
        beside={
            "events.silence": "the same rows: nothing for hours that are normally busy",
        },
    ),
    "F1 by arrival": Break(
        "UPDATE analytics.raw_events SET loaded_at = loaded_at - interval '30 hours'"
        " WHERE loaded_at >= '2026-03-19 06:00Z'",
        "events.freshness_loaded",
        "raw_events",
        beside={
            "events.loaded_before_they_happened": "it cannot have been loaded before",
        },
    ),
    "F2": Break(
        f"DELETE FROM analytics.raw_events WHERE {EVENTS}",
        "events.partition_freshness",
        "raw_events",
        beside={
            "events.missing_days": "the day is one of the last 14",
            "events.volume": "the day has no row",
            "events.day_ends_early_by_hours": "the day has no row",
            "orders.incomparable_raw": "its orders have no event",
            "orders.reconciliation_raw": "no order of the day can be compared",
            "orders.reconciliation_total_raw": "no order of the day can be compared",
            "events.seasonal_events": "the day has no row",
            "events.drops_page_views": "a part of its rows",
            "events.weekly_popups": "a part of its rows",
            "events.seasonal_referred": "there is no event to divide by",
            "events.zscore_checkout_step": "there is no event to divide by",
        },
    ),
    "F3": Break(
        "DELETE FROM analytics.raw_events"
        " WHERE event_ts >= '2026-03-16Z' AND event_ts < '2026-03-17Z'",
        "events.missing_days",
        "raw_events",
        closed=True,
    ),
    "F4": Break(
        f"DELETE FROM analytics.daily_metrics WHERE {DAY}",
        "daily_metrics.volume",
        "daily_metrics",
        beside={
            "daily_metrics.agreement_orders": "nothing to compare with the facts",
            "daily_metrics.agreement_revenue": "nothing to compare with the facts",
        },
    ),
    "F5": Break(
        "UPDATE analytics.pipeline_logs SET rows_read = 0, rows_quarantined = 0"
        " WHERE run_timestamp = (SELECT max(run_timestamp) FROM analytics.pipeline_logs)",
        "pipeline.pipeline_run",
        "pipeline_logs",
    ),
    "F6": Break(
        "DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-19 22:40Z'",
        "events.deadline",
        "raw_events",
        beside={
            "events.silence": "the rows stop, and go on to be missing in the morning",
            "events.gap": "the last hour of the day has no row",
            "orders.incomparable_raw": "the last orders of the day have no event",
        },
        as_of=EARLY,
    ),
    "F7": Break(
        "DELETE FROM analytics.raw_events WHERE event_ts >= '2026-03-20 11:30Z'",
        "events.silence",
        "raw_events",
    ),
    "F8": Break(
        "INSERT INTO analytics.raw_events (event_id, client_id, page_url, event_ts, event_name,"
        " loaded_at) SELECT -n, 'c', '/', '2027-03-20Z', 'page_viewed', '2026-03-20Z'"
        " FROM generate_series(1, 5) n",
        "events.future_rows",
        "raw_events",
    ),
    "V1": Break(
        "DELETE FROM analytics.fct_sessions WHERE ctid IN (SELECT ctid FROM analytics.fct_sessions"
        f" WHERE {SESSIONS} AND session_id NOT IN (SELECT session_id FROM analytics.fct_orders)"
        " ORDER BY session_id OFFSET 60)",
        "sessions.volume",
        "fct_sessions",
        beside={
            "sessions.seasonal_sessions": "the same number",
            "sessions.zscore_sessions": "the same number",
            "sessions.usual_paid_sessions": "a part of the sessions",
            "orders.zscore_conversion": "divided by sessions",
            "sessions.volume_7d_sessions": "the same number",
        },
    ),
    "V2": Break(
        f"DELETE FROM analytics.raw_events WHERE {EVENTS}"
        " AND event_name = 'email_filled_on_popup' AND demo.u(event_id, 'x') < .8",
        "events.weekly_popups",
        "raw_events",
    ),
    "V2 rise": Break(
        "INSERT INTO analytics.raw_events SELECT event_id + n, client_id, page_url, referrer,"
        " event_ts, event_name, transaction_id, revenue, event_data, loaded_at"
        f" FROM analytics.raw_events, generate_series(1, 2) n WHERE {EVENTS}"
        " AND event_name = 'email_filled_on_popup'",
        "events.weekly_popups",
        "raw_events",
    ),
    "V3": Break(
        f"DELETE FROM analytics.fct_sessions WHERE {SESSIONS}"
        " AND demo.u(hashtext(session_id), 'x') < .9"
        " AND session_id NOT IN (SELECT session_id FROM analytics.fct_orders)",
        "sessions.volume_7d_sessions",
        "fct_sessions",
        beside={
            "sessions.seasonal_sessions": "the same number",
            "sessions.zscore_sessions": "the same number",
            "sessions.usual_paid_sessions": "a part of the sessions",
            "orders.zscore_conversion": "divided by sessions",
            "sessions.volume": "the same number, below its floor",
        },
    ),
    "V4": Break(
        "UPDATE analytics.fct_order_items SET price = price * 3, line_revenue = line_revenue * 3"
        " WHERE order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z';"
        "UPDATE analytics.fct_orders SET revenue = revenue * 3"
        " WHERE order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z';"
        "UPDATE analytics.fct_order_attribution SET attributed_revenue = attributed_revenue * 3"
        " WHERE order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z';"
        f"UPDATE analytics.raw_events SET revenue = revenue * 3 WHERE {EVENTS};"
        "UPDATE analytics.daily_metrics SET revenue = revenue * 3, attributed_revenue_first_click ="
        " attributed_revenue_first_click * 3, attributed_revenue_last_click ="
        f" attributed_revenue_last_click * 3 WHERE {DAY}",
        "orders.zscore_revenue orders.zscore_aov",
        "fct_order_items fct_orders fct_order_attribution raw_events daily_metrics",
        beside={"orders.seasonal_aov": "the same number"},
    ),
    "V5": Break(
        f"DELETE FROM analytics.raw_events WHERE {EVENTS} AND event_name = 'page_viewed'"
        " AND demo.u(event_id, 'x') < .7",
        "events.drops_page_views",
        "raw_events",
        beside={
            "events.seasonal_events": "page views are most of the events",
        },
    ),
    "V6": Break(
        "DELETE FROM analytics.fct_orders"
        " WHERE order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z';"
        "DELETE FROM analytics.fct_order_items"
        " WHERE order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z';"
        "DELETE FROM analytics.fct_order_attribution"
        " WHERE order_ts >= '2026-03-19Z' AND order_ts < '2026-03-20Z';"
        f"DELETE FROM analytics.raw_events WHERE {EVENTS} AND event_name = 'checkout_completed';"
        "UPDATE analytics.daily_metrics SET orders = 0, revenue = 0, purchase_users = 0,"
        " attributed_orders_first_click = 0, attributed_revenue_first_click = 0,"
        " attributed_orders_last_click = 0, attributed_revenue_last_click = 0"
        f" WHERE {DAY}",
        "orders.no_orders",
        "fct_orders fct_order_items fct_order_attribution raw_events daily_metrics",
        beside={
            "orders.volume": "the same number, below its floor",
            "orders.seasonal_orders": "the same number",
            "orders.zscore_orders": "the same number",
            "orders.seasonal_revenue": "no order, no revenue",
            "orders.zscore_revenue": "no order, no revenue",
            "orders.seasonal_aov": "there is no order to divide by",
            "orders.zscore_aov": "there is no order to divide by",
            "orders.seasonal_tracking": "there is no order to divide by",
            "orders.metric_load_lag": "there is no order to measure it on",
            "orders.metric_conversion": "orders divided by sessions",
            "orders.seasonal_conversion": "orders divided by sessions",
            "orders.zscore_conversion": "orders divided by sessions",
            "daily_metrics.seasonal_purchase_rate": "nobody purchased",
            "daily_metrics.funnel_purchase_rate": "nobody purchased",
        },
    ),
    "V7": Break(
        "UPDATE analytics.fct_sessions SET channel = 'direct'"
        f" WHERE {SESSIONS} AND channel = 'paid_search'",
        "sessions.usual_paid_sessions",
        "fct_sessions",
    ),
    "V8": Break(
        "DELETE FROM analytics.fct_sessions WHERE session_start >= '2026-03-20Z'"
        " AND demo.u(hashtext(session_id), 'x') < .7"
        " AND session_id NOT IN (SELECT session_id FROM analytics.fct_orders)",
        "sessions.so_far_today",
        "fct_sessions",
    ),
}
