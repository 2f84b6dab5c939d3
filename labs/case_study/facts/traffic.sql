-- fact: home_page_without_client
-- Views of the bare home page without a client id and not by a known crawler, of all events without
-- a client id.
select day,
    count(*) filter (where name = 'page_viewed' and not is_bot and url ~ '^https://[^/]+/$') as n,
    count(*) as total
from fact_event where client is null group by grouping sets ((day), ());

-- fact: no_client_id_but_home_page
-- Events without a client id, views of the bare home page left out.
select day, count(*) filter (where client is null) as n, count(*) as total
from fact_event where not (name = 'page_viewed' and url ~ '^https://[^/]+/$')
group by grouping sets ((day), ());

-- fact: actions_without_client
-- Carts, e-mail addresses and checkouts without a client id.
select day, count(*) filter (where client is null) as n, count(*) as total
from fact_event where name <> 'page_viewed' group by grouping sets ((day), ());

-- fact: bots
-- Events whose user agent says that it is a crawler, a preview or a headless browser.
select day, count(*) filter (where is_bot) as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: bot_clients
-- Clients that are such a program, of all clients of the day.
select day, count(distinct client) filter (where is_bot) as n, count(distinct client) as total
from fact_event group by day;

-- fact: site_audit
-- Events of a site audit crawler, which come within one hour of a day.
select day, count(*) filter (where agent ~ 'SiteAudit') as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: site_audit_busiest_hour
-- Of them, those in the crawler's busiest hour of the day.
select day, max(visits) as n, sum(visits) as total
from (
    select day, date_part('hour', ts at time zone 'UTC') as hour, count(*) as visits
    from fact_event where agent ~ 'SiteAudit' group by 1, 2
) as hours
group by day;

-- fact: headless
-- Events of a headless browser.
select day, count(*) filter (where agent ~ 'Headless') as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: headless_checkouts
-- Checkouts started by a headless browser, of all checkouts started.
select day, count(*) filter (where agent ~ 'Headless') as n, count(*) as total
from fact_event where name = 'checkout_started' group by grouping sets ((day), ());

-- fact: longest_silence
-- Longest time in minutes between two events, ends of the day included.
select day, round(max(extract(epoch from silence)) / 60, 1) as n, null as total
from (
    select day, ts - coalesce(lag(ts) over (partition by day order by ts),
        (day + time '00:00') at time zone 'UTC') as silence from fact_event
    union all
    select day, (day + 1 + time '00:00') at time zone 'UTC' - max(ts) from fact_event group by day
) as silences
group by grouping sets ((day), ());

-- fact: hours_without_events
-- Full hours of the day without any event.
select day, 24 - count(*) as n, 24 as total
from (select day, date_trunc('hour', ts) as hour from fact_event group by 1, 2) as hours
group by day;

-- fact: whole_event_repeated
-- Events equal to an earlier one in every column.
select day, sum(times - 1) as n, sum(times) as total
from (
    select day, count(*) as times from fact_event
    group by day, ts, name, client, origin, url, data, agent
) as events
group by grouping sets ((day), ());

-- fact: same_moment_repeated
-- Events of the same client, name and millisecond as an earlier one.
select day, sum(times - 1) as n, sum(times) as total
from (
    select day, count(*) as times from fact_event
    where client is not null group by day, ts, name, client
) as events
group by grouping sets ((day), ());

-- fact: other_day
-- Events whose time is not on the day (UTC) of their file.
select day, count(*) filter (where (ts at time zone 'UTC')::date <> day) as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: out_of_order
-- Events earlier than the one before them in their file.
select day, count(*) filter (where is_back) as n, count(*) as total
from (
    select day, ts < lag(ts) over (partition by day order by event_id) as is_back from fact_event
) as events
group by grouping sets ((day), ());

-- fact: unknown_names
-- Events with another name than the five.
select day, count(*) filter (where name is null or name not in ('page_viewed',
    'email_filled_on_popup', 'product_added_to_cart', 'checkout_started', 'checkout_completed')) as n,
    count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: no_data
-- E-mail addresses and completed checkouts without event data, of all of them.
select day, count(*) filter (where data is null) as n, count(*) as total
from fact_event where name in ('email_filled_on_popup', 'checkout_completed')
group by grouping sets ((day), ());

-- fact: external_referrer
-- Page views that came from another site.
select day,
    count(*) filter (where regexp_replace(split_part(origin, '/', 3), '^.*\.([^.]+\.[^.]+)$', '\1')
        <> regexp_replace(split_part(url, '/', 3), '^.*\.([^.]+\.[^.]+)$', '\1')) as n,
    count(*) as total
from fact_event where name = 'page_viewed' group by grouping sets ((day), ());

-- fact: paid_search_click
-- Page views that carry the click id of paid search.
select day, count(*) filter (where url ~* '[?&](gclid|gbraid|wbraid|msclkid)=') as n,
    count(*) as total
from fact_event where name = 'page_viewed' group by grouping sets ((day), ());

-- fact: other_campaign_click
-- Page views that carry a click id of somebody else than paid search.
select day, count(*) filter (
        where url ~* '[?&](fbclid|ttclid|irclickid|clickid|sscid|sfdr_ptcid|srsltid)=') as n,
    count(*) as total
from fact_event where name = 'page_viewed' group by grouping sets ((day), ());

-- fact: empty_click_id
-- Events with a click id that is there and empty: its value is the hash of the empty string.
select day, count(*) filter (where url ~* '[?&](irclickid|clickid)=D41D8C(&|$)') as n,
    count(*) filter (where url ~* '[?&](irclickid|clickid)=') as total
from fact_event group by grouping sets ((day), ());

-- fact: new_parameters
-- Events with a URL parameter that was never seen before its first day, the first day left out, and
-- that from then on is on at least 50 events.
select day, count(distinct event_id) as n, null as total
from (
    select event_id, day, parameter[1] as parameter,
        min(day) over (partition by parameter[1]) as since,
        count(*) over (partition by parameter[1]) as times
    from fact_event
    cross join lateral regexp_matches(url, '[?&]([A-Za-z_]\w*)=', 'g') as parameter
) as parameters
where since > (select min(day) from fact_event) and times >= 50
group by grouping sets ((day), ());

-- fact: clients_seen_once
-- Clients with a single event, of all clients.
select null::date as day, count(*) filter (where times = 1) as n, count(*) as total
from (
    select client, count(*) as times from fact_event where client is not null group by 1
) as clients;
