-- orders: single values
-- for: orders.freshness, orders.volume, orders.completeness_client_id, orders.completeness_revenue, orders.metric_orders, orders.metric_revenue, orders.metric_aov, orders.zscore_aov
SELECT (SELECT EXTRACT(EPOCH FROM MAX("order_ts")) AS c0
FROM "shop"."Orders"
WHERE ("order_ts" <= CAST('2026-03-31 12:05:00+00:00' AS TIMESTAMPTZ))) AS c0,
       (SELECT count(*) FROM (SELECT 1
FROM "shop"."Orders"
WHERE "order_ts" IS NULL
LIMIT 1001) AS found) AS c1,
       (SELECT count(*) FROM (SELECT 1
FROM "shop"."Orders"
WHERE "order_ts" IN (CAST('infinity' AS TIMESTAMPTZ), CAST('-infinity' AS TIMESTAMPTZ))
LIMIT 1001) AS found) AS c2,
       (SELECT count(*) FROM (SELECT 1
FROM "shop"."Orders"
WHERE NOT "order_ts" IS NULL
LIMIT 1) AS found) AS c3,
       (SELECT count(*) FROM (SELECT 1
FROM "shop"."Orders"
WHERE ("order_ts" < CAST('2026-03-29 22:00:00+00:00' AS TIMESTAMPTZ))
LIMIT 1) AS found) AS c4,
       (SELECT count(*) FROM (SELECT 1
FROM "shop"."Orders"
WHERE ("order_ts" < CAST('2026-03-29 22:00:00+00:00' AS TIMESTAMPTZ)) AND (NOT "revenue" IS NULL)
LIMIT 1) AS found) AS c5;

-- orders: one scan, by day
-- days: 2026-03-30
-- for: orders.volume, orders.completeness_client_id, orders.completeness_revenue, orders.metric_orders, orders.metric_revenue, orders.metric_aov, orders.zscore_aov
SELECT warehouse_exporter_days.day, s.*
FROM (VALUES (0, CAST('2026-03-29 22:00:00+00:00' AS TIMESTAMPTZ), CAST('2026-03-30 22:00:00+00:00' AS TIMESTAMPTZ))) AS warehouse_exporter_days(day, low, high)
CROSS JOIN LATERAL (
SELECT COUNT(*) AS c0,
       COUNT(*) FILTER(WHERE ("client_id" IS NULL) AND (event_name <> 'test')) AS c1,
       COUNT(*) FILTER(WHERE (event_name <> 'test')) AS c2,
       COUNT(*) FILTER(WHERE (("revenue" IS NULL) OR (NOT (("revenue" - "revenue") = 0)))) AS c3,
       SUM("revenue") AS c4,
       COUNT("revenue") AS c5
FROM "shop"."Orders"
WHERE "order_ts" >= warehouse_exporter_days.low AND "order_ts" < warehouse_exporter_days.high) AS s;

-- orders: a statement of its own
-- for: orders.duplicates, orders.again
SELECT c0,
       c1,
       (SELECT count(*) FROM "shop"."Orders"
WHERE (("order_id" IS NULL))) AS c2
FROM (SELECT count(*) FILTER (WHERE n > 1) AS c0,
       count(*) AS c1
FROM (SELECT count(*) AS n FROM "shop"."Orders"
WHERE (((NOT "order_id" IS NULL)))
GROUP BY "order_id") AS keys) AS counted;

-- items: one scan, by day
-- days: 2026-03-30
-- note: no index on the time column: the whole table is read
-- for: items.volume
SELECT warehouse_exporter_days.day,
       COALESCE(s.c0, 0) AS c0,
       COALESCE(s.c1, 0) AS c1,
       COALESCE(s.c2, 0) AS c2
FROM (VALUES (0, 1), (1, -1)) AS warehouse_exporter_days(day, bucket)
LEFT JOIN (
SELECT CASE WHEN ("day" IS NULL) OR ("day" IN (CAST('infinity' AS DATE), CAST('-infinity' AS DATE))) THEN -1 ELSE pg_catalog.width_bucket("day", ARRAY[CAST('2026-03-30' AS DATE), CAST('2026-03-31' AS DATE)]) END AS bucket,
       COUNT(*) AS c0,
       COUNT(*) FILTER(WHERE "day" IS NULL) AS c1,
       COUNT("day") AS c2
FROM "shop"."items"
WHERE ((("day" >= CAST('2026-03-30' AS DATE)) AND ("day" < CAST('2026-03-31' AS DATE)))) OR (("day" IS NULL) OR ("day" IN (CAST('infinity' AS DATE), CAST('-infinity' AS DATE))))
GROUP BY 1) AS s ON s.bucket = warehouse_exporter_days.bucket;

