"""What a good warehouse has none of: each is one SELECT that counts it, on the sample shop.

The parameters are as_of and the bounds of its newest closed day, starts and ends.
"""

from __future__ import annotations

EVENT_NAMES = (
    "'page_viewed', 'email_filled_on_popup', 'product_added_to_cart', 'checkout_started',"
    " 'checkout_completed'"
)
DAY = "BETWEEN %(starts)s AND %(ends)s"


def none_on_the_day(relation: str, time: str, rows: str = "true") -> str:
    """1 when no row of the day meets the condition, else 0."""
    return (
        f"SELECT (NOT EXISTS (SELECT FROM analytics.{relation} WHERE {time} {DAY}"
        f" AND ({rows})))::int"
    )


def column(relation: str, name: str, kind: str) -> str:
    """1 when the table has no column of that name and type, else 0."""
    return (
        "SELECT (NOT EXISTS (SELECT FROM information_schema.columns WHERE table_schema ="
        f" 'analytics' AND table_name = '{relation}' AND column_name = '{name}'"
        f" AND data_type = '{kind}'))::int"
    )


def twice(relation: str, key: str) -> str:
    """How many rows have a key that another row has, too."""
    return f"SELECT count({key}) - count(DISTINCT {key}) FROM analytics.{relation}"


def orphans(child: str, key: str, parent: str, id_: str) -> str:
    """How many rows of the child refer to nothing."""
    return (
        f"SELECT count(*) FROM analytics.{child} c WHERE NOT EXISTS"
        f" (SELECT FROM analytics.{parent} p WHERE p.{id_} = c.{key})"
    )


ITEMS = "(SELECT order_id, sum(line_revenue) AS total FROM analytics.fct_order_items GROUP BY 1) i"
PURCHASES = (
    "(SELECT transaction_id AS order_id, revenue AS total FROM analytics.raw_events"
    " WHERE event_name = 'checkout_completed') e"
)
FACTS = (
    "(SELECT count(*) AS n, coalesce(sum(revenue), 0) AS revenue FROM analytics.fct_orders f"
    " WHERE f.order_ts >= d.starts AND f.order_ts < d.ends) f"
)
DAYS = (
    "demo.days(%(as_of)s) d LEFT JOIN analytics.daily_metrics m ON m.event_date = d.day,"
    f" LATERAL {FACTS} WHERE d.built <= %(as_of)s"
)

