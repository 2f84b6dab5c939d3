"""One example of every kind that passes on good data, and what it says when the data goes away.

A new kind needs a line here: without it the contract cannot be asked of it, and its test fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.warehouses import Warehouse, config_of

COLUMNS = (
    "id: bigint, ts: timestamptz, client_id: text, revenue: numeric, session_id: text,"
    " event: text, rows_read: bigint, rows_quarantined: bigint, gclid: text"
)
ORDERS = f"{{relation: orders, time: ts, key: id, columns: {{{COLUMNS}}}}}"
OTHERS = {"items": "{relation: items}", "sessions": "{relation: sessions, key: id}"}
TWO_SIDES = "sum: revenue, against: {dataset: items, sum: quantity * price, by: order_id}"


@dataclass(frozen=True)
class Example:
    """A check, a column it needs, and its word on no rows, on NULLs, and on NULLs with a time."""

    written: str
    column: str
    empty: str
    nulls: str
    timed: str
    section: str = "checks"

    @property
    def config(self) -> str:
        """A config with this check alone."""
        return config_with([self])

    @property
    def reads_rows(self) -> bool:
        """Whether it says anything of rows; the others ask the catalogue alone."""
        return self.nulls != "PASS"


EXAMPLES = {
    "absent_day": Example(
        "column: client_id, critical: '> 0'", "client_id", "SKIP", "SKIP", "FAIL"
    ),
    "accepted_values": Example(
        "column: event, values: [view], critical: '> 0'", "event", "SKIP", "SKIP", "SKIP"
    ),
    "anomaly": Example(
        "metrics: [revenue], critical: {z: 3}", "revenue", "SKIP", "SKIP", "SKIP", "anomalies"
    ),
    "column_types": Example("critical: '> 0'", "revenue", "PASS", "PASS", "PASS"),
    "completeness": Example(
        "column: client_id, critical: '> 5%'", "client_id", "SKIP", "SKIP", "FAIL"
    ),
    "duplicates": Example("critical: '> 0'", "id", "SKIP", "SKIP", "SKIP"),
    "freshness": Example("critical: '> 24h'", "ts", "UNKNOWN", "UNKNOWN", "PASS"),
    "future_rows": Example("critical: '> 0'", "ts", "SKIP", "SKIP", "PASS"),
    "incomparable": Example(f"{TWO_SIDES}, critical: '> 0'", "revenue", "SKIP", "SKIP", "SKIP"),
    "metric": Example(
        "dataset: orders, sum: revenue, critical: '< 1'",
        "revenue", "SKIP", "SKIP", "SKIP", "metrics",
    ),
    "missing_days": Example("window: 7d, critical: '> 0'", "ts", "FAIL", "FAIL", "PASS"),
    "negative_revenue": Example("critical: '> 0'", "revenue", "SKIP", "SKIP", "SKIP"),
    "new_columns": Example("critical: '> 0'", "revenue", "PASS", "PASS", "PASS"),
    "orphans": Example(
        "column: session_id, references: {dataset: sessions}, critical: '> 0'",
        "session_id", "SKIP", "SKIP", "SKIP",
    ),
    "partition_freshness": Example("critical: '> 0'", "ts", "UNKNOWN", "UNKNOWN", "PASS"),
    "pipeline_run": Example("critical: '< 1'", "rows_read", "FAIL", "FAIL", "FAIL"),
    "quarantine_rate": Example("critical: '> 6%'", "rows_quarantined", "SKIP", "SKIP", "SKIP"),
    "query": Example(
        "name: own, sql: select sum(revenue) from orders, critical: '< 1'",
        "revenue", "UNKNOWN", "UNKNOWN", "UNKNOWN", "queries",
    ),
    "reconciliation": Example(f"{TWO_SIDES}, critical: '> 0'", "revenue", "SKIP", "SKIP", "SKIP"),
    "reconciliation_total": Example(
        f"{TWO_SIDES}, critical: '> 0.01'", "revenue", "SKIP", "SKIP", "SKIP"
    ),
    "required_columns": Example("critical: '> 0'", "revenue", "PASS", "PASS", "PASS"),
    "tracking_coverage": Example(
        "any_of: [gclid], critical: '< 10%'", "gclid", "SKIP", "SKIP", "FAIL"
    ),
    "volume": Example("critical: '< 1'", "ts", "FAIL", "FAIL", "PASS"),
    "zero_revenue": Example("critical: '> 2%'", "revenue", "SKIP", "SKIP", "SKIP"),
}  # fmt: skip


def config_with(examples: list[Example]) -> str:
    """A config with some examples, each in its section."""
    names = {id(example): kind for kind, example in EXAMPLES.items()}
    items = [f"{names[id(e)]}: {{{e.written}}}" for e in examples if e.section == "checks"]
    sections = []
    if any(example.section in ("metrics", "anomalies") for example in examples):
        sections.append(f"metrics: {{revenue: {{{EXAMPLES['metric'].written}}}}}")
    for section in ("anomalies", "queries"):
        listed = ", ".join(f"{{{e.written}}}" for e in examples if e.section == section)
        sections.append(f"{section}: [{listed}]")
    return config_of("\n".join(items), OTHERS, orders=ORDERS, more="\n".join(sections))


def build(warehouse: Warehouse) -> None:
    """Eleven good days of two orders each, up to today, with their items and sessions."""
    warehouse.sql(
        "CREATE TABLE orders (id bigint, ts timestamptz, client_id text, revenue numeric,"
        " session_id text, event text, rows_read bigint, rows_quarantined bigint, gclid text);"
        "CREATE TABLE items (order_id bigint, quantity int, price numeric);"
        "CREATE TABLE sessions (id text);"
        "INSERT INTO orders SELECT n, '2026-02-28'::date + (n / 2) * interval '1 day'"
        " + (n % 2) * interval '11 h', 'c', 10, 's' || n, 'view', 5, 0, 'g'"
        " FROM generate_series(0, 21) AS n;"
        "INSERT INTO items SELECT id, 2, 5 FROM orders;"
        "INSERT INTO sessions SELECT session_id FROM orders"
    )


def forget(warehouse: Warehouse, *kept: str) -> None:
    """Make every column of orders NULL but some."""
    names = [part.split(":")[0].strip() for part in COLUMNS.split(",")]
    emptied = ", ".join(f"{name} = NULL" for name in names if name not in kept)
    warehouse.sql(f"UPDATE orders SET {emptied}")
