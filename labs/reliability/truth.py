"""Data is missing, or can be read in two ways."""

from __future__ import annotations

from labs.reliability.judged import ORDERS, judged, orders, told
from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage

ITEMS = "CREATE TABLE items (order_id int, seller int, ts timestamptz, price numeric);"
AGAINST_ITEMS = "against: {dataset: items, sum: price, by: order_id}, critical: '> 0'"
SUMS = (
    f"reconciliation: {{sum: revenue, tolerance: 0.01, {AGAINST_ITEMS}}}",
    f"reconciliation_total: {{sum: revenue, {AGAINST_ITEMS}}}",
)
OF_ITEMS = "  items: {relation: items, time: ts, key: order_id, checks: []}\n"


@scenario(
    "items-gone",
    fault="A thousand orders' worth of items are gone: none is left, and then those of one in ten.",
    bound="Never PASS and never SKIP: rows on one side only are a difference.",
    long=True,
)
def items_gone(stage: Stage) -> str:
    """Absence on one side is no smaller base."""
    config = orders(*SUMS) + OF_ITEMS
    none = judged(stage, ORDERS + ITEMS, config)
    some = "INSERT INTO items SELECT id, 1, ts, 10 FROM orders WHERE id <= 10"
    few = judged(stage, some, config)
    for gate in (none, few):
        assert gate.code in (1, 3), gate.said
        assert {one.word for one in gate.said.values()} <= {"FAIL", "UNKNOWN"}, gate.said
    seen = [", ".join(f"{c} {one}" for c, one in sorted(g.said.items())) for g in (none, few)]
    return f"none: {seen[0]}, {none}\nsome: {seen[1]}, {few}"


@scenario(
    "keys-all-null",
    fault="A load has lost all keys and all client ids; the rows are there.",
    bound='UNKNOWN: rows without any usable value are not "nothing to judge".',
    long=True,
)
def keys_all_null(stage: Stage) -> str:
    """There are rows, and none of them can be judged."""
    tables = f"{ORDERS} CREATE TABLE clients (id text); UPDATE orders SET id = NULL, client = NULL;"
    config = orders(
        "duplicates: {critical: '> 0'}",
        "duplicates: {name: clients, key: client, critical: '> 0'}",
        "orphans: {column: client, references: {dataset: clients, column: id}, critical: '> 0'}",
        "completeness: {column: client, critical: '> 5%'}",
    )
    gate = judged(stage, tables, f"{config}  clients: {{relation: clients, checks: []}}\n")
    return told(
        gate,
        {
            "orders.clients": "UNKNOWN (no_values)",
            "orders.completeness_client": "FAIL",
            "orders.duplicates": "UNKNOWN (no_values)",
            "orders.orphans_client": "UNKNOWN (no_values)",
        },
        1,
    )


@scenario(
    "times-unparsable",
    fault="Every second time of a text column is written as 14/06/2018 10:00; then every time.",
    bound="Checks by day are UNKNOWN in both cases: the day of those rows is unknown.",
    long=True,
)
def times_unparsable(stage: Stage) -> str:
    """A time that cannot be read is of no day."""
    half = """
    CREATE TABLE orders (id int, ts text);
    INSERT INTO orders SELECT i, CASE WHEN i % 2 = 0 THEN '2026-03-09T12:00:00Z'
        ELSE '14/06/2018 10:00' END FROM generate_series(1, 100) i;
    """
    config = orders("volume: {critical: '< 10'}", "freshness: {critical: '> 48h'}")
    some = judged(stage, half, config)
    all_ = judged(stage, "UPDATE orders SET ts = '14/06/2018 10:00'", config)
    for gate in (some, all_):
        assert {one.word for one in gate.said.values()} == {"UNKNOWN"}, gate.said
        assert gate.code == 3
    reasons = sorted({str(one) for gate in (some, all_) for one in gate.said.values()})
    return f"some, and all: {', '.join(reasons)}; {some}"


