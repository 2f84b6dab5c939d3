"""R2: orders that cost nothing."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 2%'", "revenue", "SKIP", "UNKNOWN", "UNKNOWN")

RATE = "zero_revenue: {warning: '> 2%', critical: '> 20%'}"


def table(warehouse: Warehouse, zeros: int) -> None:
    """Fifty rows with revenue on the expected day, the first of which cost nothing."""
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, revenue numeric, state text)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09'::date,"
        f" CASE WHEN n > {zeros} THEN 9.5 ELSE 0 END"
        " FROM generate_series(1, 50) AS n UNION ALL SELECT 51, '2026-03-09', NULL"
        " UNION ALL SELECT 52, '2026-03-10', 0"
    )


@pytest.mark.parametrize(
    ("zeros", "said"),
    [
        (0, ("PASS", "0 of 50 rows with zero revenue on 2026-03-09 (0 %, limit 2 %)")),
        (1, ("PASS", "1 of 50 rows with zero revenue on 2026-03-09 (2 %, limit 2 %)")),
        (2, ("WARN", "2 of 50 rows with zero revenue on 2026-03-09 (4 %, limit 2 %)")),
        (11, ("FAIL", "11 of 50 rows with zero revenue on 2026-03-09 (22 %, limit 20 %)")),
    ],
)
def test_a_share_above_the_tolerance_speaks(
    warehouse: Warehouse, zeros: int, said: tuple[str, str]
) -> None:
    table(warehouse, zeros)
    assert warehouse.say(RATE) == said


def test_it_falls_silent_when_prices_come(warehouse: Warehouse) -> None:
    table(warehouse, 20)
    values = {"zero_revenue_ratio": 0.4, "rows_failed": 20.0, "rows_checked": 50.0}
    assert warehouse.values(RATE) == values
    warehouse.sql("UPDATE orders SET revenue = 0.01 WHERE revenue = 0")
    assert warehouse.say(RATE)[0] == "PASS"


def test_a_loss_is_not_zero_and_where_leaves_gifts_out(warehouse: Warehouse) -> None:
    table(warehouse, 5)
    warehouse.sql("UPDATE orders SET revenue = -1 WHERE id = 1")
    warehouse.sql("UPDATE orders SET state = 'gift' WHERE id BETWEEN 2 AND 5")
    assert warehouse.values(RATE)["rows_failed"] == 4
    text = "zero_revenue: {where: state is distinct from 'gift', warning: '> 0'}"
    assert warehouse.say(text) == (
        "PASS",
        "0 of 46 rows with zero revenue on 2026-03-09 (limit 0)",
    )


def test_other_units_are_refused() -> None:
    assert "'> 5' lacks a unit" in complaint("zero_revenue: {critical: '> 5'}")
