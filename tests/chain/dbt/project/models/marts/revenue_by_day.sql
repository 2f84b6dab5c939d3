select order_ts::date as day, count(*) as orders, sum(revenue) as revenue
from {{ ref('orders') }} group by 1
