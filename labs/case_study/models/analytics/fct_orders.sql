-- Orders under their transaction id, with the last campaign parameter and the last click id of
-- their client in the seven days before.
drop table if exists analytics.fct_orders;
create table analytics.fct_orders as
select
    o.order_id,
    o.session_id::text as session_id,
    o.client_id,
    o.order_ts,
    o.revenue,
    t.utm_source,
    t.click_id,
    o.loaded_at
from shop.fct_orders as o
cross join lateral (
    select
        (array_agg(substring(e.page_url from '(?i)[?&]utm_[a-z]+=([^&]*)') order by e.event_ts desc)
            filter (where e.has_utm))[1] as utm_source,
        (array_agg(substring(e.page_url from
            '(?i)[?&](?:gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|irclickid|clickid|sscid|sfdr_ptcid|srsltid)=([^&]*)')
            order by e.event_ts desc) filter (where e.has_click_id))[1] as click_id
    from shop.stg_events as e
    where e.client_id = o.client_id
      and e.event_ts between o.order_ts - interval '7 days' and o.order_ts
) as t;
create index on analytics.fct_orders (order_ts);
create index on analytics.fct_orders (order_id);