-- items: single values
-- for: items.volume
SELECT (SELECT count(*) FROM (SELECT 1
FROM "shop"."items"
WHERE NOT "day" IS NULL
LIMIT 1) AS found) AS c0;

-- events: one scan, by day
-- days: 2026-03-29 to 2026-03-30, 2 days
-- note: slower: the time column is text, parsed in every row of the table
-- for: events.volume, events.freshness
SELECT warehouse_exporter_days.day,
       COALESCE(s.c0, 0) AS c0,
       COALESCE(s.c1, 0) AS c1,
       COALESCE(s.c2, 0) AS c2
FROM (VALUES (0, 1), (1, 2), (2, -1)) AS warehouse_exporter_days(day, bucket)
LEFT JOIN (
SELECT CASE WHEN "warehouse_exporter_time"."warehouse_exporter_time" IS NULL THEN -1 ELSE pg_catalog.width_bucket("warehouse_exporter_time"."warehouse_exporter_time", ARRAY[CAST('2026-03-28 23:00:00+00:00' AS TIMESTAMPTZ), CAST('2026-03-29 22:00:00+00:00' AS TIMESTAMPTZ), CAST('2026-03-30 22:00:00+00:00' AS TIMESTAMPTZ)]) END AS bucket,
       COUNT(*) AS c0,
       COUNT(*) FILTER(WHERE "at" IS NULL) AS c1,
       COUNT("at") AS c2
FROM "shop"."events" CROSS JOIN LATERAL (SELECT CASE WHEN "at" ~ '^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)? ?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$' THEN CAST(("at" || CASE WHEN "at" ~ ':[0-5][0-9].*(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)$' THEN '' ELSE ' Europe/Berlin' END) AS TIMESTAMPTZ) END AS warehouse_exporter_time OFFSET 0) AS warehouse_exporter_time
WHERE ((("warehouse_exporter_time"."warehouse_exporter_time" >= CAST('2026-03-28 23:00:00+00:00' AS TIMESTAMPTZ)) AND ("warehouse_exporter_time"."warehouse_exporter_time" < CAST('2026-03-30 22:00:00+00:00' AS TIMESTAMPTZ)))) OR ("warehouse_exporter_time"."warehouse_exporter_time" IS NULL)
GROUP BY 1) AS s ON s.bucket = warehouse_exporter_days.bucket;

-- events: single values
-- note: slower: the time column is text, parsed in every row of the table
-- for: events.volume, events.freshness
SELECT (SELECT COUNT("at") AS c0
FROM "shop"."events") AS c0,
       (SELECT EXTRACT(EPOCH FROM MAX("warehouse_exporter_time"."warehouse_exporter_time")) AS c0
FROM "shop"."events" CROSS JOIN LATERAL (SELECT CASE WHEN "at" ~ '^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)? ?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$' THEN CAST(("at" || CASE WHEN "at" ~ ':[0-5][0-9].*(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)$' THEN '' ELSE ' Europe/Berlin' END) AS TIMESTAMPTZ) END AS warehouse_exporter_time OFFSET 0) AS warehouse_exporter_time
WHERE ("warehouse_exporter_time"."warehouse_exporter_time" <= CAST('2026-03-31 12:05:00+00:00' AS TIMESTAMPTZ))) AS c1;

-- queries: a statement of its own
-- for: queries.late
select count(*) from shop.items where day < CAST('2026-03-29 22:00:00+00:00' AS pg_catalog.timestamptz);

-- orders: one scan, by day
-- days: 2026-03-28 to 2026-03-29, 2 days
-- for: orders.completeness_revenue, orders.metric_orders, orders.metric_revenue, orders.metric_aov, orders.zscore_aov
SELECT warehouse_exporter_days.day, s.*
FROM (VALUES (0, CAST('2026-03-27 23:00:00+00:00' AS TIMESTAMPTZ), CAST('2026-03-28 23:00:00+00:00' AS TIMESTAMPTZ)),
             (1, CAST('2026-03-28 23:00:00+00:00' AS TIMESTAMPTZ), CAST('2026-03-29 22:00:00+00:00' AS TIMESTAMPTZ))) AS warehouse_exporter_days(day, low, high)
CROSS JOIN LATERAL (
SELECT COUNT(*) FILTER(WHERE (("revenue" IS NULL) OR (NOT (("revenue" - "revenue") = 0)))) AS c0,
       COUNT(*) AS c1,
       SUM("revenue") AS c2,
       COUNT("revenue") AS c3
FROM "shop"."Orders"
WHERE "order_ts" >= warehouse_exporter_days.low AND "order_ts" < warehouse_exporter_days.high) AS s;

-- orders: one scan of the whole table
-- for: orders.ever
SELECT COUNT(*) FILTER(WHERE (("revenue" IS NULL) OR (NOT (("revenue" - "revenue") = 0)))) AS c0,
       COUNT(*) AS c1
FROM "shop"."Orders";
