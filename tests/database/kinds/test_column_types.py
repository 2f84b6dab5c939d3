"""S3: columns have the declared types."""

from __future__ import annotations

import pytest
from warehouse_exporter.core.errors import Reason

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example("critical: '> 0'", "revenue", "PASS", "PASS", "PASS", whole=True)

NONE = "column_types: {critical: '> 0'}"
ORDERS = "{relation: orders, columns: {id: bigint, ts: timestamptz, revenue: 'numeric(12,2)'}}"


def test_a_changed_type_is_named_until_it_is_back(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id int8, ts timestamptz, revenue numeric(10,4), more int)")
    fine = ("PASS", "0 of 3 columns have another type (limit 0)")
    assert warehouse.say(NONE, orders=ORDERS) == fine
    warehouse.sql("ALTER TABLE orders ALTER revenue TYPE text, ALTER id TYPE int")
    broken = "2 of 3 columns have another type: id is integer, declared bigint; "
    broken += "revenue is text, declared numeric(12,2)"
    assert warehouse.say(NONE, orders=ORDERS) == ("FAIL", f"{broken} (limit 0)")
    assert warehouse.values(NONE, orders=ORDERS) == {"schema_type_mismatches": 2.0}
    warehouse.sql("ALTER TABLE orders ALTER revenue TYPE decimal USING 0, ALTER id TYPE bigint")
    assert warehouse.say(NONE, orders=ORDERS) == fine


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("timestamp", "timestamp"),
        ("TIMESTAMPTZ", "timestamptz(3)"),
        ("timestamp  with time zone", "timestamptz"),
        ("varchar", "character varying(20)"),
        ("varchar(5)", "varchar"),
        ("int", "int4"),
        ("float", "float8"),
        ("bool", "boolean"),
        ("decimal(9,2)", "numeric"),
        ("string", "text"),
        ("jsonb", "jsonb"),
        ("text[]", "text[]"),
    ],
)
def test_a_type_may_be_written_as_people_write_it(
    warehouse: Warehouse, declared: str, actual: str
) -> None:
    warehouse.sql(f"CREATE TABLE orders (x {actual})")
    orders = f"{{relation: orders, columns: {{x: '{declared}'}}}}"
    assert warehouse.say(NONE, orders=orders)[0] == "PASS"


def test_a_domain_is_what_it_is_made_of(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE DOMAIN money_amount AS numeric CHECK (VALUE >= 0)")
    warehouse.sql("CREATE TABLE orders (x money_amount)")
    assert warehouse.say(NONE, orders="{relation: orders, columns: {x: numeric}}")[0] == "PASS"
    warehouse.sql("DROP DOMAIN money_amount CASCADE")


def test_the_type_of_a_column_that_is_gone_is_not_fine(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint, ts timestamptz, revenu numeric)")
    verdict = warehouse.verdict(NONE, orders=ORDERS)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.MISSING_COLUMN)
    assert "column revenue of orders does not exist; did you mean revenu?" in verdict.text
    warehouse.sql("ALTER TABLE orders ALTER id TYPE text")
    assert warehouse.say(NONE, orders=ORDERS)[0] == "FAIL"


def test_columns_declared_without_a_type_are_not_judged(warehouse: Warehouse) -> None:
    warehouse.sql("CREATE TABLE orders (id bigint, other int)")
    orders = "{relation: orders, columns: {id: bigint, other: null, gone: null}}"
    assert warehouse.say(NONE, orders=orders)[1] == "0 of 1 column have another type (limit 0)"


def test_what_is_wrong_is_said_before_any_pass() -> None:
    names_only = complaint(NONE, orders="{relation: orders, columns: [id]}")
    assert "column_types needs types in `columns:` of dataset orders" in names_only
    assert "column_types needs `columns:` on orders" in complaint(NONE)
    assert "write no unit" in complaint("column_types: {critical: '> 1 rows'}", orders=ORDERS)
