"""A bad build of the sample shop: stopped, put aside, and rolled back to the last known good."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from warehouse_exporter.demo import shop

from tests.conftest import execute
from tests.support import shop_warehouse
from tests.unit.test_cli import ask

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
TABLES = (
    "pipeline_logs", "raw_events", "dim_users", "fct_sessions", "fct_orders", "fct_order_items",
    "fct_order_attribution", "daily_metrics",
)  # fmt: skip


def content(dsn: str) -> dict[str, list[tuple[str, bytes]]]:
    """Every table of the shop, as text and as the bytes that the server sends."""
    return {
        name: [
            (text, bytes(sent))
            for text, sent in execute(
                dsn, f"SELECT t::text, record_send(t) FROM analytics.{name} AS t ORDER BY 1"
            )
        ]
        for name in TABLES
    }


def test_a_bad_build_is_put_aside_and_rolled_back(database: str, tmp_path: Path) -> None:
    """It "copies the current warehouse outputs to quarantine, writes a reason file, and allows
    quick rollback to last-known-good outputs in orchestration"."""
    connection = psycopg2.connect(database)
    shop.build(connection, as_of=AT, days=20, sessions_per_day=150)
    connection.close()
    words = [f"--config.file={shop_warehouse.CONFIG}", f"--as-of={AT.isoformat()}"]
    good = content(database)
    told = ask("snapshot", *words, f"--output={tmp_path / 'good'}", dsn=database)
    assert told.exit_code == 0, told.output
    execute(
        database,
        "UPDATE analytics.fct_orders SET revenue = -revenue WHERE order_ts >= '2026-03-09';"
        "DELETE FROM analytics.fct_order_items WHERE order_ts >= '2026-03-09'",
    )
    told = ask("check", *words, f"--quarantine-dir={tmp_path / 'quarantine'}", dsn=database)
    assert told.exit_code == 1, told.output
    (copy,) = (tmp_path / "quarantine").glob("warehouse_quarantine_*")
    assert "fct_orders" in (copy / "reason.md").read_text()
    assert b"-" in gzip.decompress((copy / "orders.csv.gz").read_bytes())
    (tmp_path / "dsn").write_text(f"{database}?application_name=loader")
    told = ask(
        "restore", words[0], f"--from={tmp_path / 'good'}", "--yes",
        f"--writer-dsn-file={tmp_path / 'dsn'}", dsn=database,
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert content(database) == good
    assert ask("check", *words, dsn=database).exit_code == 0