SYMPTOMS = {
    "feed-stops": "SELECT (max(event_ts) < %(as_of)s - interval '29 hours')::int"
    " FROM analytics.raw_events WHERE event_ts <= %(as_of)s",
    "checkout-tag": none_on_the_day("fct_orders", "order_ts"),
    "missing-day": "SELECT count(*) FROM demo.days(%(as_of)s) d WHERE NOT EXISTS (SELECT FROM"
    " analytics.raw_events WHERE event_ts >= d.starts AND event_ts < d.ends)",
    "late-data": none_on_the_day("raw_events", "event_ts", "event_ts >= %(ends)s - interval '12h'"),
    "half-load": "SELECT (count(*) < 0.7 * (SELECT events FROM analytics.daily_metrics WHERE"
    " event_date = (%(starts)s AT TIME ZONE 'UTC')::date))::int FROM analytics.raw_events"
    f" WHERE event_ts {DAY}",
    "double-load": twice("raw_events", "event_id"),
    "timezone-shift": "SELECT count(*) FROM analytics.raw_events e JOIN analytics.fct_orders o ON"
    " o.order_id = e.transaction_id WHERE e.event_ts - o.order_ts > interval '1 hour'",
    "future-rows": "SELECT count(*) FROM analytics.raw_events WHERE event_ts > %(as_of)s",
    "traffic-drop": "SELECT (count(*) < 0.6 * (SELECT count(*) FROM analytics.fct_sessions WHERE"
    " session_start < %(starts)s) / (SELECT count(*) FROM demo.days(%(starts)s) WHERE"
    f" ends <= %(starts)s))::int FROM analytics.fct_sessions WHERE session_start {DAY}",
    "truncate-orders": "SELECT (count(*) = 0)::int FROM analytics.fct_orders",
    "no-pipeline-run": "SELECT count(*) FROM demo.days(%(as_of)s) d WHERE built <= %(as_of)s AND"
    " (NOT EXISTS (SELECT FROM analytics.pipeline_logs WHERE run_timestamp = d.built)"
    " OR NOT EXISTS (SELECT FROM analytics.daily_metrics WHERE event_date = d.day))",
    "no-daily-metrics": "SELECT count(*) FROM demo.days(%(as_of)s) d WHERE built <= %(as_of)s AND"
    " NOT EXISTS (SELECT FROM analytics.daily_metrics WHERE event_date = d.day)",
    "empty-run": "SELECT count(*) FROM analytics.pipeline_logs WHERE rows_read <= 0",
    "quarantine-rate": "SELECT count(*) FROM analytics.pipeline_logs"
    " WHERE rows_quarantined > 0.02 * rows_read",
    "rename-column": column("fct_orders", "client_id", "text"),
    "drop-column": column("raw_events", "referrer", "text"),
    "new-column": "SELECT count(*) FROM information_schema.columns a WHERE table_schema ="
    " 'analytics' AND NOT EXISTS (SELECT FROM information_schema.columns d WHERE"
    " d.table_schema = 'demo' AND (d.table_name, d.column_name) ="
    " (a.table_name, a.column_name)) AND column_name = 'coupon'",
    "text-revenue": column("fct_orders", "revenue", "numeric"),
    "null-client-ids": f"SELECT (avg((client_id IS NULL)::int) > 0.02)::int"
    f" FROM analytics.raw_events WHERE event_ts {DAY}",
    "null-column": none_on_the_day("fct_orders", "order_ts", "client_id IS NOT NULL"),
    "json-prices-null": "SELECT count(*) FROM analytics.raw_events, jsonb_array_elements("
    "event_data -> 'items') item WHERE item ->> 'item_price' IS NULL",
    "null-referrers": none_on_the_day("raw_events", "event_ts", "referrer IS NOT NULL"),
    "referrer-jump": none_on_the_day("raw_events", "event_ts", "referrer IS NULL"),
    "daily-metrics-null": "SELECT count(*) FROM analytics.daily_metrics m"
    " WHERE NOT (m.*) IS NOT NULL OR revenue < 0",
    "duplicate-orders": twice("fct_orders", "order_id"),
    "duplicate-purchases": twice("raw_events", "transaction_id"),
    "unknown-event-name": "SELECT count(*) FROM analytics.raw_events"
    f" WHERE event_name NOT IN ({EVENT_NAMES})",
    "orphan-items": orphans("fct_order_items", "order_id", "fct_orders", "order_id"),
    "orders-without-items": orphans("fct_orders", "order_id", "fct_order_items", "order_id"),
    "orphan-orders": orphans("fct_orders", "session_id", "fct_sessions", "session_id"),
    "unknown-users": orphans("fct_sessions", "user_id", "dim_users", "user_id"),
    "orphan-sessions": "SELECT (avg((u.user_id IS NULL)::int) > 0.05)::int FROM"
    " analytics.fct_sessions s LEFT JOIN analytics.dim_users u USING (user_id)"
    f" WHERE session_start {DAY}",
    "negative-revenue": "SELECT count(*) FROM analytics.fct_orders WHERE revenue < 0",
    "signs-flipped": none_on_the_day("fct_orders", "order_ts", "revenue > 0"),
    "revenue-in-cents": "SELECT count(*) FROM analytics.fct_orders o JOIN"
    f" {PURCHASES} USING (order_id) WHERE o.revenue = 100 * e.total",
    "zero-revenue": "SELECT count(*) FROM analytics.fct_orders WHERE revenue = 0",
    "missing-revenue": "SELECT count(*) FROM analytics.raw_events"
    " WHERE event_name = 'checkout_completed' AND revenue IS NULL",
    "items-mismatch": f"SELECT count(*) FROM analytics.fct_orders o LEFT JOIN {ITEMS}"
    " USING (order_id) WHERE o.revenue IS DISTINCT FROM i.total",
    "line-revenue": "SELECT count(*) FROM analytics.fct_order_items"
    " WHERE line_revenue <> quantity * price",
    "items-without-price": "SELECT count(*) FROM analytics.fct_order_items WHERE price IS NULL",
    "tracking-lost": none_on_the_day(
        "fct_orders", "order_ts", "coalesce(click_id, utm_source) IS NOT NULL"
    ),
    "click-ids-gone": none_on_the_day("fct_sessions", "session_start", "click_id IS NOT NULL"),
    "over-attribution": "SELECT count(*) FROM (SELECT order_ts::date, model,"
    " sum(attributed_revenue) AS given FROM analytics.fct_order_attribution GROUP BY 1, 2) a"
    " JOIN (SELECT order_ts::date, sum(revenue) AS earned FROM analytics.fct_orders GROUP BY 1) o"
    " USING (order_ts) WHERE given > earned",
    "attribution-stops": none_on_the_day(
        "fct_order_attribution", "order_ts", "model = 'last_click'"
    ),
    "channel-gone": none_on_the_day("fct_order_attribution", "order_ts", "channel = 'paid_search'"),
    "daily-metrics-off": f"SELECT count(*) FROM {DAYS} AND"
    " (m.orders, m.revenue) IS DISTINCT FROM (f.n, f.revenue)",
    "stale-daily-metrics": f"SELECT count(*) FROM {DAYS} AND m.orders < 0.9 * f.n"
    " AND m.attributed_orders_last_click < m.orders",
}
"""Name of a fault -> the number that it makes positive."""

