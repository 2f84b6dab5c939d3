-- What brought each order: the first and the last touch of its client in the seven days before
-- it. No touch is channel 'direct' and no time.
drop table if exists shop.fct_order_attribution;
create table shop.fct_order_attribution as
select
    o.order_key,
    o.order_id,
    o.order_ts,
    o.revenue,
    coalesce(t.channels[1], 'direct') as first_click_channel,
    t.first_ts as first_click_ts,
    coalesce(t.channels[cardinality(t.channels)], 'direct') as last_click_channel,
    t.last_ts as last_click_ts,
    t.click_id_ts,
    t.utm_ts,
    coalesce(t.has_click_id, false) as has_click_id,
    coalesce(t.has_utm, false) as has_utm,
    coalesce(t.has_click_id or t.has_utm, false) as is_tracked,
    o.loaded_at
from shop.fct_orders as o
cross join lateral (
    select
        array_agg(e.channel order by e.event_ts, e.event_id) as channels,
        min(e.event_ts) as first_ts,
        max(e.event_ts) as last_ts,
        max(e.event_ts) filter (where e.has_click_id) as click_id_ts,
        max(e.event_ts) filter (where e.has_utm) as utm_ts,
        bool_or(e.has_click_id) as has_click_id,
        bool_or(e.has_utm) as has_utm
    from shop.stg_events as e
    where e.client_id = o.client_id
      and e.channel is not null
      and e.event_ts between o.order_ts - interval '7 days' and o.order_ts
) as t;
alter table shop.fct_order_attribution add primary key (order_key);
create index on shop.fct_order_attribution (order_ts);
