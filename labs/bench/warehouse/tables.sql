-- The tables, and in temporary ones the sessions, orders and items they are filled from.
CREATE SCHEMA analytics;
CREATE TABLE analytics.raw_events (
  event_id bigint, client_id text, page_url text, referrer text, event_ts timestamptz,
  event_name text, transaction_id text, revenue numeric(12,2), loaded_at timestamptz);
CREATE TABLE analytics.dim_users (user_id text, created_at timestamptz);
CREATE TABLE analytics.fct_sessions (
  session_id text, user_id text, session_start timestamptz, channel text, utm_source text, click_id text);
CREATE TABLE analytics.fct_orders (
  order_id text, session_id text, client_id text, order_ts timestamptz, revenue numeric(12,2),
  utm_source text, click_id text);
CREATE TABLE analytics.fct_order_items (
  order_id text, item_id text, quantity int, price numeric(12,2), line_revenue numeric(12,2));
CREATE TABLE analytics.fct_order_attribution (
  order_id text, model text, channel text, attributed_revenue numeric(12,2));
CREATE TABLE analytics.daily_metrics (
  event_date date, events bigint, users bigint, sessions bigint, orders bigint, revenue numeric(14,2),
  add_to_cart_users bigint, checkout_users bigint, purchase_users bigint,
  attributed_orders_first_click bigint, attributed_revenue_first_click numeric(14,2),
  attributed_orders_last_click bigint, attributed_revenue_last_click numeric(14,2));
CREATE TABLE analytics.pipeline_logs (run_timestamp timestamptz, rows_read bigint, rows_quarantined bigint);

CREATE FUNCTION pg_temp.h(g bigint, s bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT hashint8extended(g, s + %(seed)s) & 9223372036854775807 $$;
CREATE FUNCTION pg_temp.hx(g bigint, s bigint) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT lpad(to_hex(hashint8extended(g, s + %(seed)s) & 9223372036854775807), 16, '0') $$;

-- days with weekday seasonality and a little noise; n = sessions of the day, lo = first session number
CREATE TEMP TABLE d AS
WITH w AS (
  SELECT i, %(anchor)s::date - %(days)s - 1 + i AS day,
         (ARRAY[0.80,1.08,1.05,1.02,1.00,1.10,0.85])[1 + extract(dow FROM %(anchor)s::date - %(days)s - 1 + i)::int]
         * (0.96 + (pg_temp.h(i, 7) %% 80) / 1000.0) AS w
  FROM generate_series(1, %(days)s) i),
n AS (SELECT i, day, round(%(sessions)s * w / sum(w) OVER ())::bigint AS n FROM w)
SELECT i, day, n, (sum(n) OVER (ORDER BY i) - n)::bigint AS lo FROM n;

-- sessions
CREATE TEMP TABLE s AS
SELECT g, d.i AS day_no, 's_' || pg_temp.hx(g, 1) AS session_id,
  CASE WHEN pg_temp.h(g, 5) %% 500 = 0 THEN NULL
       WHEN pg_temp.h(g, 4) %% 1000 = 0 THEN 'x_' || pg_temp.hx(g, 3)
       ELSE 'u_' || pg_temp.hx(1 + floor(%(users)s * power((pg_temp.h(g, 2) %% 1000000) / 1e6, 1.5))::bigint, 3) END AS user_id,
  (d.day::timestamp AT TIME ZONE 'UTC')
    + make_interval(secs => (pg_temp.h(g, 10) %% 42000 + pg_temp.h(g, 11) %% 42000 + 60)::float8) AS session_start,
  (ARRAY['direct','organic_search','paid_search','paid_social','email','referral','affiliate','organic_social'])
    [1 + floor(8 * power((pg_temp.h(g, 12) %% 100000) / 1e5, 1.4))::int] AS channel,
  CASE WHEN pg_temp.h(g, 13) %% 100 < 55 THEN NULL
       ELSE (ARRAY['google','facebook','newsletter','bing','tiktok'])[1 + (pg_temp.h(g, 14) %% 5)::int] END AS utm_source,
  CASE WHEN pg_temp.h(g, 15) %% 100 < 70 THEN NULL ELSE 'gclid.' || pg_temp.hx(g, 16) END AS click_id,
  pg_temp.h(g, 6) %% 150 < 7 AS conv
FROM d CROSS JOIN LATERAL generate_series(d.lo + 1, d.lo + d.n) g
ORDER BY d.i, session_start;

-- orders (one per converting session) and their items
CREATE TEMP TABLE it AS
SELECT s.g, 'o_' || pg_temp.hx(s.g, 20) AS order_id, 'i_' || pg_temp.hx(s.g * 8 + k, 21) AS item_id,
  (1 + (CASE WHEN pg_temp.h(s.g * 8 + k, 22) %% 10 < 2 THEN 1 ELSE 0 END))::int AS quantity,
  CASE WHEN pg_temp.h(s.g, 23) %% 200 = 0 THEN 0
       ELSE round(5 + (pg_temp.h(s.g * 8 + k, 24) %% 20000) / 100.0, 2) END::numeric(12,2) AS price
FROM s CROSS JOIN LATERAL generate_series(1, CASE WHEN pg_temp.h(s.g, 25) %% 100 < 45 THEN 1
  WHEN pg_temp.h(s.g, 25) %% 100 < 80 THEN 2 WHEN pg_temp.h(s.g, 25) %% 100 < 95 THEN 3 ELSE 4 END) k
WHERE s.conv ORDER BY s.g, k;
CREATE TEMP TABLE o AS
SELECT g, order_id, sum(quantity * price)::numeric(12,2) AS revenue FROM it GROUP BY g, order_id;
ANALYZE s; ANALYZE o; ANALYZE it;
