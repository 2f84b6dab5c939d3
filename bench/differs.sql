-- The measures whose definition is another one in ours, in SQL of that definition.
\echo orders_items_revenue_mismatch
SELECT count(*) AS value
FROM (SELECT order_id, sum(revenue) AS revenue, count(*) - count(revenue) AS missing
      FROM analytics.fct_orders WHERE order_id IS NOT NULL GROUP BY order_id) o
JOIN (SELECT order_id, sum(line_revenue) AS revenue, count(*) - count(line_revenue) AS missing
      FROM analytics.fct_order_items WHERE order_id IS NOT NULL GROUP BY order_id) i
  ON i.order_id = o.order_id
WHERE o.missing = 0 AND i.missing = 0 AND abs(o.revenue - i.revenue) > 0.01;
