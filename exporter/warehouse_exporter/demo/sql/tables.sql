-- The warehouse of the sample shop as the monitor sees it. No constraints: a warehouse has few, and
-- every fault must be possible.
CREATE SCHEMA analytics;

CREATE TABLE analytics.dim_users (user_id text, created_at timestamptz, loaded_at timestamptz);

CREATE TABLE analytics.fct_sessions (
  session_id text, user_id text, session_start timestamptz, channel text, utm_source text,
  click_id text, loaded_at timestamptz);

CREATE TABLE analytics.raw_events (
  event_id bigint, client_id text, page_url text, referrer text, event_ts timestamptz,
  event_name text, transaction_id text, revenue numeric(12,2), event_data jsonb,
  loaded_at timestamptz);

CREATE TABLE analytics.fct_orders (
  order_id text, session_id text, client_id text, order_ts timestamptz, revenue numeric(12,2),
  utm_source text, click_id text, loaded_at timestamptz);

CREATE TABLE analytics.fct_order_items (
  order_id text, item_id text, quantity int, price numeric(12,2), line_revenue numeric(12,2),
  order_ts timestamptz, loaded_at timestamptz);

CREATE TABLE analytics.fct_order_attribution (
  order_id text, model text, channel text, attributed_revenue numeric(12,2), order_ts timestamptz,
  loaded_at timestamptz);

CREATE TABLE analytics.daily_metrics (
  event_date date, events bigint, users bigint, sessions bigint, orders bigint,
  revenue numeric(14,2), add_to_cart_users bigint, checkout_users bigint, purchase_users bigint,
  attributed_orders_first_click bigint, attributed_revenue_first_click numeric(14,2),
  attributed_orders_last_click bigint, attributed_revenue_last_click numeric(14,2),
  loaded_at timestamptz);

CREATE TABLE analytics.pipeline_logs (
  run_timestamp timestamptz, rows_read bigint, rows_quarantined bigint);
