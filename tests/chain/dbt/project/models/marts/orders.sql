select o.*, i.items, i.items_revenue
from {{ ref('stg_orders') }} o
left join (
  select order_id, count(*) as items, sum(line_revenue) as items_revenue
  from {{ ref('stg_items') }} group by 1
) i using (order_id)