@scenario(
    "day-lost-in-history",
    fault="One day of the last seven has no rows, and today a tenth of the orders came.",
    bound="It is judged by the days that exist.",
    long=True,
)
def day_lost(stage: Stage) -> str:
    """A lost day blinds no baseline."""
    tables = """
    CREATE TABLE orders (id int, ts timestamptz);
    INSERT INTO orders SELECT i, timestamptz '2026-03-09 12:00+00' - d * interval '1 day'
    FROM generate_series(0, 20) d, generate_series(1, 100 + d % 3) i
    WHERE d <> 3 AND (d > 0 OR i <= 10);
    """
    config = """metrics:
  orders: {dataset: orders, count: "*"}
anomalies:
  - {metrics: [orders], method: zscore, days: 7, critical: {z: 3}}
  - {metrics: [orders], method: change, critical: {fall: 50%}}
"""
    gate = judged(stage, tables, orders("volume: {critical: '< 1'}") + config)
    return told(
        gate,
        {
            "orders.change_orders": "FAIL",
            "orders.metric_orders": "SKIP",
            "orders.volume": "PASS",
            "orders.zscore_orders": "FAIL",
        },
        1,
    )


@scenario(
    "sum-of-real",
    fault="300,000 orders of 149.99 in a column of type real, and items that agree exactly.",
    bound="PASS: PostgreSQL adds real in single precision, and we do not.",
    long=True,
)
def sum_of_real(stage: Stage) -> str:
    """Another plan must not be another sum."""
    tables = """
    CREATE TABLE orders (id int, ts timestamptz, revenue real);
    INSERT INTO orders SELECT i, '2026-03-09 12:00+00', 149.99 FROM generate_series(1, 300000) i;
    CREATE TABLE items AS SELECT id AS order_id, ts, revenue::numeric(9, 2) AS price FROM orders;
    """
    total = SUMS[1].replace("'> 0'", "'> 0.01'")
    gate = judged(stage, tables, orders(total) + OF_ITEMS)
    return told(gate, {"orders.reconciliation_total": "PASS"}, 0)


@scenario(
    "values-as-written",
    fault="Accepted values as people write them: 01067, 1.10, 1e3; 19 for a column numeric(4,2).",
    bound="PASS: a text is what is written, a number is a number.",
    long=True,
)
def values_as_written(stage: Stage) -> str:
    """YAML makes a number of a postal code."""
    tables = """
    CREATE TABLE orders (id int, ts timestamptz, zip text, rate numeric(4,2), size text, e text);
    INSERT INTO orders SELECT i, '2026-03-09 12:00+00', '01067', 7 + 12 * (i % 2), '1.10', '1e3'
    FROM generate_series(1, 100) i;
    """
    config = orders(
        "accepted_values: {column: zip, values: [01067], critical: '> 0'}",
        "accepted_values: {column: rate, values: [7, 19], critical: '> 0'}",
        "accepted_values: {column: size, values: [1.10], critical: '> 0'}",
        "accepted_values: {column: e, values: [1e3], critical: '> 0'}",
    )
    names = ("e", "rate", "size", "zip")
    expected = {f"orders.accepted_values_{name}": "PASS" for name in names}
    return told(judged(stage, tables, config), expected, 0)


@scenario(
    "no-group-left",
    fault="A query with GROUP BY returns no rows any more.",
    bound="PASS with `no_rows: pass`, otherwise UNKNOWN.",
    long=True,
)
def no_group_left(stage: Stage) -> str:
    """No row may be the best there is."""
    config = orders("volume: {critical: '< 1'}") + "queries:\n"
    sql = 'sql: "select client, count(*) as value from orders where revenue < 0 group by client"'
    config += f"  - {{name: said, {sql}, critical: '> 0', no_rows: pass}}\n"
    config += f"  - {{name: unsaid, {sql}, critical: '> 0'}}\n"
    return told(
        judged(stage, ORDERS, config),
        {"orders.volume": "PASS", "queries.said": "PASS", "queries.unsaid": "UNKNOWN (no_rows)"},
        3,
    )


@scenario(
    "two-sellers",
    fault="Each order has items of two sellers, and their payouts were swapped.",
    bound="FAIL by the composite key: the errors of two sellers do not cancel out.",
    long=True,
)
def two_sellers(stage: Stage) -> str:
    """A sum over both would be right."""
    tables = """
    CREATE TABLE orders (id int, seller int, ts timestamptz, revenue numeric);
    INSERT INTO orders SELECT i, s, '2026-03-09 12:00+00', 10 * s
    FROM generate_series(1, 50) i, generate_series(1, 2) s;
    CREATE TABLE items AS SELECT id AS order_id, 3 - seller AS seller, ts, revenue AS price
    FROM orders;
    """
    config = orders(SUMS[0].replace("by: order_id", "by: [order_id, seller]"))
    config = config.replace("key: id", "key: [id, seller]") + OF_ITEMS
    return told(judged(stage, tables, config), {"orders.reconciliation": "FAIL"}, 1)
