select session_id, user_id, session_start, channel as "Channel", utm_source
from {{ source('shop', 'fct_sessions') }}
