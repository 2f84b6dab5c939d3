"""The messages that ask a text that is not ours: through a cursor, which takes one statement.

The text gets to the server as a setting of the transaction, so that it is quoted once and by the
driver. `standard_conforming_strings` is on.
"""

from __future__ import annotations

HANDED_OVER = """SELECT pg_catalog.set_config('warehouse_exporter.query', %s, true),
    pg_catalog.set_config('timezone', %s, true),
    pg_catalog.set_config('cursor_tuple_fraction', '1', true)"""
OPENED = """DO $$
DECLARE warehouse_exporter_query pg_catalog.refcursor := 'warehouse_exporter_query';
BEGIN
    OPEN warehouse_exporter_query
        FOR EXECUTE pg_catalog.current_setting('warehouse_exporter.query');
END $$"""
"""A cursor takes one statement that gives rows: the server itself refuses a second one."""
FETCHED = """SELECT pg_catalog.set_config('warehouse_exporter.query', %s, true);
FETCH FORWARD %s FROM warehouse_exporter_query"""
"""The text stands there once more, so that pg_stat_activity and the server's log show what runs."""
CLOSED = """CLOSE warehouse_exporter_query;
SELECT pg_catalog.set_config('timezone', 'UTC', true)"""
