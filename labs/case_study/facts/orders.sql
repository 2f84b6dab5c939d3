-- fact: mismatch_true
-- Orders that differ from the sum of quantity x price of their own items by more than 0.01, of the
-- orders that can be compared.
select day, count(*) filter (where abs(paid - by_piece) > 0.01) as n, count(*) as total
from fact_compared where is_comparable group by grouping sets ((day), ());

-- fact: mismatch_amount
-- By how much the items of comparable orders exceed their revenue, of that revenue.
select day, sum(by_piece - paid) as n, sum(paid) as total
from fact_compared where is_comparable group by grouping sets ((day), ());

-- fact: incomparable
-- Orders that cannot be compared: an item without price or without quantity.
select day, count(*) filter (where not is_comparable) as n, count(*) as total
from fact_compared group by grouping sets ((day), ());

-- fact: incomparable_amount
-- Revenue of the orders that cannot be compared, of all revenue.
select day, coalesce(sum(paid) filter (where not is_comparable), 0) as n, sum(paid) as total
from fact_compared group by grouping sets ((day), ());

-- fact: mismatch_by_line
-- Comparable orders that differ from the sum of item_price, quantity left out: none, so item_price
-- is the price of the line and not of a piece.
select day, count(*) filter (where abs(paid - by_line) > 0.01) as n, count(*) as total
from fact_compared where is_comparable group by grouping sets ((day), ());

-- fact: several_pieces
-- Comparable orders with a line of more than one piece: exactly those of mismatch_true.
select day, count(*) filter (where most_pieces > 1) as n, count(*) as total
from fact_compared where is_comparable group by grouping sets ((day), ());

-- fact: items_without_price
-- Items without a price.
select day, count(*) filter (where price is null) as n, count(*) as total
from fact_item group by grouping sets ((day), ());

-- fact: items_empty
-- Items without anything: no product, no quantity, no price.
select day, count(*) filter (where product is null and pieces is null and price is null) as n,
    count(*) as total
from fact_item group by grouping sets ((day), ());

-- fact: zero_revenue
-- Orders with revenue 0.
select day, count(*) filter (where paid = 0) as n, count(*) as total
from fact_order group by grouping sets ((day), ());

-- fact: zero_revenue_with_items
-- Orders with revenue 0 that have an item with a product: none, the empty items are theirs.
select day, count(distinct o.event_id) filter (where i.product is not null) as n,
    count(distinct o.event_id) as total
from fact_order as o join fact_item as i using (event_id, day)
where o.paid = 0 group by grouping sets ((day), ());

-- fact: revenue_absent_or_negative
-- Orders with no revenue at all, or less than 0.
select day, count(*) filter (where paid is null or paid < 0) as n, count(*) as total
from fact_order group by grouping sets ((day), ());

-- fact: revenue
-- Revenue as the orders have it.
select day, sum(paid) as n, null as total
from fact_order group by grouping sets ((day), ());

-- fact: repeated_by_different_clients
-- Repeated transaction ids whose orders have different clients and e-mail hashes: two sales under
-- one id, not one sale counted twice. Dropping the second would lose revenue.
select day, count(*) filter (where clients > 1 and emails > 1) as n, count(*) as total
from (
    select day, transaction, count(distinct client) as clients, count(distinct email) as emails
    from fact_order group by 1, 2 having count(*) > 1
) as repeated
group by grouping sets ((day), ());

-- fact: repeated_revenue
-- Revenue of all orders but the first under each repeated transaction id: what would be lost by
-- keeping one row per id, of all revenue.
select day, coalesce(sum(paid) filter (where place > 1), 0) as n, sum(paid) as total
from (
    select *, row_number() over (partition by transaction order by ts) as place from fact_order
) as placed
group by grouping sets ((day), ());

-- fact: repeats_by_chance
-- Pairs of orders of a day expected to share an id by chance, ids being a date and three digits
-- from 100 on (900 of them).
select day, round(sum(orders * (orders - 1) / 2.0 / 900), 2) as n, sum(orders) as total
from (select day, count(*) as orders from fact_order group by day) as days
group by grouping sets ((day), ());

-- fact: transaction_of_other_day
-- Orders whose transaction id carries another date than their file.
select day, count(*) filter (where substring(transaction from '\d{8}')::date <> day) as n,
    count(*) as total
from fact_order group by grouping sets ((day), ());

-- fact: order_emails_of_several_clients
-- E-mail hashes of orders that belong to more than one client id, of all such hashes.
select null::date as day, count(*) filter (where clients > 1) as n, count(*) as total
from (select email, count(distinct client) as clients from fact_order group by 1) as emails;

-- fact: products_with_several_prices
-- Products sold one piece at a time at more than one price, of all so sold.
select null::date as day, count(*) filter (where prices > 1) as n, count(*) as total
from (
    select product, count(distinct price) as prices
    from fact_item where pieces = 1 and price is not null group by product
) as products;

-- fact: bought_again_at_once
-- Orders within 15 minutes after another of the same client, with another transaction id.
select day, count(*) filter (where ts - before < interval '15 minutes') as n, count(*) as total
from (select day, ts, lag(ts) over (partition by client order by ts) as before from fact_order) as o
group by grouping sets ((day), ());
