"""S1, S5: the declared columns are there; one that is gone may only have been renamed."""

from __future__ import annotations

import pytest

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 0'", "revenue", "PASS", "PASS", "PASS", whole=True)

NONE = "required_columns: {critical: '> 0'}"
ORDERS = "{relation: orders, columns: {id: bigint, client_id: text, revenue: numeric}}"


def test_a_renamed_column_is_named_with_what_it_became_until_it_is_back(
    warehouse: Warehouse,
) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint, client_id text, revenue numeric, more int)")
    fine = ("PASS", "0 of 3 declared columns are missing (limit 0)")
    assert warehouse.say(NONE, orders=ORDERS) == fine
    warehouse.sql('ALTER TABLE orders RENAME client_id TO "clientId"')
    renamed = "1 of 3 declared columns is missing: client_id (probably renamed to clientId)"
    assert warehouse.say(NONE, orders=ORDERS) == ("FAIL", f"{renamed} (limit 0)")
    assert warehouse.values(NONE, orders=ORDERS) == {"schema_missing_columns": 1.0}
    warehouse.sql('ALTER TABLE orders RENAME "clientId" TO client_id')
    assert warehouse.say(NONE, orders=ORDERS) == fine


def test_a_dropped_column_is_not_taken_for_a_declared_one_that_looks_alike(
    warehouse: Warehouse,
) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint, revenue_net numeric, revenue_gros numeric)")
    declared = "{relation: orders, columns: [id, revenue_net, revenue_gros, revenue_gross, site]}"
    said = warehouse.say(NONE, orders=declared)
    assert said == ("FAIL", "2 of 5 declared columns are missing: revenue_gross; site (limit 0)")


def test_many_names_are_cut_short(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint)")
    names = ", ".join(f"k{n}" for n in range(10))
    said = warehouse.say(NONE, orders=f"{{relation: orders, columns: [{names}]}}")
    listed = "; ".join(f"k{n}" for n in range(8))
    assert said[1] == f"10 of 10 declared columns are missing: {listed}; … (limit 0)"


@pytest.mark.parametrize("options", ["window: day", "where: id > 1"])
def test_it_reads_no_row(options: str) -> None:
    told = complaint(f"required_columns: {{{options}, critical: '> 0'}}", orders=ORDERS)
    assert "looks at the catalogue, not at rows: no `where`, no `window`" in told


def test_columns_must_be_declared() -> None:
    assert "required_columns needs `columns:` on orders" in complaint(NONE)
    assert "is a plain number, write no unit" in complaint(
        "required_columns: {critical: '> 5%'}", orders=ORDERS
    )
