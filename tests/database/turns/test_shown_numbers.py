"""K1: the day's numbers are shown as they are, whatever else is said of them."""

from __future__ import annotations

import pytest
from warehouse_exporter.demo.postgres import Postgres

from tests.chain.demo.shops import copied, rows
from tests.database.turns.breaking import ORDERS, SESSIONS
from tests.database.turns.breaks import BREAKS
from tests.database.turns.test_turns import broken, good, say

__all__ = ["good"]
NUMBERS = (
    "WITH o AS (SELECT count(*)::float8 AS orders, sum(revenue)::float8 AS revenue"
    f" FROM analytics.fct_orders WHERE {ORDERS}),"
    f" s AS (SELECT count(*)::float8 AS sessions FROM analytics.fct_sessions WHERE {SESSIONS})"
    " SELECT sessions, orders, revenue, orders / sessions, revenue / orders FROM o, s"
)
SHOWN = {
    "sessions": "sessions.metric_sessions",
    "orders": "orders.metric_orders",
    "revenue": "orders.metric_revenue",
    "conversion": "orders.metric_conversion",
    "aov": "orders.metric_aov",
}


@pytest.mark.parametrize("name", ["C3", "K1", "R1", "V4"])
def test_the_numbers_of_the_day_are_shown(postgres: Postgres, good: str, name: str) -> None:
    with copied(postgres, good) as connection:
        if name != "C3":  # which changes none of them
            broken(connection, BREAKS[name])
        done = say(connection)
        said = {metric: done[check][0] for metric, check in SHOWN.items()}
        (numbers,) = rows(connection, NUMBERS)
        for (metric, verdict), number in zip(said.items(), numbers, strict=True):
            assert verdict.sample is not None
            assert verdict.sample.values == {"warehouse_metric_value": pytest.approx(number)}
            assert verdict.text.startswith(f"{metric} ")
