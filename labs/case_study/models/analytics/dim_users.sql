-- A user is a client id: nobody logs in.
drop table if exists analytics.dim_users;
create table analytics.dim_users as
select client_id as user_id, first_seen_ts as created_at, loaded_at
from shop.dim_users;
create index on analytics.dim_users (user_id);
