-- One row per day (UTC) on which anything happened. Attributed means: by a touch, not direct.
drop table if exists shop.daily_metrics;
create table shop.daily_metrics as
with traffic as (
    select
        (event_ts at time zone 'UTC')::date as event_date,
        count(*) as events,
        count(distinct client_id) as users,
        count(distinct client_id) filter (where event_name = 'product_added_to_cart')
            as add_to_cart_users,
        count(distinct client_id) filter (where event_name = 'checkout_started')
            as checkout_users,
        count(distinct client_id) filter (where event_name = 'checkout_completed')
            as purchase_users,
        max(loaded_at) as loaded_at
    from shop.stg_events
    group by 1
),
visits as (
    select (session_start at time zone 'UTC')::date as event_date, count(*) as sessions
    from shop.fct_sessions
    group by 1
),
sales as (
    select
        (order_ts at time zone 'UTC')::date as event_date,
        count(*) as orders,
        sum(revenue) as revenue,
        count(first_click_ts) as attributed_orders_first_click,
        sum(revenue) filter (where first_click_ts is not null) as attributed_revenue_first_click,
        count(last_click_ts) as attributed_orders_last_click,
        sum(revenue) filter (where last_click_ts is not null) as attributed_revenue_last_click
    from shop.fct_order_attribution
    group by 1
)
select
    event_date,
    traffic.events,
    traffic.users,
    coalesce(visits.sessions, 0) as sessions,
    coalesce(sales.orders, 0) as orders,
    coalesce(sales.revenue, 0) as revenue,
    traffic.add_to_cart_users,
    traffic.checkout_users,
    traffic.purchase_users,
    coalesce(sales.attributed_orders_first_click, 0) as attributed_orders_first_click,
    coalesce(sales.attributed_revenue_first_click, 0) as attributed_revenue_first_click,
    coalesce(sales.attributed_orders_last_click, 0) as attributed_orders_last_click,
    coalesce(sales.attributed_revenue_last_click, 0) as attributed_revenue_last_click,
    traffic.loaded_at
from traffic
left join visits using (event_date)
left join sales using (event_date);
alter table shop.daily_metrics add primary key (event_date);
