select order_id, session_id, client_id, order_ts, revenue, utm_source
from {{ source('shop', 'fct_orders') }}
