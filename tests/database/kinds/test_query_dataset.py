"""`query:` of a dataset: what checks say of a view, they say of its SELECT."""

from __future__ import annotations

import pytest
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.model import Pass

from tests.database.kinds.test_closed_days import ITEMS, METRICS, SESSIONS, Exporter, said, shop
from tests.support.warehouses import Warehouse, complaint, config_of, outcomes

SELECT = "select o.*, s.id as visit from orders o left join sessions s on s.id = o.session_id"
GIVEN = "time: ts, key: id, columns: {id: bigint, visit: text}"
VIEW = f"{{relation: paid, {GIVEN}}}"
AGAINST = "against: {dataset: items, sum: quantity * price, by: order_id}"
CHECKS = f"""
    volume: {{critical: '< 1'}}
    volume: {{name: whole, window: all, critical: '< 1'}}
    freshness: {{critical: '> 5h'}}
    partition_freshness: {{critical: '> 0'}}
    completeness: {{column: client_id, window: 7d, critical: '> 0'}}
    completeness: {{name: clients, column: client_id, where: revenue > 10, critical: '> 0'}}
    duplicates: {{critical: '> 0'}}
    duplicates: {{name: duplicates_7d, window: 7d, critical: '> 0'}}
    orphans: {{column: session_id, references: {{dataset: sessions}}, critical: '> 0'}}
    reconciliation: {{sum: revenue, {AGAINST}, window: 7d, critical: '> 0'}}
    missing_days: {{window: 20d, critical: '> 0'}}
    required_columns: {{critical: '> 0'}}
    column_types: {{critical: '> 0'}}
    new_columns: {{info: '> 9'}}
"""
CHANGES = (
    "INSERT INTO orders VALUES (1, '2026-03-09 10:00Z', NULL, 1, 'nobody', '2026-03-10 11:00Z')",
    "INSERT INTO orders VALUES (9000, '2026-02-20 10:00Z', NULL, 1, 's5', '2026-03-10 11:00Z')",
    "ALTER TABLE orders ALTER revenue TYPE double precision",
)


def query(text: str = SELECT, given: str = GIVEN) -> str:
    """A dataset that is a query."""
    written = text.replace('"', '\\"').replace("\n", "\\n")
    return f'{{query: "{written}", {given}}}'


def config(orders: str, checks: str = CHECKS, more: str = METRICS) -> str:
    """The config of these tests over orders that are a view, or a query."""
    return config_of(checks, {"items": ITEMS, "sessions": SESSIONS}, orders=orders, more=more)


def words(done: Pass) -> dict[str, list[tuple[str, str]]]:
    """What is said, with one name for the rows."""
    return {
        name: [(word, text.replace("of paid", "of orders")) for word, text in found]
        for name, found in said(done).items()
    }


def test_every_check_says_what_it_says_of_a_view(warehouse: Warehouse) -> None:
    shop(warehouse)
    tables = "CREATE VIEW paid AS " + SELECT
    warehouse.sql(tables)
    view, own = (Exporter(warehouse, config(one)) for one in (VIEW, query()))
    first = words(own.steady())
    assert first == words(view.full())
    for change in CHANGES:
        if change.startswith("ALTER"):
            warehouse.sql(f"DROP VIEW paid; {change}; {tables}")
        else:
            warehouse.sql(change)
        full = words(own.full())
        assert full == words(view.full()) != first
        assert words(own.steady()) == full
    assert own.full().statements == view.full().statements, "one a window, as of a view"


def test_a_column_that_is_gone_costs_only_its_checks_within_one_pass(warehouse: Warehouse) -> None:
    shop(warehouse)
    checks = """
        volume: {critical: '< 1'}
        completeness: {column: client_id, critical: '> 0'}
        required_columns: {critical: '> 0'}
    """
    declared = GIVEN.replace("id: bigint", "client_id: text")
    exporter = Exporter(warehouse, config(query(given=declared), checks, ""))
    assert set(outcomes(exporter.steady()).values()) == {"PASS"}
    warehouse.sql("ALTER TABLE orders RENAME client_id TO client")
    done = exporter.steady()
    assert outcomes(done) == {
        "volume": "PASS",
        "completeness_client_id": "UNKNOWN",
        "required_columns": "FAIL",
    }
    told = {check.name: result.worst.text for check, result in done.results.items()}
    assert told["completeness_client_id"] == (
        "column client_id of orders does not exist; did you mean client? (missing_column)"
    )
    warehouse.sql("ALTER TABLE orders RENAME client TO client_id")
    assert set(outcomes(exporter.steady()).values()) == {"PASS"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TABLE sessions", "relation sessions does not exist (42P01) (missing_relation)"),
        (
            "ALTER TABLE sessions RENAME id TO session",
            "column s.id does not exist (42703) (missing_column)",
        ),
        (
            "ALTER TABLE orders ADD visit text",
            "several columns are called visit (result)",
        ),
        (
            "REVOKE SELECT ON sessions FROM narrow",
            "permission denied for table sessions (42501) (permission)",
        ),
        (
            "ALTER TABLE sessions ENABLE ROW LEVEL SECURITY",
            "a row-level security policy hides rows of sessions",
        ),
    ],
)
def test_a_query_that_cannot_be_run_is_unknown_and_no_other_dataset_is(
    warehouse: Warehouse, change: str, told: str
) -> None:
    shop(warehouse)
    warehouse.sql(
        "DROP ROLE IF EXISTS narrow; CREATE ROLE narrow LOGIN;"
        "GRANT USAGE ON SCHEMA public TO narrow;"
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO narrow"
    )
    try:
        items = f"{ITEMS[:-1]}, checks: [{{volume: {{window: all, critical: '< 1'}}}}]}}"
        checks = "volume: {critical: '< 1'}\nrequired_columns: {critical: '> 0'}"
        written = config_of(checks, {"items": items}, orders=query())
        narrow = warehouse.as_role("narrow")
        assert set(outcomes(narrow.run(written)).values()) == {"PASS"}
        warehouse.sql(change)
        results = narrow.run(written).results
        texts = {str(check): one.worst.text for check, one in results.items()}
        assert {str(check): one.worst.outcome.shown for check, one in results.items()} == {
            "orders.volume": "UNKNOWN",
            "orders.required_columns": "UNKNOWN",
            "items.volume": "PASS",
        }
        assert texts["orders.volume"].startswith("the query of the dataset cannot be run: ")
        assert told in texts["orders.volume"], texts
    finally:
        warehouse.sql("DROP OWNED BY narrow; DROP ROLE narrow")


