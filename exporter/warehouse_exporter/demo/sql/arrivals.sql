-- The rows of each table of the warehouse that arrive after `since` and up to `until`.

-- Empty copies: their row types are what the functions return, whatever a fault does to the columns
-- of the tables themselves.
CREATE TABLE demo.dim_users (LIKE analytics.dim_users);
CREATE TABLE demo.fct_sessions (LIKE analytics.fct_sessions);
CREATE TABLE demo.raw_events (LIKE analytics.raw_events);
CREATE TABLE demo.fct_orders (LIKE analytics.fct_orders);
CREATE TABLE demo.fct_order_items (LIKE analytics.fct_order_items);
CREATE TABLE demo.fct_order_attribution (LIKE analytics.fct_order_attribution);
CREATE TABLE demo.daily_metrics (LIKE analytics.daily_metrics);
CREATE TABLE demo.pipeline_logs (LIKE analytics.pipeline_logs);

CREATE FUNCTION demo.dim_users(since timestamptz, until timestamptz)
RETURNS SETOF demo.dim_users STABLE LANGUAGE sql AS $$
  SELECT demo.id('u_', user_no), session_start, arrival
  FROM demo.sessions(since, until), demo.arrival(session_start) arrival
  WHERE new_user AND arrival > since AND arrival <= until
$$;

CREATE FUNCTION demo.fct_sessions(since timestamptz, until timestamptz)
RETURNS SETOF demo.fct_sessions STABLE LANGUAGE sql AS $$
  SELECT session_id, demo.id('u_', user_no), session_start, channel, utm_source, click_id, arrival
  FROM demo.sessions(since, until), demo.arrival(session_start) arrival
  WHERE arrival > since AND arrival <= until
$$;

-- The steps of the funnel are the last events of a session. Of those who do not buy, one page view
-- in 180 has no client id, about 0.5 % of all events: people may refuse it.
CREATE FUNCTION demo.raw_events(since timestamptz, until timestamptz)
RETURNS SETOF demo.raw_events STABLE LANGUAGE sql AS $$
  SELECT e.event_id,
    CASE WHEN name <> 'page_viewed' OR s.depth = 3 OR demo.u(event_id, 'refused') > .0056
      THEN demo.id('u_', s.user_no) END,
    'https://shop.example.com' || CASE
      WHEN name = 'checkout_completed' THEN '/checkout/thank-you'
      WHEN name = 'checkout_started' THEN '/checkout'
      WHEN k = 1 THEN '/collections/' || floor(24 * demo.u(s.g, 'landing'))
      ELSE '/products/sku_' || 1000 + floor(400 * demo.u(event_id, 'page') ^ 2) END,
    s.referrer, e.event_ts, name, o.order_id, o.revenue, o.event_data, arrival
  FROM demo.sessions(since, until) s
  CROSS JOIN LATERAL (
    SELECT k, s.g * 32 + k AS event_id, demo.moment(s.g, k, s.session_start, s.pace) AS event_ts,
      CASE
        WHEN k = s.events AND s.depth = 3 THEN 'checkout_completed'
        WHEN k = s.events - s.depth + 2 AND s.depth >= 2 THEN 'checkout_started'
        WHEN k = s.events - s.depth + 1 AND s.depth >= 1 THEN 'product_added_to_cart'
        WHEN k = 3 AND s.depth >= 1 AND demo.u(s.g, 'again') < .4 THEN 'product_added_to_cart'
        WHEN k = 2 AND demo.u(s.g, 'email') < .05 THEN 'email_filled_on_popup'
        ELSE 'page_viewed' END AS name
    FROM generate_series(1, s.events) k OFFSET 0) e
  CROSS JOIN LATERAL (SELECT demo.arrival(e.event_ts) OFFSET 0) a(arrival)
  LEFT JOIN (
    SELECT g, order_id, sum(quantity * price) AS revenue,
      jsonb_build_object('items', jsonb_agg(jsonb_build_object('item_id', item_id,
        'item_name', item_name, 'quantity', quantity, 'item_price', price) ORDER BY item_id))
    FROM demo.purchases(since, until) GROUP BY g, order_id
  ) o(g, order_id, revenue, event_data) ON o.g = s.g AND e.name = 'checkout_completed'
  WHERE arrival > since AND arrival <= until
$$;

CREATE FUNCTION demo.fct_orders(since timestamptz, until timestamptz)
RETURNS SETOF demo.fct_orders STABLE LANGUAGE sql AS $$
  SELECT o.order_id, s.session_id, demo.id('u_', s.user_no), o.order_ts, o.revenue, s.utm_source,
    s.click_id, demo.arrival(o.order_ts)
  FROM demo.sessions(since, until) s JOIN (
    SELECT g, order_id, order_ts, sum(quantity * price)
    FROM demo.purchases(since, until) GROUP BY g, order_id, order_ts
  ) o(g, order_id, order_ts, revenue) USING (g)
$$;

