"""N3: a purchase without the events before it, and steps out of order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.model import Verdict

from tests.database.kinds.example import Example
from tests.support.warehouses import NOON, Warehouse, complaint, config_of

EXAMPLE = Example(
    "funnel: reading, event: event, steps: [open, view], by: client_id, critical: '> 100 rows'",
    "event",
    "SKIP",
    "UNKNOWN",
    "UNKNOWN",
)

STEPS = "steps: [product_added_to_cart, checkout_started, checkout_completed]"
FUNNEL = f"impossible_sequence: {{funnel: checkout, {STEPS}, by: client_id, critical: '> 0'}}"
EVENTS = "{relation: events, time: ts}"
CART, START, BUY = "product_added_to_cart", "checkout_started", "checkout_completed"


def table(warehouse: Warehouse, time_type: str = "timestamptz") -> None:
    """Three clients, each with a purchase on 8, 9 and 10 March and all that leads to it."""
    warehouse.sql(
        f"CREATE TABLE events (id serial, client_id text, event_name text, ts {time_type})"
    )
    warehouse.sql(
        "INSERT INTO events (client_id, event_name, ts) SELECT 'c' || c, name,"
        " to_char('2026-03-08 08:00'::timestamp + d * interval '1 day' + n * interval '10 min',"
        f" 'YYYY-MM-DD HH24:MI:SS')::{time_type} FROM generate_series(1, 3) AS c,"
        " generate_series(0, 2) AS d, unnest(ARRAY['page_viewed', 'product_added_to_cart',"
        " 'checkout_started', 'checkout_completed']) WITH ORDINALITY AS e(name, n)"
    )


def said(warehouse: Warehouse, check: str = FUNNEL, as_of: datetime = NOON) -> dict[str, Verdict]:
    """What is said of each step."""
    (result,) = warehouse.run(config_of(check, orders=EVENTS), as_of).results.values()
    return {v.sample.labels["step"] if v.sample else "": v for v in result.verdicts}


def words(verdicts: dict[str, Verdict]) -> dict[str, str]:
    """The word of each step."""
    return {step: verdict.outcome.shown for step, verdict in verdicts.items()}


@pytest.mark.parametrize("time_type", ["timestamptz", "timestamp", "text"])
def test_a_purchase_without_a_checkout_is_found_until_it_is_mended(
    warehouse: Warehouse, time_type: str
) -> None:
    table(warehouse, time_type)
    same = "of the same client_id in the 1 d before"
    found = said(warehouse)
    assert words(found) == {START: "PASS", BUY: "PASS"}
    assert found[BUY].text == (
        f"0 of 3 checkout_completed events without checkout_started {same}"
        " (0 have it only afterwards) on 2026-03-09 (limit 0)"
    )
    mine = "client_id = 'c1' AND event_name = 'checkout_started' AND ts::timestamptz"
    # Of all three days: the checkout of the day before would be near enough.
    warehouse.sql(f"UPDATE events SET event_name = 'gone' WHERE {mine} IS NOT NULL")
    found = said(warehouse)
    assert words(found) == {START: "PASS", BUY: "FAIL"}
    assert found[BUY].text.startswith(
        f"1 of 3 checkout_completed events without checkout_started {same} (0 have it only"
    )
    sample = found[BUY].sample
    assert sample is not None
    assert sample.labels == {"funnel": "checkout", "step": BUY}
    assert sample.values == {
        "warehouse_impossible_sequence_ratio": 1 / 3,
        "warehouse_out_of_order_events": 0.0,
        "warehouse_rows_failed": 1.0,
        "warehouse_rows_checked": 3.0,
    }
    warehouse.sql("UPDATE events SET event_name = 'checkout_started' WHERE event_name = 'gone'")
    assert words(said(warehouse)) == {START: "PASS", BUY: "PASS"}


def test_a_step_that_comes_too_late_is_out_of_order(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM events WHERE ts::date <> '2026-03-09'")
    warehouse.sql(
        "UPDATE events SET ts = ts + interval '1 h'"
        " WHERE client_id = 'c2' AND event_name = 'product_added_to_cart'"
    )
    found = said(warehouse)
    assert words(found) == {START: "FAIL", BUY: "PASS"}
    assert "1 of 3 checkout_started events without product_added_to_cart" in found[START].text
    assert "(1 have it only afterwards)" in found[START].text
    warehouse.sql("UPDATE events SET ts = ts + interval '25 h' WHERE event_name LIKE '%cart'")
    assert "3 of 3" in said(warehouse)[START].text
    assert "(1 have it only afterwards)" not in said(warehouse)[START].text, "out of reach"


def test_the_step_before_may_be_of_the_day_before_but_no_older(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM events WHERE ts::date <> '2026-03-09'")
    warehouse.sql("UPDATE events SET ts = '2026-03-08 09:00+00' WHERE event_name LIKE '%started'")
    assert words(said(warehouse))[BUY] == "PASS", "23 h 40 min before the purchase"
    few = FUNNEL.replace("critical", "hours: 23, critical")
    assert "3 of 3 checkout_completed" in said(warehouse, few)[BUY].text
    assert "in the 23 h before" in said(warehouse, few)[BUY].text


def test_steps_of_the_same_instant_are_in_order_and_nobodys_are_left_out(
    warehouse: Warehouse,
) -> None:
    table(warehouse)
    warehouse.sql("UPDATE events SET ts = date_trunc('day', ts)")
    assert words(said(warehouse)) == {START: "PASS", BUY: "PASS"}
    warehouse.sql("INSERT INTO events (event_name, ts) VALUES ('checkout_completed', '2026-03-09')")
    assert "0 of 3 " in said(warehouse)[BUY].text
    warehouse.sql("UPDATE events SET client_id = 'x' WHERE client_id IS NULL")
    assert "1 of 4 " in said(warehouse)[BUY].text
    where = FUNNEL.replace("critical", "where: client_id <> 'x', critical")
    assert "0 of 3 " in said(warehouse, where)[BUY].text


def test_its_window_is_of_open_days_and_follows_the_expected_day(warehouse: Warehouse) -> None:
    table(warehouse)
    warehouse.sql("DELETE FROM events WHERE event_name = 'checkout_started' AND ts < '2026-03-09'")
    assert words(said(warehouse))[BUY] == "PASS"
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert words(said(warehouse, as_of=at_three))[BUY] == "FAIL"
    both = FUNNEL.replace("critical", "window: open, critical")
    assert "0 of 6 checkout_completed events" in said(warehouse, both)[BUY].text
    warehouse.sql("DELETE FROM events WHERE ts < '2026-03-10'")
    told = "no event of checkout_started, checkout_completed on 2026-03-09"
    assert (said(warehouse)[""].outcome.shown, said(warehouse)[""].text) == ("SKIP", told)


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert complaint(FUNNEL, orders=EVENTS) == ""
    for window in ("all", "7d"):
        given = FUNNEL.replace("critical", f"window: {window}, critical")
        told = f"window: {window} has closed days: write day, open, today"
        assert told in complaint(given, orders=EVENTS)
    timeless = complaint(FUNNEL, orders="{relation: events}")
    assert "impossible_sequence needs `time:` on dataset orders" in timeless
    one = FUNNEL.replace(STEPS, "steps: [checkout_completed]")
    assert "has 1 items: 2 are needed" in complaint(one, orders=EVENTS)
    twice = FUNNEL.replace(STEPS, "steps: [a, b, a]")
    assert "a is a step twice: nothing can come before itself" in complaint(twice, orders=EVENTS)
