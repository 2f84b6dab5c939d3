"""R3: purchases without revenue."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 1%'", "revenue", "SKIP", "UNKNOWN", "FAIL")

BOUGHT = "where: \"event = 'purchase'\""
SHARE = f"missing_revenue: {{{BOUGHT}, critical: '> 1%'}}"


def table(warehouse: Warehouse, missing: int) -> None:
    """200 purchases of the expected day, some without revenue, and as many views without any."""
    warehouse.sql("CREATE TABLE orders (id int, ts timestamptz, event text, revenue numeric)")
    warehouse.sql(
        "INSERT INTO orders SELECT n, '2026-03-09 12:00+00', 'purchase',"
        f" CASE WHEN n > {missing} THEN n % 5 END FROM generate_series(1, 200) n;"
        "INSERT INTO orders SELECT n, '2026-03-09 12:00+00', 'view' FROM generate_series(1, 200) n"
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (0, ("PASS", "0 of 200 purchases without revenue on 2026-03-09 (0 %, limit 1 %)")),
        (2, ("PASS", "2 of 200 purchases without revenue on 2026-03-09 (1 %, limit 1 %)")),
        (3, ("FAIL", "3 of 200 purchases without revenue on 2026-03-09 (1.5 %, limit 1 %)")),
    ],
)
def test_it_speaks_past_its_share_and_falls_silent_when_they_come(
    warehouse: Warehouse, missing: int, said: tuple[str, str]
) -> None:
    table(warehouse, missing)
    assert warehouse.say(SHARE) == said
    values = warehouse.values(SHARE)
    assert values["missing_revenue_ratio"] == missing / 200
    assert (values["rows_failed"], values["rows_checked"]) == (missing, 200)
    warehouse.sql("UPDATE orders SET revenue = 0 WHERE revenue IS NULL")
    assert warehouse.say(SHARE)[0] == "PASS"


def test_the_column_may_have_another_name(warehouse: Warehouse) -> None:
    table(warehouse, 3)
    warehouse.sql("ALTER TABLE orders RENAME revenue TO amount")
    assert warehouse.say(SHARE)[0] == "UNKNOWN"
    text = SHARE.replace("where", "column: amount, where")
    assert warehouse.say(text)[1].startswith("3 of 200 purchases without amount")
    both = f"{SHARE[:-1].replace('missing_revenue: {', 'missing_revenue: {window: 7d, ')}}}"
    assert complaint(f"{SHARE}\n{text}") == ""
    assert "is already on line" in complaint(f"{SHARE}\n{both}")
