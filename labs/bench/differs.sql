-- The measures whose definition is another one in ours, in SQL of that definition.
\echo orders_items_revenue_mismatch
SELECT count(*) AS value
FROM (SELECT order_id, sum(revenue) AS revenue, count(*) - count(revenue) AS missing
      FROM analytics.fct_orders WHERE order_id IS NOT NULL GROUP BY order_id) o
JOIN (SELECT order_id, sum(line_revenue) AS revenue, count(*) - count(line_revenue) AS missing
      FROM analytics.fct_order_items WHERE order_id IS NOT NULL GROUP BY order_id) i
  ON i.order_id = o.order_id
WHERE o.missing = 0 AND i.missing = 0 AND abs(o.revenue - i.revenue) > 0.01;
\echo attribution_coverage_first_click
SELECT CAST(count(*) FILTER (WHERE order_id IN (
         SELECT order_id FROM analytics.fct_order_attribution WHERE model = 'first_click')) AS float8)
       / NULLIF(count(*), 0) AS value
FROM (SELECT DISTINCT order_id FROM analytics.fct_orders WHERE order_id IS NOT NULL) o;
\echo attribution_coverage_last_click
SELECT CAST(count(*) FILTER (WHERE order_id IN (
         SELECT order_id FROM analytics.fct_order_attribution WHERE model = 'last_click')) AS float8)
       / NULLIF(count(*), 0) AS value
FROM (SELECT DISTINCT order_id FROM analytics.fct_orders WHERE order_id IS NOT NULL) o;
\echo daily_metrics_nulls
SELECT count(*) AS value
FROM analytics.daily_metrics, unnest(ARRAY[events, users, sessions, orders, revenue, add_to_cart_users, checkout_users, purchase_users, attributed_orders_first_click, attributed_revenue_first_click, attributed_orders_last_click, attributed_revenue_last_click]) AS v
WHERE v IS NULL OR v < 0;
\echo daily_metrics_negatives
SELECT count(*) AS value
FROM analytics.daily_metrics, unnest(ARRAY[events, users, sessions, orders, revenue, add_to_cart_users, checkout_users, purchase_users, attributed_orders_first_click, attributed_revenue_first_click, attributed_orders_last_click, attributed_revenue_last_click]) AS v
WHERE v IS NULL OR v < 0;
