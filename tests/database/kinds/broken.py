"""How the good data of the examples is broken for each kind, so that its example is a finding."""

from __future__ import annotations

NINTH = "id IN (18, 19)"
"""Both orders of the expected day, 9 March."""
BREAKS = {
    "absent_day": f"UPDATE orders SET client_id = NULL WHERE {NINTH}",
    "accepted_values": "UPDATE orders SET event = 'purchse' WHERE id = 18",
    "agreement": "UPDATE orders SET revenue = 12.5 WHERE id = 18",
    "anomaly": f"UPDATE orders SET revenue = 0 WHERE {NINTH}",
    "attribution_coverage": f"DELETE FROM items WHERE order_{NINTH}",
    "channel_mix": "UPDATE orders SET client_id = 'd' WHERE id = 18",
    "column_types": "ALTER TABLE orders ALTER client_id TYPE varchar(20)",
    "completeness": "UPDATE orders SET client_id = NULL WHERE id = 18",
    "daily_aggregates": "UPDATE orders SET revenue = NULL WHERE id = 18",
    "deadline": "DELETE FROM orders WHERE id > 18",
    "duplicates": "INSERT INTO orders SELECT * FROM orders WHERE id = 18",
    "freshness": "DELETE FROM orders WHERE id > 17",
    "future_rows": "INSERT INTO orders (id, ts) VALUES (99, '2026-03-12 00:00+00')",
    "gap": "DELETE FROM orders WHERE id = 19",
    "impossible_sequence": "INSERT INTO orders (id, ts, client_id, event)"
    " SELECT 100 + n, '2026-03-09 10:00+00', 'c', 'view' FROM generate_series(1, 1500) AS n",
    "incomparable": "UPDATE items SET price = NULL WHERE order_id = 18",
    "joint_fall": f"UPDATE orders SET rows_read = 0 WHERE {NINTH}",
    "json_completeness": """UPDATE orders SET document = '{"items": [{}]}' WHERE id = 18""",
    "line_revenue": "UPDATE orders SET rows_read = 4 WHERE id = 18",
    "metric": f"UPDATE orders SET revenue = 0 WHERE {NINTH}",
    "missing_days": "DELETE FROM orders WHERE id IN (14, 15, 16, 17)",
    "missing_revenue": "UPDATE orders SET revenue = NULL WHERE id = 18",
    "negative_revenue": "UPDATE orders SET revenue = -10 WHERE id = 18",
    "new_columns": "ALTER TABLE orders ADD client_ids text",
    "orphans": "DELETE FROM sessions WHERE id = 's18'",
    "over_attribution": "UPDATE items SET price = 9.2 WHERE order_id = 18",
    "parsable_timestamps": "UPDATE orders SET stamp = 'yesterday' WHERE id = 18",
    "partition_freshness": "DELETE FROM orders WHERE id > 17",
    "pipeline_run": f"UPDATE orders SET rows_read = 0 WHERE {NINTH}",
    "quarantine_rate": "UPDATE orders SET rows_quarantined = 1 WHERE id = 18",
    "query": "UPDATE orders SET revenue = 0",
    "range": "UPDATE orders SET revenue = 120 WHERE id = 18",
    "reconciliation": "UPDATE items SET price = 4.2 WHERE order_id = 18",
    "reconciliation_total": "UPDATE items SET price = 4.2 WHERE order_id = 18",
    "required_columns": 'ALTER TABLE orders RENAME client_id TO "clientId"',
    "rows": "UPDATE orders SET revenue = -5 WHERE id = 18",
    "silence": "DELETE FROM orders WHERE id > 19",
    "so_far_today": "DELETE FROM orders WHERE id > 19",
    "tracking_coverage": f"UPDATE orders SET gclid = NULL WHERE {NINTH}",
    "volume": f"DELETE FROM orders WHERE {NINTH}",
    "zero_revenue": "UPDATE orders SET revenue = 0 WHERE id = 18",
}
"""Kind -> what makes its example a finding."""

