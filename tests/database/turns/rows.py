"""Breaks of columns, of single rows and of keys: C1 to C5, S1 to S5, U1, A1, A2, J1 to J3."""

from __future__ import annotations

from tests.database.turns.breaking import DAY, EVENTS, FEW, Break

WITHOUT_PRICES = (
    "jsonb_build_object('items', (SELECT jsonb_agg(item - 'item_price')"
    " FROM jsonb_array_elements(event_data -> 'items') item))"
)

BREAKS = {
    "C1": Break(
        "UPDATE analytics.raw_events SET client_id = NULL WHERE"
        f" {EVENTS} AND event_name = 'page_viewed' AND demo.u(event_id, 'x') < .2",
        "events.completeness_client_id",
        "raw_events",
    ),
    "C2": Break(
        f"UPDATE analytics.raw_events SET referrer = NULL WHERE {EVENTS}",
        "events.absent_day_referrer",
        "raw_events",
        beside={
            "events.seasonal_referred": "the share of rows that have one",
        },
    ),
    "C3": Break(
        f"UPDATE analytics.daily_metrics SET events = NULL WHERE {DAY}",
        "daily_metrics.daily_aggregates",
        "daily_metrics",
    ),
    "C3 negative": Break(
        f"UPDATE analytics.daily_metrics SET events = -1 WHERE {DAY}",
        "daily_metrics.daily_aggregates",
        "daily_metrics",
    ),
    "C4": Break(
        f"UPDATE analytics.raw_events SET page_url = ' ' WHERE transaction_id IN {FEW}",
        "events.completeness_page_url",
        "raw_events",
    ),
    "C5": Break(
        f"UPDATE analytics.raw_events SET event_data = {WITHOUT_PRICES}"
        f" WHERE transaction_id IN {FEW}",
        "events.json_completeness_event_data_items_item_price",
        "raw_events",
    ),
    "S1": Break(
        "ALTER TABLE analytics.raw_events RENAME event_id TO number",
        "events.required_columns",
        "",
        beside={
            "events.column_types": "the type of a column that is not there",
            "events.new_columns": "the new name is not declared",
        },
        undo="ALTER TABLE analytics.raw_events RENAME number TO event_id",
    ),
    "S2": Break(
        "ALTER TABLE analytics.raw_events ALTER loaded_at TYPE text;"
        f"UPDATE analytics.raw_events SET loaded_at = 'last night' WHERE transaction_id IN {FEW}",
        "events.parsable_timestamps_loaded_at",
        "",
        beside={
            "events.column_types": "a timestamp was declared",
            "events.loaded_before_they_happened": "a time cannot be compared with text",
            "events.freshness_loaded": "some times of arrival are not known",
        },
        undo="UPDATE analytics.raw_events SET loaded_at = event_ts WHERE loaded_at = 'last night';"
        "ALTER TABLE analytics.raw_events ALTER loaded_at TYPE timestamptz"
        " USING loaded_at::timestamptz",
    ),
    "S3": Break(
        "ALTER TABLE analytics.fct_orders ALTER utm_source TYPE varchar(50)",
        "orders.column_types",
        "",
        undo="ALTER TABLE analytics.fct_orders ALTER utm_source TYPE text",
    ),
    "S4": Break(
        "ALTER TABLE analytics.fct_orders ADD coupon text",
        "orders.new_columns",
        "",
        undo="ALTER TABLE analytics.fct_orders DROP coupon",
    ),
    "S5": Break(
        'ALTER TABLE analytics.fct_orders RENAME client_id TO "clientId"',
        "orders.required_columns",
        "",
        beside={
            "orders.column_types": "the type of a column that is not there",
            "orders.completeness_client_id": "it reads the column",
            "orders.new_columns": "the new name is not declared",
        },
        undo='ALTER TABLE analytics.fct_orders RENAME "clientId" TO client_id',
    ),
    "U1": Break(
        "INSERT INTO analytics.fct_sessions SELECT * FROM analytics.fct_sessions"
        " WHERE session_start >= '2026-03-20Z' ORDER BY session_id LIMIT 3",
        "sessions.duplicates",
        "fct_sessions",
    ),
    "U1 transaction": Break(
        "INSERT INTO analytics.raw_events"
        f" SELECT * FROM analytics.raw_events WHERE transaction_id IN {FEW}",
        "events.duplicates_transaction_id",
        "raw_events",
        beside={
            "orders.reconciliation_raw": "the source has the revenue twice",
            "orders.reconciliation_total_raw": "the source has the revenue twice",
        },
    ),
    "U1 of a closed day": Break(
        "INSERT INTO analytics.fct_sessions SELECT * FROM analytics.fct_sessions"
        " WHERE session_start < '2026-03-10Z' ORDER BY session_id LIMIT 3",
        "sessions.duplicates",
        "fct_sessions",
        closed=True,
    ),
    "A1": Break(
        f"UPDATE analytics.raw_events SET event_name = 'popup' WHERE {EVENTS}"
        " AND event_name = 'email_filled_on_popup' AND demo.u(event_id, 'x') < .3",
        "events.accepted_values_event_name",
        "raw_events",
    ),
    "A2": Break(
        "UPDATE analytics.fct_order_items SET quantity = -quantity, price = -price"
        f" WHERE order_id IN {FEW}",
        "order_items.range_quantity order_items.range_price",
        "fct_order_items",
    ),
    "J1": Break(
        "UPDATE analytics.fct_sessions SET user_id = 'lost_' || user_id WHERE session_id IN"
        f" (SELECT session_id FROM analytics.fct_orders WHERE order_id IN {FEW})",
        "sessions.orphans_user_id",
        "fct_sessions",
    ),
    "J1 of a closed day": Break(
        "UPDATE analytics.fct_sessions SET user_id = 'lost_' || user_id WHERE session_id IN"
        " (SELECT session_id FROM analytics.fct_orders WHERE order_ts < '2026-03-07Z')",
        "sessions.orphans_user_id",
        "fct_sessions",
        closed=True,
    ),
    "J2": Break(
        "INSERT INTO analytics.fct_order_items"
        " SELECT 'lost_' || order_id, 'sku_1000', 1, 9.99, 9.99, order_ts, loaded_at"
        f" FROM analytics.fct_orders WHERE order_id IN {FEW}",
        "order_items.orphans_order_id",
        "fct_order_items",
        beside={
            "orders.reconciliation": "items that no order has",
            "orders.reconciliation_total": "they are in the total of their day",
        },
    ),
    "J3": Break(
        "UPDATE analytics.fct_orders SET session_id = 'lost_' || session_id"
        f" WHERE order_id IN {FEW}",
        "orders.orphans_session_id",
        "fct_orders",
    ),
}
