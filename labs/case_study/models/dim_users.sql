-- One row per client id.
drop table if exists shop.dim_users;
create table shop.dim_users as
select
    client_id,
    min(event_ts) as first_seen_ts,
    max(event_ts) as last_seen_ts,
    count(*) as events,
    max(loaded_at) as loaded_at
from shop.stg_events
where client_id is not null
group by client_id;
alter table shop.dim_users add primary key (client_id);
create index on shop.dim_users (first_seen_ts);
