"""The data changes under the exporter."""

from __future__ import annotations

from tests.reliability.scenario import scenario
from tests.reliability.stage import Stage, shown
from tests.serving import wait_for

ORDERS = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, channel text);
INSERT INTO orders SELECT i, now() - interval '1 day', i, 'mail' FROM generate_series(1, 100) i;
"""
EVERYTHING = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    every: 1s
    expect_by: "00:00"
    checks:
      - freshness: {critical: "> 48h"}
      - volume: {critical: "< 1"}
      - completeness: {column: revenue, critical: "> 5%"}
"""


@scenario(
    "truncate",
    fault="A table is truncated.",
    bound="No age, no ratio and no PASS of a table without rows; a count of its rows is 0.",
)
def truncate(stage: Stage) -> str:
    """S1."""
    stage.sql(ORDERS)
    stage.write(EVERYTHING)
    with stage.serving() as exporter:
        wait_for(lambda: exporter.metric("warehouse_rows", check="volume") == 100)
        assert exporter.metric("warehouse_freshness_lag_seconds") is not None
        stage.sql("TRUNCATE orders")
        wait_for(lambda: exporter.metric("warehouse_rows", check="volume") == 0)
        on_page = shown(exporter)
        ratio = exporter.metric("warehouse_column_null_ratio")
        assert ratio is None, ratio
    gate = stage.gate()
    assert gate.said == on_page
    assert "PASS" not in {one.word for one in gate.said.values()}
    words = ", ".join(f"{check} {one}" for check, one in sorted(gate.said.items()))
    return f"warehouse_rows 0, no ratio; {words}; {gate}"
