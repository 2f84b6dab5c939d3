"""The contract of all kinds with a hole in the history: it makes nobody blind, and nobody loud."""

from __future__ import annotations

import pytest
from warehouse_exporter.kinds import all_kinds

from tests.database.kinds.examples import EXAMPLES, build, config_with, forget
from tests.support.warehouses import RESET, Warehouse, outcomes

LOST = """
DELETE FROM items WHERE order_id IN (SELECT id FROM orders WHERE ts::date = '2026-03-05');
DELETE FROM orders WHERE ts::date = '2026-03-05'
"""
"""A day of last week, with all that belongs to it."""
BREAKS = {
    "good": "SELECT 1",
    "empty day": "DELETE FROM items WHERE order_id IN (SELECT id FROM orders WHERE ts::date ="
    " '2026-03-09'); DELETE FROM orders WHERE ts::date = '2026-03-09'",
    "dead feed": "DELETE FROM orders WHERE ts >= '2026-03-09'",
    "a tenth": "UPDATE orders SET revenue = revenue / 10 WHERE ts::date = '2026-03-09'",
    "another channel": "UPDATE orders SET client_id = 'd' WHERE ts::date = '2026-03-09'",
}
SEES_IT = "missing_days"


def said(warehouse: Warehouse) -> dict[str, str]:
    """The words of the examples of all kinds."""
    return outcomes(warehouse.run(config_with(list(EXAMPLES.values()))))


@pytest.mark.parametrize("broken", [*BREAKS, "nulls"])
def test_a_lost_day_changes_no_word_but_that_of_missing_days(
    warehouse: Warehouse, broken: str
) -> None:
    build(warehouse)
    if broken == "nulls":
        forget(warehouse, "ts")
    else:
        warehouse.sql(BREAKS[broken])
    before = said(warehouse)
    assert len(before) >= len(all_kinds())
    warehouse.sql(LOST)
    assert said(warehouse) == {**before, SEES_IT: "FAIL"}


def test_the_breaks_are_seen_by_somebody(warehouse: Warehouse) -> None:
    """Else equal words would prove nothing."""
    found = {}
    for broken, statement in BREAKS.items():
        warehouse.sql(RESET)
        build(warehouse)
        warehouse.sql(statement)
        found[broken] = {name for name, word in said(warehouse).items() if word == "FAIL"}
    assert found["good"] == set()
    assert "zscore_revenue" in found["a tenth"]
    assert "channel_mix" in found["another channel"]
    assert {"volume", "partition_freshness", "deadline"} <= found["dead feed"]
    assert "volume" in found["empty day"]
