-- Every measure of catalogue.md as a statement of its own.
SET TIME ZONE 'UTC';
\echo events_freshness
SELECT extract(epoch FROM max(event_ts)) AS value FROM analytics.raw_events;
\echo sessions_freshness
SELECT extract(epoch FROM max(session_start)) AS value FROM analytics.fct_sessions;
\echo orders_freshness
SELECT extract(epoch FROM max(order_ts)) AS value FROM analytics.fct_orders;
\echo events_rows_yesterday
SELECT count(*) AS value FROM analytics.raw_events WHERE event_ts >= current_date - 1 AND event_ts < current_date;
\echo sessions_rows_yesterday
SELECT count(*) AS value FROM analytics.fct_sessions WHERE session_start >= current_date - 1 AND session_start < current_date;
\echo orders_rows_yesterday
SELECT count(*) AS value FROM analytics.fct_orders WHERE order_ts >= current_date - 1 AND order_ts < current_date;
\echo events_null_rate_client_id
SELECT CAST(count(*) FILTER (WHERE client_id IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.raw_events;
\echo events_null_rate_page_url
SELECT CAST(count(*) FILTER (WHERE page_url IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.raw_events;
\echo events_null_rate_event_name
SELECT CAST(count(*) FILTER (WHERE event_name IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.raw_events;
\echo events_null_rate_event_ts
SELECT CAST(count(*) FILTER (WHERE event_ts IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.raw_events;
\echo events_null_rate_referrer
SELECT CAST(count(*) FILTER (WHERE referrer IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.raw_events;
\echo events_invalid_name
SELECT count(*) AS value FROM analytics.raw_events
WHERE event_name NOT IN ('page_viewed', 'email_filled_on_popup', 'product_added_to_cart',
                         'checkout_started', 'checkout_completed');
\echo events_duplicate_transaction_id
SELECT count(*) AS value FROM (
  SELECT transaction_id FROM analytics.raw_events WHERE transaction_id IS NOT NULL
  GROUP BY transaction_id HAVING count(*) > 1) d;
\echo sessions_null_rate_session_id
SELECT CAST(count(*) FILTER (WHERE session_id IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.fct_sessions;
\echo sessions_null_rate_user_id
SELECT CAST(count(*) FILTER (WHERE user_id IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.fct_sessions;
\echo sessions_orphan_user
SELECT count(*) AS value FROM analytics.fct_sessions s
WHERE s.user_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM analytics.dim_users u WHERE u.user_id = s.user_id);
\echo sessions_duplicate_id
SELECT count(*) AS value FROM (
  SELECT session_id FROM analytics.fct_sessions WHERE session_id IS NOT NULL
  GROUP BY session_id HAVING count(*) > 1) d;
\echo orders_null_rate_order_id
SELECT CAST(count(*) FILTER (WHERE order_id IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.fct_orders;
\echo orders_null_rate_client_id
SELECT CAST(count(*) FILTER (WHERE client_id IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.fct_orders;
\echo orders_null_rate_revenue
SELECT CAST(count(*) FILTER (WHERE revenue IS NULL) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.fct_orders;
\echo orders_duplicate_id
SELECT count(*) AS value FROM (
  SELECT order_id FROM analytics.fct_orders WHERE order_id IS NOT NULL
  GROUP BY order_id HAVING count(*) > 1) d;
\echo orders_negative_revenue
SELECT count(*) AS value FROM analytics.fct_orders WHERE revenue < 0;
\echo orders_zero_revenue_share
SELECT CAST(count(*) FILTER (WHERE revenue = 0) AS float8) / NULLIF(count(*), 0) AS value FROM analytics.fct_orders;
\echo orders_orphan_session
SELECT count(*) AS value FROM analytics.fct_orders o
WHERE o.session_id IS NULL
   OR NOT EXISTS (SELECT 1 FROM analytics.fct_sessions s WHERE s.session_id = o.session_id);
\echo orders_tracking_coverage
SELECT CAST(count(*) FILTER (WHERE click_id IS NOT NULL OR utm_source IS NOT NULL) AS float8)
       / NULLIF(count(*), 0) AS value FROM analytics.fct_orders;
\echo orders_items_revenue_mismatch
SELECT count(*) AS value
FROM (SELECT order_id, max(revenue) AS revenue FROM analytics.fct_orders GROUP BY order_id) o
JOIN (SELECT order_id, sum(line_revenue) AS revenue FROM analytics.fct_order_items GROUP BY order_id) i
  ON i.order_id = o.order_id
WHERE abs(o.revenue - i.revenue) > 0.01;
\echo orders_minus_events_revenue
SELECT (SELECT sum(revenue) FROM analytics.fct_orders)
     - (SELECT sum(revenue) FROM analytics.raw_events WHERE event_name = 'checkout_completed') AS value;
\echo items_orphan_order
SELECT count(*) AS value FROM analytics.fct_order_items i
WHERE NOT EXISTS (SELECT 1 FROM analytics.fct_orders o WHERE o.order_id = i.order_id);
\echo items_line_revenue_mismatch
SELECT count(*) AS value FROM analytics.fct_order_items WHERE quantity * price <> line_revenue;
\echo items_negative_price
SELECT count(*) AS value FROM analytics.fct_order_items WHERE price < 0;
\echo attribution_coverage_first_click
SELECT CAST((SELECT count(DISTINCT order_id) FROM analytics.fct_order_attribution WHERE model = 'first_click') AS float8)
     / NULLIF((SELECT count(DISTINCT order_id) FROM analytics.fct_orders), 0) AS value;
\echo attribution_coverage_last_click
SELECT CAST((SELECT count(DISTINCT order_id) FROM analytics.fct_order_attribution WHERE model = 'last_click') AS float8)
     / NULLIF((SELECT count(DISTINCT order_id) FROM analytics.fct_orders), 0) AS value;
\echo over_attribution_first_click
SELECT count(*) AS value
FROM (SELECT order_id, sum(attributed_revenue) AS attributed FROM analytics.fct_order_attribution
      WHERE model = 'first_click' GROUP BY order_id) a
JOIN (SELECT order_id, max(revenue) AS base FROM analytics.fct_orders GROUP BY order_id) o
  ON o.order_id = a.order_id
WHERE a.attributed > o.base + 0.01;
\echo over_attribution_last_click
SELECT count(*) AS value
FROM (SELECT order_id, sum(attributed_revenue) AS attributed FROM analytics.fct_order_attribution
      WHERE model = 'last_click' GROUP BY order_id) a
JOIN (SELECT order_id, max(revenue) AS base FROM analytics.fct_orders GROUP BY order_id) o
  ON o.order_id = a.order_id
WHERE a.attributed > o.base + 0.01;
\echo channel_revenue_share_yesterday
SELECT a.channel, CAST(sum(a.attributed_revenue) AS float8)
       / NULLIF(CAST(sum(sum(a.attributed_revenue)) OVER () AS float8), 0) AS value
FROM analytics.fct_order_attribution a
JOIN (SELECT DISTINCT order_id FROM analytics.fct_orders WHERE order_ts >= current_date - 1 AND order_ts < current_date) o ON o.order_id = a.order_id
WHERE a.model = 'last_click' GROUP BY a.channel;
\echo daily_metrics_yesterday_present
SELECT count(*) AS value FROM analytics.daily_metrics WHERE event_date = current_date - 1;
\echo daily_metrics_nulls
SELECT count(*) AS value FROM analytics.daily_metrics
WHERE num_nulls(events, users, sessions, orders, revenue, add_to_cart_users, checkout_users, purchase_users, attributed_orders_first_click, attributed_revenue_first_click, attributed_orders_last_click, attributed_revenue_last_click) > 0;
\echo daily_metrics_negatives
SELECT count(*) AS value FROM analytics.daily_metrics
WHERE least(events, users, sessions, orders, revenue, add_to_cart_users, checkout_users, purchase_users, attributed_orders_first_click, attributed_revenue_first_click, attributed_orders_last_click, attributed_revenue_last_click) < 0;
\echo daily_metrics_orders_minus_fct_yesterday
SELECT (SELECT orders FROM analytics.daily_metrics WHERE event_date = current_date - 1)
     - (SELECT count(*) FROM analytics.fct_orders WHERE order_ts >= current_date - 1 AND order_ts < current_date) AS value;
\echo daily_metrics_revenue_minus_fct_yesterday
SELECT (SELECT revenue FROM analytics.daily_metrics WHERE event_date = current_date - 1)
     - (SELECT sum(revenue) FROM analytics.fct_orders WHERE order_ts >= current_date - 1 AND order_ts < current_date) AS value;
\echo pipeline_log_today
SELECT count(*) AS value FROM analytics.pipeline_logs WHERE run_timestamp >= current_date;
\echo pipeline_quarantine_rate
SELECT CAST(sum(rows_quarantined) AS float8) / NULLIF(sum(rows_read), 0) AS value FROM analytics.pipeline_logs;
\echo daily_series_events
SELECT CAST(CAST(event_ts AS date) AS text) AS day, count(*) AS value FROM analytics.raw_events
WHERE event_ts >= current_date - 8 AND event_ts < current_date GROUP BY 1;
\echo daily_series_sessions
SELECT CAST(CAST(session_start AS date) AS text) AS day, count(*) AS value FROM analytics.fct_sessions
WHERE session_start >= current_date - 8 AND session_start < current_date GROUP BY 1;
\echo daily_series_orders
SELECT CAST(CAST(order_ts AS date) AS text) AS day, count(*) AS value FROM analytics.fct_orders
WHERE order_ts >= current_date - 8 AND order_ts < current_date GROUP BY 1;
\echo daily_series_revenue
SELECT CAST(CAST(order_ts AS date) AS text) AS day, sum(revenue) AS value FROM analytics.fct_orders
WHERE order_ts >= current_date - 8 AND order_ts < current_date GROUP BY 1;