OTHERS = {
    "orders and purchase events differ": f"SELECT count(*) FROM analytics.fct_orders o"
    f" FULL JOIN {PURCHASES} USING (order_id) WHERE o.revenue IS DISTINCT FROM e.total",
    "duplicate sessions": twice("fct_sessions", "session_id"),
    "duplicate users": twice("dim_users", "user_id"),
    "duplicate items": twice("fct_order_items", "(order_id, item_id)"),
    "duplicate attribution": twice("fct_order_attribution", "(order_id, model)"),
    "orders without client": orphans("fct_orders", "client_id", "dim_users", "user_id"),
    "attribution of no order": orphans(
        "fct_order_attribution", "order_id", "fct_orders", "order_id"
    ),
    "sessions before their user": "SELECT count(*) FROM analytics.fct_sessions"
    " JOIN analytics.dim_users USING (user_id) WHERE session_start < created_at",
    "rows that arrived before they happened, or later than now": "SELECT count(*)"
    " FROM analytics.raw_events WHERE loaded_at < event_ts OR loaded_at > %(as_of)s",
    "items of the document that are not those of the order": "SELECT count(*) FROM"
    " (SELECT transaction_id AS order_id, x.* FROM analytics.raw_events, jsonb_to_recordset("
    "event_data -> 'items') AS x(item_id text, quantity int, item_price numeric)) e"
    " FULL JOIN analytics.fct_order_items i USING (order_id, item_id)"
    " WHERE (e.quantity, e.item_price) IS DISTINCT FROM (i.quantity, i.price)",
    "purchases without the steps before": "SELECT count(*) FROM analytics.raw_events p LEFT JOIN"
    " (SELECT client_id, min(event_ts) FILTER (WHERE event_name = 'page_viewed') AS seen,"
    " min(event_ts) FILTER (WHERE event_name = 'product_added_to_cart') AS chosen,"
    " min(event_ts) FILTER (WHERE event_name = 'checkout_started') AS started"
    " FROM analytics.raw_events GROUP BY 1) c USING (client_id)"
    " WHERE event_name = 'checkout_completed' AND (seen < chosen AND chosen < event_ts"
    " AND started < event_ts) IS NOT TRUE",
    "daily metrics that are not the facts": "SELECT count(*) FROM demo.days(%(as_of)s) d"
    " JOIN analytics.daily_metrics m ON m.event_date = d.day, LATERAL (SELECT count(*) AS events,"
    " count(DISTINCT client_id) AS users, count(DISTINCT client_id) FILTER (WHERE event_name ="
    " 'checkout_completed') AS buyers FROM analytics.raw_events WHERE event_ts >= d.starts AND"
    " event_ts < d.ends) e, LATERAL (SELECT count(*) AS sessions FROM analytics.fct_sessions"
    " WHERE session_start >= d.starts AND session_start < d.ends) s WHERE (m.events, m.users,"
    " m.purchase_users, m.sessions) IS DISTINCT FROM (e.events, e.users, e.buyers, s.sessions)",
}
"""Name -> count of what no fault makes, but a good shop has not, either."""
