-- One row per completed checkout, as it came: the same order id twice is two rows.
drop table if exists shop.fct_orders;
create table shop.fct_orders as
select
    e.event_id as order_key,
    e.event_data ->> 'transaction_id' as order_id,
    e.event_ts as order_ts,
    e.client_id,
    s.session_id,
    (e.event_data ->> 'revenue')::numeric as revenue,
    jsonb_array_length(e.event_data -> 'items') as item_count,
    e.event_data ->> 'user_email' as email_hash,
    e.loaded_at
from shop.stg_events as e
left join shop.fct_sessions as s
    on s.client_id = e.client_id and e.event_ts between s.session_start and s.session_end
where e.event_name = 'checkout_completed';
alter table shop.fct_orders add primary key (order_key);
create index on shop.fct_orders (order_ts);
create index on shop.fct_orders (order_id);
create index on shop.fct_orders (session_id);
