-- raw_events of one day: 7 events per session, and a few duplicated purchase events.
INSERT INTO analytics.raw_events
SELECT e.event_id, e.client_id, e.page_url, e.referrer,
       CASE WHEN pg_temp.h(e.event_id, 40) %% 100000 = 0 THEN NULL ELSE e.ts END,
       e.event_name, e.transaction_id, e.revenue,
       e.ts + make_interval(secs => (60 + pg_temp.h(e.event_id, 41) %% 1200)::float8)
FROM (
  SELECT s.g * 8 + k AS event_id,
    CASE WHEN pg_temp.h(s.g * 8 + k, 30) %% 100 = 0 THEN NULL ELSE s.user_id END AS client_id,
    CASE WHEN pg_temp.h(s.g * 8 + k, 31) %% 500 = 0 THEN NULL
         WHEN k = 1 THEN 'https://shop.example.com/collections/category-' || (pg_temp.h(s.g, 32) %% 60)
         WHEN k >= 6 AND s.conv THEN 'https://shop.example.com/checkouts/cn/' || pg_temp.hx(s.g, 33) || '/thank-you'
         ELSE 'https://shop.example.com/products/item-' || (pg_temp.h(s.g * 8 + k, 34) %% 5000)
              || '?variant=' || (pg_temp.h(s.g * 8 + k, 35) %% 90000 + 10000) END AS page_url,
    CASE WHEN pg_temp.h(s.g, 36) %% 100 < 45 THEN NULL
         ELSE (ARRAY['https://www.google.example/','https://m.facebook.example/','https://shop.example.com/',
                     'https://l.instagram.example/?u=shop','https://news.example.org/deals'])
              [1 + (pg_temp.h(s.g, 37) %% 5)::int] END AS referrer,
    s.session_start + make_interval(secs => (k * 35 + pg_temp.h(s.g * 8 + k, 38) %% 30)::float8) AS ts,
    CASE WHEN k = 7 AND s.conv THEN 'checkout_completed'
         WHEN pg_temp.h(s.g * 8 + k, 42) %% 2000 = 0 THEN NULL
         WHEN pg_temp.h(s.g * 8 + k, 42) %% 2000 = 1 THEN 'page_view_legacy'
         WHEN k = 6 AND s.conv THEN 'checkout_started'
         WHEN k = 5 AND s.conv THEN 'product_added_to_cart'
         WHEN k = 1 THEN 'page_viewed'
         WHEN pg_temp.h(s.g * 8 + k, 39) %% 100 < 80 THEN 'page_viewed'
         WHEN pg_temp.h(s.g * 8 + k, 39) %% 100 < 92 THEN 'product_added_to_cart'
         WHEN pg_temp.h(s.g * 8 + k, 39) %% 100 < 96 THEN 'checkout_started'
         ELSE 'email_filled_on_popup' END AS event_name,
    CASE WHEN k = 7 AND s.conv THEN o.order_id END AS transaction_id,
    CASE WHEN k = 7 AND s.conv THEN o.revenue END AS revenue
  FROM s LEFT JOIN o ON o.g = s.g
  CROSS JOIN LATERAL (SELECT k FROM generate_series(1, 7) k
     UNION ALL SELECT 7 WHERE s.conv AND pg_temp.h(s.g, 43) %% 500 = 0) kk
  WHERE s.day_no = %(i)s
) e ORDER BY e.ts
