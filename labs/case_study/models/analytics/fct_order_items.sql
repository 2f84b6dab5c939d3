-- Items, with the revenue of a line computed as their names suggest it.
drop table if exists analytics.fct_order_items;
create table analytics.fct_order_items as
select
    order_id,
    item_id,
    quantity,
    item_price as price,
    quantity * item_price as line_revenue,
    order_ts,
    loaded_at
from shop.fct_order_items;
create index on analytics.fct_order_items (order_ts);
create index on analytics.fct_order_items (order_id);
