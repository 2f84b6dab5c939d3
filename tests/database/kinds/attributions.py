"""Orders of some days, what two models attribute of them, and the daily aggregate of both."""

from __future__ import annotations

from tests.support.warehouses import RESET, Warehouse

ATTRIBUTION = {"attribution": "{relation: attribution, time: ts}"}
AGGREGATE = "{relation: daily, time: day}"
MODELS = ("first_click", "last_click")


def shop(warehouse: Warehouse, amount_type: str = "numeric(12,2)") -> None:
    """Nine days up to today, each with orders of 10, 20, 30 and 40 by four channels.

    Both models attribute every order whole; by the aggregate it is nine tenths of the revenue.
    """
    warehouse.sql(
        f"{RESET};"
        f"CREATE TABLE orders (id int, ts timestamptz, revenue {amount_type});"
        "CREATE TABLE attribution (order_id int, model text, channel text,"
        f" attributed_revenue {amount_type}, ts timestamptz);"
        f"CREATE TABLE daily (day date, orders int, revenue {amount_type}, orders_first_click int,"
        f" orders_last_click int, revenue_first_click {amount_type},"
        f" revenue_last_click {amount_type});"
        "INSERT INTO orders SELECT 10 * d + n, '2026-03-01'::date + d + n * interval '1 h', 10 * n"
        " FROM generate_series(1, 9) AS d, generate_series(1, 4) AS n;"
        "INSERT INTO attribution SELECT id, model,"
        " (ARRAY['direct', 'email', 'paid_social', 'paid_search'])[id % 10], revenue, ts"
        " FROM orders, unnest(ARRAY['first_click', 'last_click']) AS model;"
        "INSERT INTO daily SELECT ts::date, count(*), sum(revenue), 3, 3, 0.9 * sum(revenue),"
        " 0.9 * sum(revenue) FROM orders GROUP BY 1"
    )