CREATE FUNCTION demo.fct_order_items(since timestamptz, until timestamptz)
RETURNS SETOF demo.fct_order_items STABLE LANGUAGE sql AS $$
  SELECT order_id, item_id, quantity, price, quantity * price, order_ts, demo.arrival(order_ts)
  FROM demo.purchases(since, until)
$$;

-- Nine orders in ten can be attributed; the first click is often, not always, the last one.
CREATE FUNCTION demo.fct_order_attribution(since timestamptz, until timestamptz)
RETURNS SETOF demo.fct_order_attribution STABLE LANGUAGE sql AS $$
  SELECT o.order_id, m.model,
    CASE WHEN m.model = 'first_click' AND demo.u(o.g, 'other channel') < .3
      THEN 'organic_search' ELSE o.channel END,
    o.revenue, o.order_ts, demo.arrival(o.order_ts)
  FROM (
    SELECT g, order_id, order_ts, channel, sum(quantity * price)
    FROM demo.purchases(since, until) GROUP BY g, order_id, order_ts, channel
  ) o(g, order_id, order_ts, channel, revenue),
  (VALUES ('first_click', .88), ('last_click', .92)) m(model, coverage)
  WHERE demo.u(o.g, 'attributed') < m.coverage
$$;

-- The build of the night: at 05:00 it sums up the day before from the tables as they are then.
CREATE FUNCTION demo.daily_metrics(since timestamptz, until timestamptz)
RETURNS SETOF demo.daily_metrics STABLE LANGUAGE sql AS $$
  WITH d AS MATERIALIZED (
    SELECT * FROM demo.days(until) WHERE built > since AND built <= until),
  span AS MATERIALIZED (SELECT min(starts) AS low, max(ends) AS high FROM d),
  zone AS (SELECT timezone FROM demo.settings)
  SELECT d.day, coalesce(e.n, 0), coalesce(e.users, 0), coalesce(s.n, 0), coalesce(o.n, 0),
    coalesce(o.revenue, 0), coalesce(e.cart, 0), coalesce(e.started, 0), coalesce(e.bought, 0),
    coalesce(a.first_n, 0), coalesce(a.first_revenue, 0), coalesce(a.last_n, 0),
    coalesce(a.last_revenue, 0), d.built
  FROM d
  LEFT JOIN (
    SELECT (event_ts AT TIME ZONE (TABLE zone))::date AS day, count(*) AS n,
      count(DISTINCT client_id) AS users,
      count(DISTINCT client_id) FILTER (WHERE event_name = 'product_added_to_cart') AS cart,
      count(DISTINCT client_id) FILTER (WHERE event_name = 'checkout_started') AS started,
      count(DISTINCT client_id) FILTER (WHERE event_name = 'checkout_completed') AS bought
    FROM analytics.raw_events
    WHERE event_ts >= (SELECT low FROM span) AND event_ts < (SELECT high FROM span) GROUP BY 1
  ) e USING (day)
  LEFT JOIN (
    SELECT (session_start AT TIME ZONE (TABLE zone))::date AS day, count(*) AS n
    FROM analytics.fct_sessions
    WHERE session_start >= (SELECT low FROM span) AND session_start < (SELECT high FROM span)
    GROUP BY 1
  ) s USING (day)
  LEFT JOIN (
    SELECT (order_ts AT TIME ZONE (TABLE zone))::date AS day, count(*) AS n,
      sum(revenue::numeric(12,2)) AS revenue -- a fault makes it text
    FROM analytics.fct_orders
    WHERE order_ts >= (SELECT low FROM span) AND order_ts < (SELECT high FROM span) GROUP BY 1
  ) o USING (day)
  LEFT JOIN (
    SELECT (order_ts AT TIME ZONE (TABLE zone))::date AS day,
      count(*) FILTER (WHERE model = 'first_click') AS first_n,
      sum(attributed_revenue) FILTER (WHERE model = 'first_click') AS first_revenue,
      count(*) FILTER (WHERE model = 'last_click') AS last_n,
      sum(attributed_revenue) FILTER (WHERE model = 'last_click') AS last_revenue
    FROM analytics.fct_order_attribution
    WHERE order_ts >= (SELECT low FROM span) AND order_ts < (SELECT high FROM span) GROUP BY 1
  ) a USING (day)
$$;

-- The log of the same build: about 1 % of what it read went to quarantine.
CREATE FUNCTION demo.pipeline_logs(since timestamptz, until timestamptz)
RETURNS SETOF demo.pipeline_logs STABLE LANGUAGE sql AS $$
  SELECT d.built, n.kept + n.quarantined, n.quarantined
  FROM demo.days(until) d
  CROSS JOIN LATERAL (
    SELECT m.events AS kept,
      round(m.events * (.006 + .008 * demo.u(d.i, 'quarantine')))::bigint AS quarantined
    FROM analytics.daily_metrics m WHERE m.event_date = d.day) n
  WHERE d.built > since AND d.built <= until
$$;
