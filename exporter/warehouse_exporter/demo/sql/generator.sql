-- What happens in the sample shop, as functions of time. Every value is a hash of a number (of the
-- day, the session, the event), so any stretch of time can be computed alone and again: history,
-- the live feed and repairs all come from here. One function per table gives the rows that arrive
-- after `since` and up to `until`. Schema demo is the machinery, no part of the warehouse.
CREATE SCHEMA demo;

-- One row. `filled_until`: everything that arrived up to then is in the tables.
CREATE TABLE demo.settings (
  timezone text, sessions_per_day int, noise float8, first_day date, filled_until timestamptz);

-- Rows (a condition on them) of a table that do not arrive after `since`, because of a fault.
CREATE TABLE demo.held (fault text, relation text, rows text, since timestamptz);

-- Faults in force, and the arrival time from which rows are affected.
CREATE TABLE demo.broken (fault text PRIMARY KEY, since timestamptz);

CREATE FUNCTION demo.hash(n bigint, topic text) RETURNS bigint IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT hashint8extended(n, %(seed)s + hashtext(topic)) $$;

-- Uniform in [0, 1).
CREATE FUNCTION demo.u(n bigint, topic text) RETURNS float8 IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT (demo.hash(n, topic) & 4294967295) / 4294967296.0::float8 $$;

-- Close to a standard normal, and never beyond 3.5: the sum of four uniforms.
CREATE FUNCTION demo.z(n bigint, topic text) RETURNS float8 IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT sqrt(3) * (demo.u(n, topic || 1) + demo.u(n, topic || 2) + demo.u(n, topic || 3)
                          + demo.u(n, topic || 4) - 2) $$;

CREATE FUNCTION demo.id(prefix text, n bigint) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT prefix || lpad(to_hex(demo.hash(n, prefix)), 16, '0') $$;

-- Rows arrive in batches of five seconds, so nothing overtakes what it refers to.
CREATE FUNCTION demo.arrival(happened timestamptz) RETURNS timestamptz IMMUTABLE PARALLEL SAFE
  LANGUAGE sql
  AS $$ SELECT date_bin('5 seconds', happened + interval '4999999 microseconds', '2000-01-01Z') $$;

-- Share of the day's visits (0 to 1) -> share of the day's time: quiet at night, never silent.
-- The numbers are the running sum of 24 hourly weights, .45 at 03:00 to 1.5 at 20:00.
CREATE FUNCTION demo.time_of_day(share float8) RETURNS float8 IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$
  SELECT (hour - 1 + (share - upto[hour]) / (upto[hour + 1] - upto[hour])) / 24
  FROM (SELECT upto, width_bucket(share, upto) AS hour FROM (VALUES (ARRAY[
    0, .024, .045, .064, .083, .102, .124, .152, .186, .229, .275, .323, .371,
    .418, .464, .511, .559, .609, .662, .721, .785, .847, .904, .957, 1]::float8[])) c(upto)) h $$;

-- The days of the shop up to the one of `until`: how many sessions, how many before, and which
-- share of the sessions gets how far.
CREATE FUNCTION demo.days(until timestamptz)
RETURNS TABLE (i int, day date, starts timestamptz, ends timestamptz, built timestamptz,
               n bigint, before bigint, buy float8, check_out float8, cart float8)
STABLE LANGUAGE sql AS $$
  SELECT i, day, starts, ends, built, n, (sum(n) OVER (ORDER BY i) - n)::bigint,
    buy, buy / .55 / exp(wobble * demo.z(i, 'step 2')),
    buy / .27 / exp(wobble * demo.z(i, 'step 1'))
  FROM (
    SELECT i, s.first_day + i AS day, s.noise / 2 AS wobble,
      (s.first_day + i)::timestamp AT TIME ZONE s.timezone AS starts,
      (s.first_day + i + 1)::timestamp AT TIME ZONE s.timezone AS ends,
      (s.first_day + i + 1 + time '05:00') AT TIME ZONE s.timezone AS built,
      greatest(1, round(s.sessions_per_day * (.97 + .001 * i)
        * (ARRAY[1.07, 1.04, 1.02, 1.01, 1.08, .92, .86])[extract(isodow FROM s.first_day + i)::int]
        * exp(s.noise * demo.z(i, 'visits'))))::bigint AS n,
      .06 * exp(s.noise / 2 * demo.z(i, 'buy')) AS buy
    FROM demo.settings s,
      generate_series(0, (until AT TIME ZONE s.timezone)::date - s.first_day) i) d
$$;

