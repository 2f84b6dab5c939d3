"""Samples of what fails: only the columns that are named, only the rows that fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from tests.support.warehouses import config_of
from tests.unit.test_cli import ask

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, email text, bought text, state text);
CREATE TABLE items (order_id int, ts timestamptz, price numeric);
INSERT INTO orders VALUES
  (1, '2026-03-08 12:00+00', -5, NULL, '2026-03-09', 'x'),
  (2, '2026-03-09 12:00+00', 10, 'a@x', '2026-03-09', 'new'),
  (2, '2026-03-09 13:00+00', -1, 'b@x', '2026-03-09', 'new'),
  (3, '2026-03-09 14:00+00', 10, NULL, 'yesterday', 'new'),
  (4, '2026-03-09 15:00+00', 7, 'c@x', '2026-03-09', 'odd'),
  (5, '2026-03-09 16:00+00', 7, 'd@x', '2026-03-09', 'new'),
  (6, '2026-03-09 17:00+00', NULL, 'e@x', '2026-03-09', NULL);
INSERT INTO items VALUES (2, '2026-03-09 12:00+00', 9), (3, '2026-03-09 12:00+00', 10),
  (4, '2026-03-09 12:00+00', 6), (9, '2026-03-09 12:00+00', 1), (NULL, '2026-03-09 12:00+00', 0);
"""
ORPHANS = "orphans: {column: order_id, references: {dataset: orders}, critical: '> 0'}"
ITEMS = {"items": f"{{relation: items, time: ts, checks: [{ORPHANS}]}}"}
NAMED = "samples: {columns: [orders.id, items.order_id], rows: 3}"
AS_OF = "--as-of=2026-03-10T12:00:00+00:00"


def written(folder: Path) -> dict[str, Any]:
    """What was written of the checks, by their names."""
    (file,) = folder.glob("*/samples.json")
    found = json.loads(file.read_text())
    return {one["check"]: one for one in found["checks"]}


KINDS = [
    ("completeness: {column: email, critical: '> 0%'}", ["3"]),
    ("completeness: {column: email, window: all, critical: '> 0%'}", ["1", "3"]),
    ("completeness: {column: email, where: revenue < 0, window: all, critical: '> 0%'}", ["1"]),
    ("negative_revenue: {column: revenue, critical: '> 0'}", ["2"]),
    ("range: {column: revenue, min: 8, critical: '> 0'}", ["2", "4", "5"]),
    ("rows: {name: r, failing: revenue > 9, critical: '> 0'}", ["2", "3"]),
    ("accepted_values: {column: state, values: [new], critical: '> 0'}", ["4"]),
    ("parsable_timestamps: {column: bought, critical: '> 0'}", ["3"]),
    ("duplicates: {critical: '> 0'}", ["2"]),
    ("duplicates: {window: day, critical: '> 0'}", ["2"]),
    ("reconciliation: {sum: revenue, against: {dataset: items, sum: price, by: order_id},"
     " window: day, critical: '> 0'}", ["4", "5", "6"]),
    ("reconciliation: {sum: revenue, against: {dataset: items, sum: price, by: order_id},"
     " unmatched: ignore, window: day, critical: '> 0'}", ["4"]),
]  # fmt: skip


def test_duckdb_gives_the_same_without_a_server(tmp_path: Path) -> None:
    connection = duckdb.connect(str(tmp_path / "shop.duckdb"))
    connection.execute(f"SET TimeZone = 'UTC'; {TABLES} DELETE FROM items WHERE order_id = 9")
    connection.close()
    for place, (written_check, keys) in enumerate(KINDS):
        text = config_of(written_check, ITEMS, more=NAMED)
        file = tmp_path / "config.yml"
        file.write_text(text.replace("dsn: '${WAREHOUSE_DSN}'", "duckdb: shop.duckdb"))
        folder = tmp_path / f"samples{place}"
        told = ask("check", f"--config.file={file}", AS_OF, f"--samples-dir={folder}")
        assert told.exit_code == 1, told.output
        (found,) = written(folder).values()
        assert sorted({row[0] for row in found["rows"]}) == keys, written_check
