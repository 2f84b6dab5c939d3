-- Typed events, one per raw row, with the marketing parameters of their URL. Incremental: takes
-- the rows that arrived since the last build.
create table if not exists shop.stg_events (
    event_id bigint primary key,
    event_ts timestamptz not null,
    event_name text,
    client_id text,
    page_url text,
    referrer text,
    event_data jsonb,
    user_agent text,
    has_click_id boolean,
    has_utm boolean,
    channel text,
    loaded_at timestamptz not null
);
create index if not exists stg_events_by_time on shop.stg_events (event_ts);
create index if not exists stg_events_by_client on shop.stg_events (client_id, event_ts);
create index if not exists stg_events_by_load on shop.stg_events (loaded_at);

insert into shop.stg_events
select
    event_id, event_ts, event_name, client_id, page_url, referrer, event_data, user_agent,
    page_url ~* '[?&](gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|irclickid|clickid|sscid|sfdr_ptcid|srsltid)=',
    page_url ~* '[?&]utm_[a-z]+=',
    case
        when page_url ~* '[?&](fbclid|ttclid)=' then 'paid_social'
        when page_url ~* '[?&](gclid|gbraid|wbraid|dclid|msclkid)=' then 'paid_search'
        when page_url ~* '[?&](irclickid|clickid|sscid|sfdr_ptcid)=' then 'affiliate'
        when page_url ~* '[?&](bxid|_kx)=' then 'email'
        when page_url ~* '[?&]srsltid=' then 'organic_shopping'
        when page_url ~* '[?&]utm_[a-z]+=' then 'other_campaign'
        when referrer_domain <> page_domain then 'referral'
    end,
    loaded_at
from (
    select
        event_id,
        "timestamp"::timestamptz as event_ts,
        event_name,
        {{ client_id }} as client_id,
        page_url,
        {{ referrer }} as referrer,
        event_data::jsonb as event_data,
        user_agent,
        loaded_at,
        regexp_replace(split_part(split_part(page_url, '//', 2), '/', 1), '^.*\.([^.]+\.[^.]+)$', '\1')
            as page_domain,
        regexp_replace(split_part(split_part({{ referrer }}, '//', 2), '/', 1), '^.*\.([^.]+\.[^.]+)$', '\1')
            as referrer_domain
    from shop.raw_events
    where loaded_at > coalesce((select max(loaded_at) from shop.stg_events), '-infinity')
      and loaded_at <= %(as_of)s
) as typed;
analyze shop.stg_events;
