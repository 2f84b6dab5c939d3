-- The sample shop's days, as many sessions and orders as the simulation says instead of its own.
CREATE TABLE demo.sold (day date PRIMARY KEY, sessions int NOT NULL, orders int NOT NULL);

CREATE OR REPLACE FUNCTION demo.days(until timestamptz)
RETURNS TABLE (i int, day date, starts timestamptz, ends timestamptz, built timestamptz,
               n bigint, before bigint, buy float8, check_out float8, cart float8)
STABLE LANGUAGE sql AS $$
  SELECT i, day, starts, ends, built, n, before, buy, buy / .55, buy / .27
  FROM (
    SELECT d.day - s.first_day AS i, d.day,
      d.day::timestamp AT TIME ZONE s.timezone AS starts,
      (d.day + 1)::timestamp AT TIME ZONE s.timezone AS ends,
      (d.day + 1 + time '05:00') AT TIME ZONE s.timezone AS built,
      greatest(1, d.sessions)::bigint AS n,
      (sum(greatest(1, d.sessions)) OVER (ORDER BY d.day) - greatest(1, d.sessions))::bigint
        AS before,
      d.orders / greatest(1, d.sessions)::float8 AS buy
    FROM demo.settings s CROSS JOIN demo.sold d
    WHERE d.day <= (until AT TIME ZONE s.timezone)::date) x
$$;
