{{ config(materialized='ephemeral') }}
select order_id, item_id, quantity, price, quantity * price as line_revenue
from {{ source('shop', 'fct_order_items') }}
