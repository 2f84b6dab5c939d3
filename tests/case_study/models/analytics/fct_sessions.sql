-- Visits, with the client id as user.
drop table if exists analytics.fct_sessions;
create table analytics.fct_sessions as
select session_id::text as session_id, client_id as user_id, session_start, channel, loaded_at
from shop.fct_sessions;
create index on analytics.fct_sessions (session_start);
create index on analytics.fct_sessions (session_id);
