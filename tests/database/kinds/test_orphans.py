"""J1, J2, J3: rows that refer to something that is not there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from warehouse_exporter.core.errors import Reason

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, complaint

EXAMPLE = Example(
    "column: session_id, references: {dataset: sessions}, critical: '> 0'",
    "session_id",
    "SKIP",
    "UNKNOWN",
    "UNKNOWN",
    whole=True,
)

SESSION = "orphans: {column: session_id, references: {dataset: sessions}, critical: '> 0'}"
PARENTS = {"sessions": "{relation: sessions, time: ts, key: id}"}


def tables(warehouse: Warehouse) -> None:
    """Five orders, one a day from 5 to 9 March, each of a session of its own."""
    warehouse.sql(
        "CREATE TABLE orders (id int, session_id text, ts timestamptz, state text);"
        "CREATE TABLE sessions (id text, ts timestamptz, bot boolean DEFAULT false);"
        "INSERT INTO sessions SELECT 's' || n, '2026-03-04'::date + n FROM generate_series(1, 5) n;"
        "INSERT INTO orders SELECT n, 's' || n, '2026-03-04'::date + n FROM generate_series(1, 5) n"
    )


def test_a_reference_to_nothing_is_found_until_it_arrives(warehouse: Warehouse) -> None:
    tables(warehouse)
    fine = "0 of 5 rows with session_id not in sessions in the whole table (limit 0)"
    assert warehouse.say(SESSION, PARENTS) == ("PASS", fine)
    warehouse.sql("DELETE FROM sessions WHERE id = 's5'")
    broken = "1 of 5 rows with session_id not in sessions in the whole table (limit 0)"
    assert warehouse.say(SESSION, PARENTS) == ("FAIL", broken)
    values = {"orphan_ratio": 0.2, "rows_failed": 1.0, "rows_checked": 5.0}
    assert warehouse.values(SESSION, PARENTS) == values
    warehouse.sql("INSERT INTO sessions VALUES ('s5'), ('s5'), (NULL)")
    assert warehouse.say(SESSION, PARENTS) == ("PASS", fine)


PAIRS = {"sellers": "{relation: sellers, key: [order_id, seller_id]}"}
PAIR = (
    "orphans: {column: [order_id, seller_id], references: {dataset: sellers}, window: WINDOW,"
    " critical: '> 0'}"
)


@pytest.mark.parametrize("indexed", [False, True], ids=["joined", "singly"])
@pytest.mark.parametrize("window", ["all", "day", "7d"])
def test_a_reference_may_be_of_several_columns(
    warehouse: Warehouse, window: str, indexed: bool
) -> None:
    """Each half of the pair is known, and the pair is not: only together they refer."""
    warehouse.sql(
        "CREATE TABLE orders (id int, order_id int, seller_id text, ts timestamptz);"
        "CREATE TABLE sellers (order_id int, seller_id text);"
        "INSERT INTO orders SELECT n, n, 's' || n % 2, '2026-03-09 12:00Z'"
        " FROM generate_series(1, 6) AS n;"
        "INSERT INTO sellers SELECT order_id, seller_id FROM orders;"
        "INSERT INTO orders VALUES (7, 7, NULL, '2026-03-09')"
    )
    if indexed:
        warehouse.sql("CREATE INDEX ON orders (ts); CREATE INDEX ON sellers (order_id, seller_id)")
    check = PAIR.replace("WINDOW", window)
    assert warehouse.say(check, PAIRS)[1].startswith(
        "0 of 6 rows with order_id, seller_id not in sellers"
    )
    warehouse.sql("UPDATE sellers SET seller_id = 's0' WHERE order_id = 1")
    verdict = warehouse.verdict(check, PAIRS)
    assert verdict.outcome.shown == "FAIL"
    assert verdict.text.startswith("1 of 6 rows with order_id, seller_id not in sellers")
    assert verdict.sample is not None
    assert verdict.sample.labels == {"column": "order_id, seller_id"}
    warehouse.sql("UPDATE orders SET seller_id = NULL")
    assert warehouse.say(check, PAIRS)[0] == "UNKNOWN"


def test_a_parent_without_rows_leaves_only_orphans(warehouse: Warehouse) -> None:
    tables(warehouse)
    warehouse.sql("DELETE FROM sessions")
    assert warehouse.values(SESSION, PARENTS)["orphan_ratio"] == 1.0
    warehouse.sql("INSERT INTO sessions VALUES (NULL)")
    assert warehouse.values(SESSION, PARENTS)["orphan_ratio"] == 1.0


def test_a_row_without_a_reference_counts_only_on_request(warehouse: Warehouse) -> None:
    tables(warehouse)
    warehouse.sql("UPDATE orders SET session_id = NULL WHERE id = 1")
    assert warehouse.values(SESSION, PARENTS)["rows_checked"] == 4
    strict = SESSION.replace("critical", "null_is_orphan: true, critical")
    assert warehouse.say(strict, PARENTS) == (
        "FAIL",
        "1 of 5 rows with session_id not in sessions in the whole table (limit 0)",
    )
    warehouse.sql("UPDATE orders SET session_id = NULL")
    told = "5 rows in the whole table: none has session_id (no_values)"
    assert warehouse.say(SESSION, PARENTS) == ("UNKNOWN", told)


@pytest.mark.parametrize(
    ("window", "checked"),
    [("day", "0 of 1 row"), ("2d", "1 of 2 rows"), ("all", "2 of 6 rows"), ("today", "1 of 1")],
)
def test_its_window_chooses_the_children_and_not_the_parents(
    warehouse: Warehouse, window: str, checked: str
) -> None:
    tables(warehouse)
    warehouse.sql("DELETE FROM sessions WHERE id = 's4'")  # of 8 March
    warehouse.sql("UPDATE sessions SET ts = '2020-01-01'")
    warehouse.sql("INSERT INTO orders VALUES (6, 's6', '2026-03-10 00:00+00')")
    text = SESSION.replace("critical", f"window: {window}, critical")
    assert warehouse.say(text, PARENTS)[1].startswith(checked)


def test_the_parents_may_be_looked_for_in_the_last_days_only(warehouse: Warehouse) -> None:
    tables(warehouse)
    text = SESSION.replace("sessions}", "sessions, within: 3d}").replace(
        "critical", "window: day, critical"
    )
    fine = "0 of 1 row with session_id not in sessions within 3 days on 2026-03-09 (limit 0)"
    assert warehouse.say(text, PARENTS) == ("PASS", fine)
    warehouse.sql("UPDATE sessions SET ts = '2026-03-06' WHERE id = 's5'")
    assert warehouse.say(text, PARENTS)[0] == "FAIL"
    warehouse.sql("CREATE INDEX ON orders (ts); CREATE INDEX ON sessions (id)")
    assert warehouse.say(text, PARENTS)[0] == "FAIL", "also where an index finds it"
    warehouse.sql("UPDATE sessions SET ts = '2026-03-07' WHERE id = 's5'")
    assert warehouse.say(text, PARENTS)[0] == "PASS"
    timeless = complaint(text, {"sessions": "{relation: sessions, key: id}"})
    assert "within: 3d needs a time column on dataset sessions" in timeless


def test_before_its_deadline_the_day_before_is_judged(warehouse: Warehouse) -> None:
    tables(warehouse)
    warehouse.sql("DELETE FROM sessions WHERE id = 's5'")
    day = SESSION.replace("critical", "window: day, critical")
    assert warehouse.say(day, PARENTS)[0] == "FAIL"
    at_three = datetime(2026, 3, 10, 3, tzinfo=UTC)
    assert warehouse.say(day, PARENTS, as_of=at_three)[0] == "PASS"


def test_where_on_either_side(warehouse: Warehouse) -> None:
    tables(warehouse)
    warehouse.sql("UPDATE sessions SET bot = true WHERE id = 's1'")
    people = SESSION.replace("{dataset: sessions}", "{dataset: sessions, where: not bot}")
    assert warehouse.values(people, PARENTS)["rows_failed"] == 1
    late = people.replace("critical", "where: id > 1, critical")
    assert warehouse.say(late, PARENTS)[0] == "PASS"


def test_another_column_than_the_key_and_a_table_that_refers_to_itself(
    warehouse: Warehouse,
) -> None:
    warehouse.sql("CREATE TABLE orders (id int, replaces int, code text, voucher text)")
    warehouse.sql(
        "INSERT INTO orders VALUES (1, NULL, 'a', 'b'), (2, 1, 'b', 'x'), (3, 9, 'c', 'a')"
    )
    own = "orphans: {column: replaces, references: {dataset: orders}, critical: '> 60%'}"
    assert warehouse.say(own, orders="{relation: orders, key: id}") == (
        "PASS",
        "1 of 2 rows with replaces not in orders in the whole table (50 %, limit 60 %)",
    )
    code = "orphans: {column: voucher, references: {dataset: orders, column: code}, warning: '> 0'}"
    assert warehouse.values(code, orders="{relation: orders}")["rows_failed"] == 1


@pytest.mark.parametrize(("child", "parent"), [("parent", "child"), ("child", "parent")])
def test_tables_may_be_called_as_they_like(warehouse: Warehouse, child: str, parent: str) -> None:
    warehouse.sql(f"CREATE TABLE {child} (key int); CREATE TABLE {parent} (key int)")
    warehouse.sql(f"INSERT INTO {child} VALUES (1), (2); INSERT INTO {parent} VALUES (1)")
    text = "orphans: {column: key, references: {dataset: other}, critical: '> 0'}"
    other = {"other": f"{{relation: {parent}, key: key}}"}
    values = warehouse.values(text, other, orders=f"{{relation: {child}}}")
    assert (values["rows_failed"], values["rows_checked"]) == (1, 2)


def test_keys_of_different_types_are_not_compared(warehouse: Warehouse) -> None:
    tables(warehouse)
    text = "orphans: {column: id, references: {dataset: sessions}, critical: '> 0'}"
    verdict = warehouse.verdict(text, PARENTS)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", Reason.COLUMN_TYPE)
    assert "integer" in verdict.text


@pytest.mark.parametrize(
    ("break_it", "reason", "text"),
    [
        ("DROP TABLE sessions", Reason.MISSING_RELATION, "relation sessions does not exist"),
        (
            "ALTER TABLE sessions RENAME id TO session_id",
            Reason.MISSING_COLUMN,
            "column id of sessions does not exist",
        ),
    ],
)
def test_a_parent_that_is_gone_makes_it_unmeasured(
    warehouse: Warehouse, break_it: str, reason: Reason, text: str
) -> None:
    tables(warehouse)
    warehouse.sql(break_it)
    verdict = warehouse.verdict(SESSION, PARENTS)
    assert (verdict.outcome.shown, verdict.reason) == ("UNKNOWN", reason)
    assert text in verdict.text


def test_what_is_wrong_is_said_before_any_pass() -> None:
    assert "there is no dataset `sessions`" in complaint(SESSION)
    keyless = complaint(SESSION, {"sessions": "{relation: sessions}"})
    assert "references needs `column:` (dataset sessions has no key)" in keyless
    assert "'> 5' lacks a unit" in complaint(SESSION.replace("> 0", "> 5"), PARENTS)
