-- Events as they were loaded, with whatever columns the raw table has now; only time and document
-- are typed, and what is asked of the document has a column of its own.
create schema if not exists analytics;
drop table if exists analytics.raw_events;
create table analytics.raw_events as
select
    event_id,
    {{ as_loaded }},
    "timestamp"::timestamptz as event_ts,
    document as event_data,
    document ->> 'transaction_id' as transaction_id,
    (document ->> 'revenue')::numeric as revenue,
    loaded_at
from (select *, event_data::jsonb as document from shop.raw_events offset 0) as loaded;
create index on analytics.raw_events (event_ts);
create index on analytics.raw_events (loaded_at);
create index on analytics.raw_events (transaction_id) where transaction_id is not null;
analyze analytics.raw_events;
