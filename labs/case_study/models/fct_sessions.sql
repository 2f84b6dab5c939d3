-- Visits: events of one client with no more than 30 minutes between two of them. The id is that
-- of the first event; the channel that of the first event which has one.
drop table if exists shop.fct_sessions;
create table shop.fct_sessions as
with marked as (
    select
        event_id, event_ts, event_name, client_id, channel, loaded_at,
        event_ts - lag(event_ts) over client > interval '30 minutes'
            or lag(event_ts) over client is null as is_start
    from shop.stg_events
    where client_id is not null
    window client as (partition by client_id order by event_ts, event_id)
),
numbered as (
    select *, count(*) filter (where is_start) over client as visit
    from marked
    window client as (partition by client_id order by event_ts, event_id)
)
select
    min(event_id) as session_id,
    client_id,
    min(event_ts) as session_start,
    max(event_ts) as session_end,
    count(*) as events,
    count(*) filter (where event_name = 'page_viewed') as page_views,
    count(*) filter (where event_name = 'product_added_to_cart') as carts,
    count(*) filter (where event_name = 'checkout_started') as checkouts,
    count(*) filter (where event_name = 'checkout_completed') as purchases,
    coalesce(
        (array_agg(channel order by event_ts, event_id) filter (where channel is not null))[1],
        'direct'
    ) as channel,
    max(loaded_at) as loaded_at
from numbered
group by client_id, visit;
alter table shop.fct_sessions add primary key (session_id);
create index on shop.fct_sessions (session_start);
create index on shop.fct_sessions (client_id, session_start);