@pytest.mark.parametrize("end", [" -- ", "\n-- a note", " /* ) */ ;", ";"])
def test_a_comment_at_its_end_swallows_nothing(warehouse: Warehouse, end: str) -> None:
    shop(warehouse)
    check = "volume: {critical: '< 1'}"
    kept = query(f"{SELECT} where o.client_id = 'c' {end}", f"{GIVEN}, filter: id % 2 = 0")
    others = {"sessions": SESSIONS}
    assert warehouse.say(check, others, orders=kept) == (
        "PASS", "3 rows on 2026-03-09 (limit at least 1)",
    )  # fmt: skip


def test_it_is_the_other_side_by_a_key_of_two_columns_and_lends_its_time(
    warehouse: Warehouse,
) -> None:
    warehouse.sql(
        "CREATE TABLE orders (shop int, id int, ts timestamptz, deleted boolean);"
        "CREATE TABLE items (shop int, order_id int, price int);"
        "INSERT INTO orders VALUES (1, 1, '2026-03-09', false), (1, 2, '2026-03-09', true),"
        " (2, 1, '2026-03-09', false);"
        "INSERT INTO items VALUES (1, 1, 5), (1, 2, 5), (2, 1, 5), (2, 2, 5), (NULL, 1, 5)"
    )
    items = (
        "{relation: items, depends_on: [orders], time: {from: orders, by: [shop, order_id]},"
        " checks: [{orphans: {column: [shop, order_id], references: {dataset: orders},"
        " window: all, critical: '> 0'}}, {volume: {critical: '< 1'}}]}"
    )
    orders = query("select * from orders where not deleted", "time: ts, key: [shop, id]")
    done = warehouse.run(config_of("", {"items": items}, orders=orders))
    told = {check.name: result.worst.text for check, result in done.results.items()}
    assert told["orphans_shop_order_id"].startswith("2 of 4 rows"), told
    assert told["volume"].startswith("2 rows on 2026-03-09"), told


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("query: 'select 1 as id; select 2'", "write one SELECT, and nothing else"),
        ("query: 'select 1) as a, (select 2'", "datasets.orders.query: ) closes nothing"),
        ("query: 'select 1 /* open'", "datasets.orders.query: the comment"),
        ("query: 'delete from orders returning id'", "write one SELECT, and nothing else"),
        ("query: 'with d as (delete from o returning 1) select * from d'", "DELETE is not allowed"),
        ("query: 'select * from orders where ts < now()'", "datasets.orders.query: write :as_of"),
        ("query: 'select * from orders where ts < :as_of'", ":as_of is for `queries`: a dataset"),
        ("query: 'select pg_sleep(9)'", "function pg_sleep() is not allowed"),
        ("query: 'select * from orders for update'", "a query only reads"),
        ("query: ''", "write one SELECT, and nothing else"),
        ("query: [select 1]", "takes one, not a list: write one of select 1"),
        ("relation: orders, query: select 1", "write either `relation` or `query`"),
        ("relations: [orders], query: select 1", "write either `query` or `relations`"),
        ("time: ts", "datasets.orders: `relation` is required"),
        ("sql: select 1", "unknown key `sql`: write `query`"),
    ],
)
def test_what_is_no_select_is_refused(written: str, told: str) -> None:
    found = complaint("volume: {critical: '< 1'}", orders=f"{{{written}, time: ts}}".replace(
        "time: ts, time: ts", "time: ts"))  # fmt: skip
    assert told in found, found
    assert "test.yml:3: datasets.orders" in found


def test_it_is_for_postgres_only() -> None:
    text = config_of("volume: {critical: '< 1'}", orders=query())
    text = text.replace("dsn: '${WAREHOUSE_DSN}'", "duckdb: shop.duckdb")
    with pytest.raises(Exception, match=r"a dataset may be a query on PostgreSQL only: create a"):
        parse(text, "test.yml", {})
