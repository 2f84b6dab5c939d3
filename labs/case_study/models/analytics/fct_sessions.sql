-- Visits, with the client id as user, and the first click id that came with them.
drop table if exists analytics.fct_sessions;
create table analytics.fct_sessions as
select
    s.session_id::text as session_id,
    s.client_id as user_id,
    s.session_start,
    s.channel,
    t.click_id,
    s.loaded_at
from shop.fct_sessions as s
cross join lateral (
    select
        (array_agg(substring(e.page_url from
            '(?i)[?&](?:gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|irclickid|clickid|sscid|sfdr_ptcid|srsltid)=([^&]*)')
            order by e.event_ts) filter (where e.has_click_id))[1] as click_id
    from shop.stg_events as e
    where e.client_id = s.client_id
      and e.event_ts between s.session_start and s.session_end
) as t;
create index on analytics.fct_sessions (session_start);
create index on analytics.fct_sessions (session_id);
