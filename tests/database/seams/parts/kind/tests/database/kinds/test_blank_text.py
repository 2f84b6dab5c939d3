"""Texts that are there and say nothing."""

from __future__ import annotations

from tests.database.kinds.example import Example
from tests.database.turns.breaking import FEW, Break
from tests.support.warehouses import Warehouse

EXAMPLE = Example("column: client_id, critical: '> 0'", "client_id", "SKIP", "UNKNOWN", "UNKNOWN")
SHOP = """
checks:
  events:
    - blank_text: {column: page_url, critical: "> 0"}
"""
SHOWN = (
    "UPDATE analytics.raw_events SET page_url = ' '"
    " WHERE event_ts >= '{day}' AND event_ts < '{day}'::date + 1"
)
BREAKS = {
    "blank_text": Break(
        f"UPDATE analytics.raw_events SET page_url = ' ' WHERE transaction_id IN {FEW}",
        "events.blank_text_page_url",
        "raw_events",
        beside={"events.completeness_page_url": "to it, a blank text is a missing one"},
    )
}


def test_blank_texts_are_counted_until_they_are_mended(warehouse: Warehouse) -> None:
    check = "blank_text: {column: page, critical: '> 0'}"
    warehouse.sql(
        "CREATE TABLE orders (id serial, ts timestamptz DEFAULT '2026-03-09 12:00+00', page text);"
        "INSERT INTO orders (page) VALUES ('/'), ('  '), (''), (NULL)"
    )
    said = warehouse.say(check)
    assert said == ("FAIL", "2 of 3 rows with a blank page on 2026-03-09 (limit 0)")
    warehouse.sql("UPDATE orders SET page = '/'")
    assert warehouse.say(check)[0] == "PASS"
