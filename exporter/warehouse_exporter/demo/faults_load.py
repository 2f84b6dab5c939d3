"""Faults of what is loaded: feeds that stop, traffic that falls, tables that change shape."""

from __future__ import annotations

from warehouse_exporter.demo.fault import ALWAYS, DAY, EVENTS, LAST_RUN, ORDERS, SESSIONS, Fault

LOAD = (
    Fault(
        "feed-stops",
        "no raw event has arrived for 30 hours",
        ("F1",),
        ("raw_events",),
        holds={"raw_events": "true"},
        since="%(as_of)s - interval '30 hours'",
        nightly=True,
    ),
    Fault(
        "checkout-tag",
        "visits go on, but no purchase has been recorded since the day began",
        ("F2", "V1", "V6", "N2"),
        ("raw_events", "fct_orders", "fct_order_items", "fct_order_attribution"),
        holds={
            "raw_events": "event_name = 'checkout_completed'",
            "fct_orders": "true",
            "fct_order_items": "true",
            "fct_order_attribution": "true",
        },
        nightly=True,
    ),
    Fault(
        "missing-day",
        "one day, three days before the last, has no raw events",
        ("F3",),
        ("raw_events",),
        breaks="DELETE FROM analytics.raw_events"
        " WHERE event_ts >= %(past_starts)s AND event_ts < %(past_ends)s",
        since="%(past_starts)s",
    ),
    Fault(
        "late-data",
        "the day's load ended at noon: the afternoon is missing in every table, and may come later",
        ("F6", "O12", "V7"),
        ("raw_events", "fct_sessions", "fct_orders", "fct_order_items", "fct_order_attribution"),
        breaks=f"DELETE FROM analytics.raw_events WHERE {EVENTS} AND event_ts >= %(noon)s;"
        f" DELETE FROM analytics.fct_sessions WHERE {SESSIONS} AND session_start >= %(noon)s;"
        f" DELETE FROM analytics.fct_orders WHERE {ORDERS} AND order_ts >= %(noon)s;"
        f" DELETE FROM analytics.fct_order_items WHERE {ORDERS} AND order_ts >= %(noon)s;"
        f" DELETE FROM analytics.fct_order_attribution WHERE {ORDERS} AND order_ts >= %(noon)s",
        nightly=True,
    ),
    Fault(
        "half-load",
        "the day's raw events were loaded again, and half of them did not come; the tables built"
        " from them before are whole",
        ("R7", "N3"),
        ("raw_events",),
        breaks=f"DELETE FROM analytics.raw_events WHERE {EVENTS}"
        " AND demo.u(event_id, 'fault') < .5",
    ),
    Fault(
        "double-load",
        "the day's raw events were loaded twice",
        ("U1", "R6"),
        ("raw_events",),
        breaks="INSERT INTO analytics.raw_events"
        f" SELECT * FROM analytics.raw_events WHERE {EVENTS}",
    ),
    Fault(
        "timezone-shift",
        "raw events since the day began happen two hours too late: local time was read as UTC",
        ("F8", "V1"),
        ("raw_events",),
        breaks="UPDATE analytics.raw_events SET event_ts = event_ts + interval '2 hours'"
        " WHERE event_ts >= %(starts)s",
        nightly=True,
    ),
    Fault(
        "future-rows",
        "five raw events happen a year after they arrive",
        ("F8",),
        ("raw_events",),
        breaks="INSERT INTO analytics.raw_events (event_id, event_ts, event_name, loaded_at)"
        " SELECT -n, %(as_of)s + interval '1 year', 'page_viewed', %(as_of)s"
        " FROM generate_series(1, 5) n",
    ),
    Fault(
        "traffic-drop",
        "three visitors in five stay away for a day",
        ("V2", "V3", "V4", "V5"),
        ("raw_events", "fct_sessions", "fct_orders", "fct_order_items", "fct_order_attribution"),
        breaks="CREATE FUNCTION pg_temp.away(client text) RETURNS boolean LANGUAGE sql"
        " AS $$ SELECT demo.u(hashtext(client), 'fault') < .6 $$;"
        f" CREATE TEMP TABLE lost ON COMMIT DROP AS SELECT order_id FROM analytics.fct_orders"
        f" JOIN analytics.fct_sessions USING (session_id)"
        f" WHERE {SESSIONS} AND pg_temp.away(user_id);"
        " DELETE FROM analytics.fct_order_items WHERE order_id IN (TABLE lost);"
        " DELETE FROM analytics.fct_order_attribution WHERE order_id IN (TABLE lost);"
        " DELETE FROM analytics.fct_orders WHERE order_id IN (TABLE lost);"
        " DELETE FROM analytics.raw_events WHERE transaction_id IN (TABLE lost)"
        f" OR {EVENTS} AND event_name <> 'checkout_completed' AND pg_temp.away(client_id);"
        f" DELETE FROM analytics.fct_sessions WHERE {SESSIONS} AND pg_temp.away(user_id);"
        " DROP FUNCTION pg_temp.away",
        nightly=True,
    ),
    Fault(
        "truncate-orders",
        "somebody has emptied fct_orders",
        ("F2", "J2", "X1"),
        ("fct_orders",),
        breaks="TRUNCATE analytics.fct_orders",
        since=ALWAYS,
    ),
    Fault(
        "no-pipeline-run",
        "last night's build has not run: no log, no daily metrics",
        ("F4", "F5"),
        ("daily_metrics", "pipeline_logs"),
        holds={"daily_metrics": "true", "pipeline_logs": "true"},
        since="%(ends)s",
    ),
    Fault(
        "no-daily-metrics",
        "last night's build of the daily metrics failed: no row, though the log says it ran",
        ("F4",),
        ("daily_metrics",),
        breaks=f"DELETE FROM analytics.daily_metrics WHERE {DAY}",
    ),
    Fault(
        "empty-run",
        "last night's build has read nothing",
        ("F5",),
        ("pipeline_logs",),
        breaks="UPDATE analytics.pipeline_logs SET rows_read = 0, rows_quarantined = 0"
        f" WHERE {LAST_RUN}",
    ),
    Fault(
        "quarantine-rate",
        "last night's build has put 8 % of what it read into quarantine",
        ("P1",),
        ("pipeline_logs",),
        breaks="UPDATE analytics.pipeline_logs SET rows_quarantined = round(rows_read * .08)"
        f" WHERE {LAST_RUN}",
    ),
    Fault(
        "rename-column",
        "fct_orders.client_id is now called clientId",
        ("S1", "S5"),
        ("fct_orders",),
        breaks='ALTER TABLE analytics.fct_orders RENAME client_id TO "clientId"',
        undo='ALTER TABLE analytics.fct_orders RENAME "clientId" TO client_id',
    ),
    Fault(
        "drop-column",
        "raw_events.referrer is gone",
        ("S1",),
        ("raw_events",),
        breaks="ALTER TABLE analytics.raw_events DROP referrer",
        undo="ALTER TABLE analytics.raw_events ADD referrer text",
        since=ALWAYS,
    ),
    Fault(
        "new-column",
        "fct_orders has got a column coupon",
        ("S4",),
        ("fct_orders",),
        breaks="ALTER TABLE analytics.fct_orders ADD coupon text",
        undo="ALTER TABLE analytics.fct_orders DROP coupon",
    ),
    Fault(
        "text-revenue",
        "fct_orders.revenue is text",
        ("S3",),
        ("fct_orders",),
        breaks="ALTER TABLE analytics.fct_orders ALTER revenue TYPE text",
        undo="ALTER TABLE analytics.fct_orders"
        " ALTER revenue TYPE numeric(12,2) USING revenue::numeric",
    ),
)
