"""Breaks of revenue, attribution, funnel and pipeline: R1 to R7, T1 to T5, N1 to N3, X, P, K, O."""

from __future__ import annotations

from tests.database.turns.breaking import DAY, EVENTS, FEW, ORDERS, SESSIONS, Break

BREAKS = {
    "R1": Break(
        f"UPDATE analytics.fct_orders SET revenue = -revenue WHERE order_id IN {FEW}",
        "orders.negative_revenue",
        "fct_orders",
        beside={
            "orders.reconciliation": "a sign that only this table has",
            "orders.reconciliation_total": "a sign that only this table has",
            "orders.reconciliation_raw": "a sign that only this table has",
            "orders.reconciliation_total_raw": "a sign that only this table has",
            "daily_metrics.agreement_revenue": "a sign that only this table has",
            "orders.over_attribution_first_click": "more is attributed than less than nothing",
            "orders.over_attribution_last_click": "more is attributed than less than nothing",
            "orders.zscore_aov": "the revenue per order is less",
        },
    ),
    "R2": Break(
        f"UPDATE analytics.raw_events SET revenue = 0 WHERE transaction_id IN {FEW};"
        f"UPDATE analytics.fct_orders SET revenue = 0 WHERE order_id IN {FEW};"
        "UPDATE analytics.fct_order_items SET price = 0, line_revenue = 0"
        f" WHERE order_id IN {FEW};"
        "UPDATE analytics.fct_order_attribution SET attributed_revenue = 0"
        f" WHERE order_id IN {FEW};"
        "UPDATE analytics.daily_metrics SET revenue ="
        f" (SELECT sum(revenue) FROM analytics.fct_orders WHERE {ORDERS}),"
        " attributed_revenue_first_click = 0, attributed_revenue_last_click = 0"
        f" WHERE {DAY}",
        "orders.zero_revenue",
        "raw_events fct_orders fct_order_items fct_order_attribution daily_metrics",
    ),
    "R3": Break(
        f"UPDATE analytics.raw_events SET revenue = NULL WHERE transaction_id IN {FEW}",
        "events.missing_revenue",
        "raw_events",
        beside={
            "orders.incomparable_raw": "an order has no revenue to be held against",
        },
    ),
    "R4": Break(
        "UPDATE analytics.fct_order_items SET price = price + 5,"
        f" line_revenue = quantity * (price + 5) WHERE order_id IN {FEW}",
        "orders.reconciliation orders.reconciliation_total",
        "fct_order_items",
    ),
    "R4 of a closed day": Break(
        "UPDATE analytics.fct_order_items SET price = price + 5,"
        " line_revenue = quantity * (price + 5) WHERE order_ts < '2026-03-07Z'",
        "orders.reconciliation",
        "fct_order_items",
        closed=True,
    ),
    "R5": Break(
        "UPDATE analytics.fct_order_items SET line_revenue = line_revenue - 1"
        f" WHERE order_id IN {FEW}",
        "order_items.line_revenue",
        "fct_order_items",
    ),
    "R6": Break(
        f"UPDATE analytics.raw_events SET revenue = revenue + 5 WHERE transaction_id IN {FEW}",
        "orders.reconciliation_raw orders.reconciliation_total_raw",
        "raw_events",
    ),
    "R7": Break(
        "UPDATE analytics.fct_order_items SET price = NULL, line_revenue = NULL"
        f" WHERE order_id IN {FEW}",
        "orders.incomparable orders.incomparable_day",
        "fct_order_items",
    ),
    "T1": Break(
        f"UPDATE analytics.fct_orders SET utm_source = NULL, click_id = NULL WHERE {ORDERS}",
        "orders.tracking_coverage",
        "fct_orders",
        beside={
            "orders.seasonal_tracking": "the same share against its past",
        },
    ),
    "T2": Break(
        "INSERT INTO analytics.fct_order_attribution"
        " SELECT * FROM analytics.fct_order_attribution"
        f" WHERE {ORDERS} AND model = 'last_click'",
        "orders.over_attribution_last_click",
        "fct_order_attribution",
    ),
    "T2 daily": Break(
        "UPDATE analytics.daily_metrics SET attributed_orders_first_click = orders + 1,"
        f" attributed_revenue_first_click = revenue + 1 WHERE {DAY}",
        "daily_metrics.over_attribution_attributed_orders_first_click"
        " daily_metrics.over_attribution_attributed_revenue_first_click",
        "daily_metrics",
    ),
    "T3": Break(
        f"DELETE FROM analytics.fct_order_attribution WHERE {ORDERS} AND model = 'first_click'",
        "orders.attribution_coverage_first_click",
        "fct_order_attribution",
    ),
    "T4": Break(
        "UPDATE analytics.fct_order_attribution SET channel = 'direct'"
        f" WHERE {ORDERS} AND channel = 'paid_search'",
        "attribution.channel_mix",
        "fct_order_attribution",
    ),
    "T5": Break(
        f"UPDATE analytics.fct_order_attribution SET channel = NULL WHERE order_id IN {FEW}",
        "orders.mart_completeness",
        "fct_order_attribution",
    ),
    "N1": Break(
        f"UPDATE analytics.raw_events SET event_name = 'page_viewed' WHERE {EVENTS} AND"
        " event_name = 'checkout_started' AND client_id NOT IN (SELECT client_id FROM"
        " analytics.raw_events WHERE event_name = 'checkout_completed' AND client_id IS NOT NULL)",
        "events.zscore_checkout_step",
        "raw_events",
    ),
    "N2": Break(
        f"UPDATE analytics.daily_metrics SET checkout_users = 1, purchase_users = 1 WHERE {DAY}",
        "daily_metrics.funnel_checkout_rate",
        "daily_metrics",
        beside={
            "daily_metrics.seasonal_checkout_rate": "the same rate by the other method",
        },
    ),
    "N3": Break(
        "DELETE FROM analytics.raw_events WHERE event_name = 'checkout_started' AND client_id IN"
        f" (SELECT client_id FROM analytics.fct_orders WHERE order_id IN {FEW})",
        "events.impossible_sequence_checkout",
        "raw_events",
    ),
    "X1": Break(
        f"UPDATE analytics.daily_metrics SET orders = orders + 1 WHERE {DAY}",
        "daily_metrics.agreement_orders",
        "daily_metrics",
    ),
    "X2": Break(
        f"UPDATE analytics.daily_metrics SET revenue = revenue + 10 WHERE {DAY}",
        "daily_metrics.agreement_revenue",
        "daily_metrics",
    ),
    "P1": Break(
        "UPDATE analytics.pipeline_logs SET rows_quarantined = round(rows_read * .0582)"
        " WHERE run_timestamp = (SELECT max(run_timestamp) FROM analytics.pipeline_logs)",
        "pipeline.quarantine_rate",
        "pipeline_logs",
    ),
    "K1": Break(
        "INSERT INTO analytics.fct_sessions SELECT session_id || '_' || n, user_id, session_start,"
        " channel, utm_source, click_id, loaded_at FROM analytics.fct_sessions,"
        f" generate_series(1, 20) n WHERE {SESSIONS}",
        "orders.metric_conversion",
        "fct_sessions",
        beside={
            "orders.seasonal_conversion": "the same number",
            "orders.zscore_conversion": "the same number",
            "sessions.seasonal_sessions": "the denominator",
            "sessions.zscore_sessions": "the denominator",
            "sessions.volume_7d_sessions": "the denominator",
            "sessions.usual_paid_sessions": "a part of the sessions",
        },
    ),
    "O12": Break(
        "INSERT INTO analytics.fct_order_attribution SELECT 'lost', 'any', 'direct', 1, order_ts,"
        f" loaded_at FROM analytics.fct_orders WHERE order_id IN {FEW}",
        "orders.attributed_orders_not_in_orders",
        "fct_order_attribution",
    ),
}
