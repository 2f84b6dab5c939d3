-- fact: events
-- Events in the file of the day.
select day, count(*) as n, null as total
from fact_event group by grouping sets ((day), ());

-- fact: no_client_id
-- Events without a client id, both spellings of the column taken together.
select day, count(*) filter (where client is null) as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: client_id_filled
-- Events with a value in the first spelling of the column.
select day, count(first_spelling) as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: clientId_filled
-- Events with a value in the second spelling of the column.
select day, count(second_spelling) as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: referrer_filled
-- Events with a referrer.
select day, count(origin) as n, count(*) as total
from fact_event group by grouping sets ((day), ());

-- fact: days_without_referrer
-- Days on which no event has a referrer, of all days.
select day, count(*) filter (where filled = 0) as n, count(*) as total
from (select day, count(origin) as filled from fact_event group by day) as days
group by grouping sets ((day), ());

-- fact: transactions_repeated
-- Transaction ids that occur more than once, of all transaction ids.
select day, count(*) filter (where times > 1) as n, count(*) as total
from (select day, transaction, count(*) as times from fact_order group by 1, 2) as ids
group by grouping sets ((day), ());

-- fact: mismatch_published
-- Orders that differ from the sum of quantity x price over all items under their transaction id, an
-- item without a price counted as 0. This is the figure that was published, 77 of 294.
select day, count(*) filter (where differs) as n, count(*) as total
from fact_published group by grouping sets ((day), ());

-- fact: mismatch_published_because_differs
-- Of those: orders that can be compared with their own items and do differ from them.
select day, count(*) filter (where is_comparable and abs(paid - by_piece) > 0.01) as n,
    count(*) as total
from fact_published join fact_compared using (event_id, day)
where differs group by grouping sets ((day), ());

-- fact: mismatch_published_because_no_price
-- Of those: orders that cannot be compared, since an item has no price; revenue against 0.
select day, count(*) filter (where not is_comparable) as n, count(*) as total
from fact_published join fact_compared using (event_id, day)
where differs group by grouping sets ((day), ());

-- fact: mismatch_published_because_repeated
-- Of those: orders equal to their own items, but not to these and those of another order that has
-- the same transaction id.
select day, count(*) filter (where is_comparable and abs(paid - by_piece) <= 0.01) as n,
    count(*) as total
from fact_published join fact_compared using (event_id, day)
where differs group by grouping sets ((day), ());