-- Sessions that may have an event arriving in the window (none lasts an hour). `depth` 1: put
-- something into the cart, 2: started to check out, 3: bought. The shares of depth and channel come
-- from a two-dimensional low-discrepancy sequence: chance alone would swing them from day to day
-- more than a shop of a size that people notice. OFFSET 0 keeps the planner from computing the
-- columns of the sub-select again wherever they are used.
CREATE FUNCTION demo.sessions(since timestamptz, until timestamptz)
RETURNS TABLE (g bigint, session_id text, user_no bigint, new_user boolean,
               session_start timestamptz, events int, pace float8, depth int, channel text,
               utm_source text, click_id text, referrer text)
STABLE LANGUAGE sql AS $$
  SELECT g, demo.id('s_', g),
    CASE WHEN new_user THEN users ELSE users - floor(users * demo.u(g, 'user') ^ 2)::bigint END,
    new_user, session_start, 6 + floor(14 * demo.u(g, 'events') ^ 1.5)::int,
    15 + 75 * demo.u(g, 'pace'),
    CASE WHEN way < buy THEN 3 WHEN way < check_out THEN 2 WHEN way < cart THEN 1 ELSE 0 END,
    c.channel, c.utm_source, CASE WHEN c.clicks THEN demo.id('click_', g) END, c.referrer
  FROM (
    SELECT g, (g * 11 + 19) / 20 AS users, mod(g * 11 + 19, 20) < 11 AS new_user,
      d.buy, d.check_out, d.cart,
      date_trunc('milliseconds', d.starts + (d.ends - d.starts)
        * demo.time_of_day((k - .8 + .6 * demo.u(g, 'start')) / d.n)) AS session_start,
      way - floor(way) AS way, origin - floor(origin) AS origin
    FROM demo.days(until) d, generate_series(1, d.n) k,
      LATERAL (SELECT d.before + k, k * .7548776662466927::float8 + demo.u(d.i, 'way'),
        k * .5698402909980532::float8 + demo.u(d.i, 'from') OFFSET 0) s(g, way, origin)
    WHERE d.ends > since - interval '1 hour' OFFSET 0) x
  JOIN (VALUES
    (0, .28::float8, 'paid_search', 'google', true, 'https://www.google.example/'),
    (.28, .42, 'paid_social', 'facebook', true, 'https://m.facebook.example/'),
    (.42, .52, 'email', 'newsletter', false, 'https://mail.example.org/'),
    (.52, .60, 'affiliate', 'partners', true, 'https://deals.example.net/'),
    (.60, .80, 'direct', NULL, false, NULL),
    (.80, .94, 'organic_search', NULL, false, 'https://www.google.example/'),
    (.94, .98, 'referral', NULL, false, 'https://blog.example.net/'),
    (.98, 1, 'organic_social', NULL, false, 'https://l.instagram.example/')
  ) c(low, high, channel, utm_source, clicks, referrer)
    ON x.origin >= c.low AND x.origin < c.high
  WHERE session_start > since - interval '1 hour' AND session_start <= until OFFSET 0
$$;

-- The k-th event of a session happens within the k-th step of its pace, in seconds.
CREATE FUNCTION demo.moment(g bigint, k int, session_start timestamptz, pace float8)
RETURNS timestamptz IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
  SELECT CASE WHEN k = 1 THEN session_start ELSE date_trunc('milliseconds', session_start
    + make_interval(secs => (k - 1 + .8 * demo.u(g * 32 + k, 'pause')) * pace)) END $$;

-- Purchases, with what was bought: different products of one catalogue, at its prices.
CREATE FUNCTION demo.purchases(since timestamptz, until timestamptz)
RETURNS TABLE (g bigint, order_id text, order_ts timestamptz, channel text, item_id text,
               item_name text, quantity int, price numeric)
STABLE LANGUAGE sql AS $$
  SELECT s.g, s.order_id, s.order_ts, s.channel, 'sku_' || product, 'Product ' || product,
    CASE WHEN demo.u(s.g * 8 + j, 'quantity') < .85 THEN 1 ELSE 2 END,
    round((9 + 60 * demo.u(product, 'price'))::numeric) - .01
  FROM (
    SELECT g, demo.id('o_', g) AS order_id, channel,
      demo.moment(g, events, session_start, pace) AS order_ts
    FROM demo.sessions(since, until) WHERE depth = 3) s,
    generate_series(1, 1 + floor(3.5 * demo.u(s.g, 'items') ^ 1.5)::int) j,
    LATERAL (
      SELECT 1000 + mod(floor(400 * demo.u(s.g, 'product') ^ 2)::int + 37 * j, 400)) p(product)
  WHERE demo.arrival(s.order_ts) > since AND demo.arrival(s.order_ts) <= until
$$;
