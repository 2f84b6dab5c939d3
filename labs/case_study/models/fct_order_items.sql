-- One row per item of an order; what the document does not say stays NULL.
drop table if exists shop.fct_order_items;
create table shop.fct_order_items as
select
    e.event_id * 100 + i.line as item_key,
    e.event_id as order_key,
    e.event_data ->> 'transaction_id' as order_id,
    e.event_ts as order_ts,
    i.item ->> 'item_id' as item_id,
    i.item ->> 'item_name' as item_name,
    i.item ->> 'item_variant' as item_variant,
    (i.item ->> 'quantity')::integer as quantity,
    (i.item ->> 'item_price')::numeric as item_price,
    e.loaded_at
from shop.stg_events as e
cross join lateral jsonb_array_elements(e.event_data -> 'items') with ordinality as i (item, line)
where e.event_name = 'checkout_completed';
alter table shop.fct_order_items add primary key (item_key);
create index on shop.fct_order_items (order_ts);
create index on shop.fct_order_items (order_key);
create index on shop.fct_order_items (order_id);