SENTENCES = {
    "absent_day": "orders: client_id is empty on Mon 9 Mar, in all 2 orders (none allowed)",
    "accepted_values": "orders: 1 of 2 values of event not in the list, such as purchse, on Mon 9"
    " Mar (none allowed)",
    "agreement": "orders: revenue 222.50, but 220.00 in items: 2.50 too much, +1.1 % (at most 0.01"
    " apart)",
    "anomaly": "orders: revenue 0 on Mon 9 Mar, -100 % (expected 20)",
    "attribution_coverage": "orders: needs 10 %, has 0 %: 0 of 2 orders attributed on Mon 9 Mar",
    "channel_mix": "orders: channel c with 50 % of the revenue on Mon 9 Mar, usually 100 %: -50"
    " points (limit 15 points)",
    "column_types": "orders: column client_id is character varying, declared text",
    "completeness": "orders: 1 of 2 orders without client_id on Mon 9 Mar (50 %, at most 5 %)",
    "daily_aggregates": "orders: revenue is empty in 1 of 2 rows on Mon 9 Mar (none allowed)",
    "deadline": "orders: Mon 9 Mar is incomplete: the newest order is from 00:00 UTC, 1 d before"
    " its end (at most 1 h; due by 06:00 UTC)",
    "duplicates": "orders: 1 of 22 values of id occurs more than once (none allowed)",
    "freshness": "orders: the newest order is 2 d 1 h old, from Sun 8 Mar 11:00 UTC (at most 24 h)",
    "future_rows": "orders: 1 order with a ts in the future (none allowed)",
    "gap": "orders: no order for 1 d on Mon 9 Mar, from 00:00 to 24:00 (at most 14 h; usually 1"
    " order or more)",
    "impossible_sequence": "orders: 1,502 of 1,502 view events without an earlier open on Mon 9"
    " Mar (at most 100)",
    "incomparable": "orders: 1 of 22 orders cannot be compared with items: 1 with a value missing"
    " (none allowed)",
    "joint_fall": "orders: read and twice together -100 % on Mon 9 Mar (at most 30 %; read 0 of 10;"
    " twice 0 of 20)",
    "json_completeness": "orders: 1 of 2 values of document.items.price missing on Mon 9 Mar (none"
    " allowed)",
    "line_revenue": "orders: 1 of 2 orders with a revenue that is not rows_read * 2 on Mon 9 Mar"
    " (none allowed)",
    "metric": "orders: revenue 0 on Mon 9 Mar (at least 1)",
    "missing_days": "orders: no orders on Sat 7 Mar and Sun 8 Mar, 2 of the last 7 days (none"
    " allowed)",
    "missing_revenue": "orders: 1 of 2 purchases without revenue on Mon 9 Mar (50 %, at most 1 %)",
    "negative_revenue": "orders: 1 of 2 orders with negative revenue on Mon 9 Mar (none allowed)",
    "new_columns": "orders: 1 new column: client_ids (looks like client_id)",
    "orphans": "orders: 1 of 22 orders with a session_id that is not in sessions (none allowed)",
    "over_attribution": "orders: 1 of 2 orders with more than its revenue attributed on Mon 9 Mar:"
    " 8.40 too much (none allowed)",
    "parsable_timestamps": "orders: 1 of 2 values of stamp not readable as a time on Mon 9 Mar"
    " (none allowed)",
    "partition_freshness": "orders: no orders for Mon 9 Mar: the newest order is from Sun 8 Mar, 1"
    " day behind",
    "pipeline_run": "orders: no run read any rows on Mon 9 Mar, 2 logged (at least 1)",
    "quarantine_rate": "orders: 1 of 10 rows read went into quarantine on Mon 9 Mar (10 %, at most"
    " 6 %)",
    "query": "own: 0 (at least 1)",
    "range": "orders: 1 of 2 values of revenue outside 0 to 100 on Mon 9 Mar (none allowed)",
    "reconciliation": "orders: 1 of 22 orders differs from items by 1.60 in total (none allowed)",
    "reconciliation_total": "orders: revenue 20.00 on Mon 9 Mar, but 18.40 in items: 1.60 more"
    " than there (at most 0.01)",
    "required_columns": "orders: column client_id is missing, probably renamed to clientId",
    "rows": "orders: 1 of 2 orders with revenue < 0 on Mon 9 Mar (none allowed)",
    "silence": "orders: no order for 1 d 1 h, since Mon 9 Mar 11:00 UTC (at most 2 h; usually 2"
    " orders in 1 d)",
    "so_far_today": "orders: 0 orders by 12:00 on Tue 10 Mar, 0 % of the usual 2 (at least 50 %)",
    "tracking_coverage": "orders: needs 10 %, has 0 %: 0 of 2 orders with gclid on Mon 9 Mar",
    "volume": "orders: 0 orders on Mon 9 Mar (at least 1)",
    "zero_revenue": "orders: 1 of 2 orders with zero revenue on Mon 9 Mar (50 %, at most 2 %)",
}
"""Kind -> what is said of it then."""
