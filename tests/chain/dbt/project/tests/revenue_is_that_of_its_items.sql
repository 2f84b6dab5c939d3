select order_id from {{ ref('orders') }} where abs(revenue - items_revenue) > 0.01
