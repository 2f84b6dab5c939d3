-- fact: orders_without_checkout_started
-- Orders of a client that never started a checkout before.
select day, count(*) filter (where not exists (
        select from fact_event as e
        where e.client = o.client and e.name = 'checkout_started' and e.ts <= o.ts)) as n,
    count(*) as total
from fact_order as o group by grouping sets ((day), ());

-- fact: orders_without_cart
-- Orders of a client that never put anything into the cart before.
select day, count(*) filter (where not exists (
        select from fact_event as e
        where e.client = o.client and e.name = 'product_added_to_cart' and e.ts <= o.ts)) as n,
    count(*) as total
from fact_order as o group by grouping sets ((day), ());

-- fact: orders_without_page_view
-- Orders of a client that never viewed a page before.
select day, count(*) filter (where not exists (
        select from fact_event as e
        where e.client = o.client and e.name = 'page_viewed' and e.ts <= o.ts)) as n,
    count(*) as total
from fact_order as o group by grouping sets ((day), ());

-- fact: orders_out_of_nothing
-- Orders of a client of whom nothing at all was seen before.
select day, count(*) filter (where not exists (
        select from fact_event as e
        where e.client = o.client and e.event_id < o.event_id)) as n,
    count(*) as total
from fact_order as o group by grouping sets ((day), ());

-- fact: orders_without_client
-- Orders without a client id.
select day, count(*) filter (where client is null) as n, count(*) as total
from fact_order group by grouping sets ((day), ());

-- fact: orders_tracked
-- Orders with a click id or utm parameter on any event of their client in the seven days before.
select day, count(*) filter (where exists (
        select from fact_event as e
        where e.client = o.client and e.ts between o.ts - interval '7 days' and o.ts
          and e.url ~* '[?&](gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|irclickid|clickid|sscid|sfdr_ptcid|srsltid|utm_[a-z]+)=')) as n,
    count(*) as total
from fact_order as o group by grouping sets ((day), ());

-- fact: orders_from_another_site
-- Orders with a referrer of another site on any event of their client in the seven days before.
select day, count(*) filter (where exists (
        select from fact_event as e
        where e.client = o.client and e.ts between o.ts - interval '7 days' and o.ts
          and regexp_replace(split_part(e.origin, '/', 3), '^.*\.([^.]+\.[^.]+)$', '\1')
            <> regexp_replace(split_part(e.url, '/', 3), '^.*\.([^.]+\.[^.]+)$', '\1'))) as n,
    count(*) as total
from fact_order as o group by grouping sets ((day), ());

-- fact: add_to_cart_users
-- Clients that put something into the cart, of all clients of the day.
select day, count(distinct client) filter (where name = 'product_added_to_cart') as n,
    count(distinct client) as total
from fact_event group by day;

-- fact: checkout_users
-- Clients that started a checkout, against clients that put something into the cart.
select day, count(distinct client) filter (where name = 'checkout_started') as n,
    count(distinct client) filter (where name = 'product_added_to_cart') as total
from fact_event group by day;

-- fact: checkout_users_not_headless
-- The same without headless browsers.
select day, count(distinct client) filter (where name = 'checkout_started') as n,
    count(distinct client) filter (where name = 'product_added_to_cart') as total
from fact_event where agent !~ 'Headless' group by day;

-- fact: purchase_users
-- Clients that completed a checkout, against clients that started one.
select day, count(distinct client) filter (where name = 'checkout_completed') as n,
    count(distinct client) filter (where name = 'checkout_started') as total
from fact_event group by day;
