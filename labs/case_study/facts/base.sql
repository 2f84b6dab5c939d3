-- What the facts are computed from: the raw text, taken apart once, without any model of the shop.
-- %(first_spelling)s and the like are the names of columns, because a file may lack them.
create temp table fact_event as
select
    event_id,
    substring(source_file from '\d{8}')::date as day,
    "timestamp"::timestamptz as ts,
    event_name as name,
    to_jsonb(r) ->> %(first_spelling)s as first_spelling,
    to_jsonb(r) ->> %(second_spelling)s as second_spelling,
    coalesce(to_jsonb(r) ->> %(first_spelling)s, to_jsonb(r) ->> %(second_spelling)s) as client,
    to_jsonb(r) ->> %(referrer)s as origin,
    page_url as url,
    event_data as data,
    user_agent as agent,
    user_agent ~* 'bot|spider|crawl|headless|facebookexternalhit' as is_bot
from shop.raw_events as r;

create temp table fact_order as
select
    event_id,
    day,
    ts,
    client,
    data::jsonb ->> 'transaction_id' as transaction,
    (data::jsonb ->> 'revenue')::numeric as paid,
    data::jsonb ->> 'user_email' as email
from fact_event
where name = 'checkout_completed';

create temp table fact_item as
select
    e.event_id,
    e.day,
    e.data::jsonb ->> 'transaction_id' as transaction,
    item ->> 'item_id' as product,
    (item ->> 'quantity')::integer as pieces,
    (item ->> 'item_price')::numeric as price
from fact_event as e
cross join lateral jsonb_array_elements(e.data::jsonb -> 'items') as item
where e.name = 'checkout_completed';

-- One order against its own items. Not comparable: an item without price or without quantity.
create temp table fact_compared as
select
    o.event_id,
    o.day,
    o.transaction,
    o.paid,
    bool_and(i.price is not null and i.pieces is not null) as is_comparable,
    sum(i.price * i.pieces) as by_piece,
    sum(i.price) as by_line,
    max(i.pieces) as most_pieces
from fact_order as o
join fact_item as i using (event_id)
group by 1, 2, 3, 4;

-- One order as it was published: against all items under its transaction id, a missing price or
-- quantity counted as 0.
create temp table fact_published as
select
    o.event_id,
    o.day,
    abs(o.paid - sum(coalesce(i.price, 0) * coalesce(i.pieces, 0))) > 0.01 as differs
from fact_order as o
join fact_item as i using (transaction)
group by o.event_id, o.day, o.paid;

create index on fact_event (client, name, ts);
analyze fact_event;
