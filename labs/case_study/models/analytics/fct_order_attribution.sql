-- One row per order and model, where a touch was found; an order without one has no row.
drop table if exists analytics.fct_order_attribution;
create table analytics.fct_order_attribution as
select order_id, 'first_click' as model, first_click_channel as channel,
    revenue as attributed_revenue, order_ts, loaded_at
from shop.fct_order_attribution where first_click_ts is not null
union all
select order_id, 'last_click', last_click_channel, revenue, order_ts, loaded_at
from shop.fct_order_attribution where last_click_ts is not null;
create index on analytics.fct_order_attribution (order_ts);
create index on analytics.fct_order_attribution (order_id);
