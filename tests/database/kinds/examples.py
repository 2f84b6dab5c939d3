"""The examples of all kinds, gathered from their tests, and the data on which they pass."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from types import ModuleType

from warehouse_exporter.kinds import all_kinds

from tests.database.kinds.example import Example
from tests.support.warehouses import Warehouse, config_of

COLUMNS = (
    "id: bigint, ts: timestamptz, client_id: text, revenue: numeric, session_id: text,"
    " event: text, rows_read: bigint, rows_quarantined: bigint, gclid: text, stamp: text,"
    " document: jsonb"
)
ORDERS = f"{{relation: orders, time: ts, key: id, columns: {{{COLUMNS}}}}}"
READ = ["read: {dataset: orders, sum: rows_read}", "twice: {dataset: orders, sum: rows_read * 2}"]
"""Metrics that nothing else judges, for the kind that wants two of them."""
OTHERS = {"items": "{relation: items}", "sessions": "{relation: sessions, key: id}"}


def tests_of_kinds() -> dict[str, ModuleType]:
    """The test of every kind that has one."""
    tests = {kind: f"{__package__}.test_{kind}" for kind in all_kinds()}
    return {k: importlib.import_module(name) for k, name in tests.items() if find_spec(name)}


TESTS = tests_of_kinds()
EXAMPLES: dict[str, Example] = {
    kind: test.EXAMPLE for kind, test in TESTS.items() if hasattr(test, "EXAMPLE")
}
"""What each test calls `EXAMPLE`."""


def config_with(examples: list[Example]) -> str:
    """A config with some examples, each in its section."""
    names = {id(example): kind for kind, example in EXAMPLES.items()}
    items = [f"{names[id(e)]}: {{{e.written}}}" for e in examples if e.section == "checks"]
    metrics, sections = [], []
    if any(example.section in ("metrics", "anomalies") for example in examples):
        metrics.append(f"revenue: {{{EXAMPLES['metric'].written}}}")
    if any(names[id(example)] == "joint_fall" for example in examples):
        metrics += READ
    if metrics:
        sections.append(f"metrics: {{{', '.join(metrics)}}}")
    for section in ("anomalies", "queries"):
        listed = ", ".join(f"{{{e.written}}}" for e in examples if e.section == section)
        sections.append(f"{section}: [{listed}]")
    return config_of("\n".join(items), OTHERS, orders=ORDERS, more="\n".join(sections))


def build(warehouse: Warehouse) -> None:
    """Eleven good days of two orders each, up to today, with their items and sessions."""
    warehouse.sql(
        "CREATE TABLE orders (id bigint, ts timestamptz, client_id text, revenue numeric,"
        " session_id text, event text, rows_read bigint, rows_quarantined bigint, gclid text,"
        " stamp text, document jsonb);"
        "CREATE TABLE items (order_id bigint, quantity int, price numeric);"
        "CREATE TABLE sessions (id text);"
        "INSERT INTO orders SELECT n, '2026-02-28'::date + (n / 2) * interval '1 day'"
        " + (n % 2) * interval '11 h', 'c', 10, 's' || n, 'view', 5, 0, 'g', '2026-03-01 12:00Z',"
        ' \'{"items": [{"price": 5}]}\''
        " FROM generate_series(0, 21) AS n;"
        "INSERT INTO items SELECT id, 2, 5 FROM orders;"
        "INSERT INTO sessions SELECT session_id FROM orders"
    )


def forget(warehouse: Warehouse, *kept: str) -> None:
    """Make every column of orders NULL but some."""
    names = [part.split(":")[0].strip() for part in COLUMNS.split(",")]
    emptied = ", ".join(f"{name} = NULL" for name in names if name not in kept)
    warehouse.sql(f"UPDATE orders SET {emptied}")
