-- Rows of one file that have no client id under either spelling. The row is read as JSON
-- because the columns of the raw table depend on the files that came so far.
insert into shop.quarantine
select event_id, "timestamp"::timestamptz, event_name, 'no client id', source_file, loaded_at
from shop.raw_events as r
where loaded_at = %(loaded_at)s
  and not jsonb_strip_nulls(to_jsonb(r)) ?| %(spellings)s;
