-- Everything but the events: users, sessions, orders, items, attribution, the daily table, the log.
INSERT INTO analytics.dim_users
SELECT 'u_' || pg_temp.hx(u, 3),
       (%(anchor)s::date - %(days)s)::timestamp AT TIME ZONE 'UTC' + make_interval(secs => (pg_temp.h(u, 50) %% 5000000)::float8)
FROM generate_series(1, %(users)s + 1) u;

INSERT INTO analytics.fct_sessions
SELECT session_id, user_id, session_start, channel, utm_source, click_id FROM s ORDER BY day_no, session_start;

-- 0.1%% of orders lost, 0.03%% duplicated; few null/orphan session ids, wrong, zero, negative, null revenues
INSERT INTO analytics.fct_orders
SELECT o.order_id,
  CASE WHEN pg_temp.h(o.g, 60) %% 300 = 0 THEN NULL WHEN pg_temp.h(o.g, 61) %% 500 = 0 THEN 'gone_' || pg_temp.hx(o.g, 1)
       ELSE s.session_id END,
  CASE WHEN pg_temp.h(o.g, 62) %% 100 = 0 THEN NULL ELSE s.user_id END,
  s.session_start + interval '275 seconds',
  CASE WHEN pg_temp.h(o.g, 63) %% 1000 = 0 THEN NULL WHEN pg_temp.h(o.g, 64) %% 5000 = 0 THEN -o.revenue
       WHEN pg_temp.h(o.g, 65) %% 250 = 0 THEN o.revenue + 5 ELSE o.revenue END,
  s.utm_source, s.click_id
FROM o JOIN s ON s.g = o.g
CROSS JOIN LATERAL generate_series(1, CASE WHEN pg_temp.h(o.g, 66) %% 1000 = 0 THEN 0
                                           WHEN pg_temp.h(o.g, 67) %% 3000 = 0 THEN 2 ELSE 1 END) c
ORDER BY s.session_start;

INSERT INTO analytics.fct_order_items
SELECT CASE WHEN pg_temp.h(g * 8 + quantity, 70) %% 1000 = 0 THEN 'gone_' || order_id ELSE order_id END, item_id, quantity,
  CASE WHEN pg_temp.h(hashtext(item_id), 71) %% 8000 = 0 THEN -price ELSE price END,
  CASE WHEN pg_temp.h(hashtext(item_id), 72) %% 2000 = 0 THEN quantity * price + 1 ELSE quantity * price END
FROM it ORDER BY g;

INSERT INTO analytics.fct_order_attribution
SELECT o.order_id, m.model, s.channel,
  CASE WHEN pg_temp.h(o.g, m.k) %% 300 = 0 THEN o.revenue * 2 + 1 ELSE o.revenue END
FROM o JOIN s ON s.g = o.g CROSS JOIN (VALUES ('first_click', 80, 92), ('last_click', 81, 95)) m(model, k, pct)
WHERE pg_temp.h(o.g, m.k + 10) %% 100 < m.pct ORDER BY o.g;

CREATE INDEX raw_events_event_ts ON analytics.raw_events (event_ts);
ALTER TABLE analytics.dim_users ADD PRIMARY KEY (user_id);
ALTER TABLE analytics.fct_sessions ADD PRIMARY KEY (session_id);
CREATE INDEX fct_sessions_session_start ON analytics.fct_sessions (session_start);
CREATE INDEX fct_orders_order_ts ON analytics.fct_orders (order_ts);
CREATE INDEX fct_orders_order_id ON analytics.fct_orders (order_id);
CREATE INDEX fct_order_items_order_id ON analytics.fct_order_items (order_id);
CREATE INDEX fct_order_attribution_order_id ON analytics.fct_order_attribution (order_id);

INSERT INTO analytics.daily_metrics
WITH e AS (
  SELECT (event_ts AT TIME ZONE 'UTC')::date AS day, count(*) AS events, count(DISTINCT client_id) AS users,
    count(DISTINCT client_id) FILTER (WHERE event_name = 'product_added_to_cart') AS atc,
    count(DISTINCT client_id) FILTER (WHERE event_name = 'checkout_started') AS chk,
    count(DISTINCT client_id) FILTER (WHERE event_name = 'checkout_completed') AS pur
  FROM analytics.raw_events WHERE event_ts IS NOT NULL GROUP BY 1),
ss AS (SELECT (session_start AT TIME ZONE 'UTC')::date AS day, count(*) AS n FROM analytics.fct_sessions GROUP BY 1),
oo AS (SELECT (order_ts AT TIME ZONE 'UTC')::date AS day, count(*) AS n, sum(revenue) AS rev FROM analytics.fct_orders GROUP BY 1),
aa AS (
  SELECT (x.order_ts AT TIME ZONE 'UTC')::date AS day,
    count(DISTINCT a.order_id) FILTER (WHERE model = 'first_click') AS fo, sum(attributed_revenue) FILTER (WHERE model = 'first_click') AS fr,
    count(DISTINCT a.order_id) FILTER (WHERE model = 'last_click') AS lo, sum(attributed_revenue) FILTER (WHERE model = 'last_click') AS lr
  FROM analytics.fct_order_attribution a JOIN (SELECT DISTINCT ON (order_id) order_id, order_ts FROM analytics.fct_orders) x USING (order_id)
  GROUP BY 1)
SELECT d.day, e.events, CASE WHEN d.i = 20 THEN NULL ELSE e.users END, ss.n,
  CASE WHEN d.i = 60 THEN oo.n + 1 ELSE oo.n END, CASE WHEN d.i = 33 THEN -oo.rev ELSE oo.rev END, e.atc, e.chk, e.pur,
  aa.fo, aa.fr, aa.lo, aa.lr
FROM d LEFT JOIN e ON e.day = d.day LEFT JOIN ss ON ss.day = d.day LEFT JOIN oo ON oo.day = d.day LEFT JOIN aa ON aa.day = d.day
ORDER BY d.day;
ALTER TABLE analytics.daily_metrics ADD PRIMARY KEY (event_date);

INSERT INTO analytics.pipeline_logs
SELECT t, %(events)s / (%(days)s * 24), (%(events)s / (%(days)s * 24)) * (pg_temp.h(extract(epoch FROM t)::bigint, 90) %% 12) / 1000
FROM generate_series((%(anchor)s::date - %(days)s)::timestamp AT TIME ZONE 'UTC',
                     %(anchor)s::date::timestamp AT TIME ZONE 'UTC' + interval '5 minutes', interval '1 hour') t;
