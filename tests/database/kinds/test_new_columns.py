"""S4: columns that appeared."""

from __future__ import annotations

from warehouse_exporter.core.model import Outcome, Severity

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 0'", "revenue", "PASS", "PASS", "PASS", whole=True)

NONE = "new_columns: {info: '> 0'}"
ORDERS = "{relation: orders, columns: [id, ts]}"


def test_a_column_that_nobody_declared_is_named_until_it_is_declared(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint, ts timestamptz)")
    assert warehouse.say(NONE, orders=ORDERS) == ("PASS", "0 columns are not declared (limit 0)")
    warehouse.sql('ALTER TABLE orders ADD "Gutschein Wert" int, ADD session_id text')
    verdict = warehouse.verdict(NONE, orders=ORDERS)
    assert (verdict.outcome, verdict.severity) == (Outcome.WARNING, Severity.INFO)
    assert verdict.text == "2 columns are not declared: Gutschein Wert; session_id (limit 0)"
    assert warehouse.values(NONE, orders=ORDERS) == {"schema_new_columns": 2.0}
    declared = "{relation: orders, columns: [id, ts, session_id, 'Gutschein Wert']}"
    assert warehouse.say(NONE, orders=declared)[0] == "PASS"


def test_one_that_looks_like_a_declared_one_says_so(warehouse: Warehouse) -> None:
    warehouse.sql('CREATE TABLE orders (id bigint, client_id text, "clientId" text)')
    declared = "{relation: orders, columns: [id, client_id]}"
    told = "1 column is not declared: clientId (looks like client_id) (limit 0)"
    assert warehouse.say(NONE, orders=declared) == ("WARN", told)
    warehouse.sql("ALTER TABLE orders DROP client_id")
    assert warehouse.say(NONE, orders=declared) == ("WARN", told)


def test_a_dropped_column_is_no_new_one(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint, ts timestamptz, gone int)")
    warehouse.sql("ALTER TABLE orders DROP gone")
    assert warehouse.say(NONE, orders=ORDERS)[0] == "PASS"


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert "new_columns needs `columns:` on orders" in complaint(NONE)
    assert "write no unit" in complaint("new_columns: {info: '> 5%'}", orders=ORDERS)
