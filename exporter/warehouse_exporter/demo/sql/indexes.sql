-- Times and keys, as a warehouse would have them; made after the first load, which is quicker.
CREATE INDEX ON analytics.dim_users (user_id);
CREATE INDEX ON analytics.fct_sessions (session_start);
CREATE INDEX ON analytics.fct_sessions (session_id);
CREATE INDEX ON analytics.raw_events (event_ts);
CREATE INDEX ON analytics.raw_events (loaded_at);
CREATE INDEX ON analytics.raw_events (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX ON analytics.fct_orders (order_ts);
CREATE INDEX ON analytics.fct_orders (order_id);
CREATE INDEX ON analytics.fct_orders (loaded_at);
CREATE INDEX ON analytics.fct_order_items (order_ts);
CREATE INDEX ON analytics.fct_order_items (order_id);
CREATE INDEX ON analytics.fct_order_attribution (order_ts);
CREATE INDEX ON analytics.fct_order_attribution (order_id);
CREATE INDEX ON analytics.daily_metrics (event_date);
ANALYZE analytics.dim_users, analytics.fct_sessions, analytics.raw_events, analytics.fct_orders,
  analytics.fct_order_items, analytics.fct_order_attribution, analytics.daily_metrics,
  analytics.pipeline_logs;
