"""The data changes under the exporter."""

from __future__ import annotations

from labs.reliability.scenario import scenario
from labs.reliability.stage import Stage, next_pass, scraped, shown
from tests.support.serving import wait_for

ORDERS = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, channel text);
INSERT INTO orders
SELECT i, current_date - interval '12 h', i, (ARRAY['mail', 'search'])[1 + i % 2]
FROM generate_series(1, 100) i;
"""
CONFIG = """
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
      - volume: {critical: "< 50"}
      - completeness: {column: revenue, critical: "> 5%"}
"""
BY_CHANNEL = """
queries:
  - name: by_channel
    sql: select channel, count(*) as value from orders group by channel
    critical: "< 1"
"""
TWICE = """
queries:
  - name: by_channel
    sql: select channel, id as value from orders where id < 5 order by id
    critical: "> 3"
"""


@scenario(
    "truncate",
    fault="A table is truncated.",
    bound="No age, no ratio and no PASS comes from a table without rows; its count is 0.",
)
def truncate(stage: Stage) -> str:
    """An empty table is not a fresh one."""
    stage.sql(ORDERS)
    stage.write(CONFIG)
    with stage.serving() as exporter:
        lag = wait_for(lambda: exporter.metric("warehouse_freshness_lag_seconds")) or 0
        stage.sql("TRUNCATE orders")
        after = next_pass(exporter, "orders")
        assert after.value("warehouse_rows", check="volume") == 0
        assert after.values("warehouse_column_null_ratio") == []
        assert all(left >= lag for left in after.values("warehouse_freshness_lag_seconds"))
        assert after.value("warehouse_check_measured", check="freshness") == 0
        on_page = shown(exporter)
    gate = stage.gate()
    assert gate.said == on_page
    assert "PASS" not in {one.word for one in gate.said.values()}
    words = ", ".join(f"{check} {one}" for check, one in sorted(gate.said.items()))
    return f"warehouse_rows 0, no ratio, no lag but the old one, which grows;\n{words}; {gate}"


@scenario(
    "volume-falls",
    fault="A day has 10 % of its rows, and then none at all.",
    bound="FAIL from the next pass on, in every pass while it lasts.",
    long=True,
)
def volume_falls(stage: Stage) -> str:
    """A finding does not wear off."""
    stage.sql(ORDERS)
    stage.write(CONFIG)
    with stage.serving() as exporter:
        assert next_pass(exporter, "orders").value("warehouse_rows") == 100
        assert shown(exporter)["orders.volume"].word == "PASS"
        seen = []
        for kept in (10, 0):
            stage.sql("DELETE FROM orders WHERE id > %s", [kept])
            for _ in range(3):
                assert next_pass(exporter, "orders").value("warehouse_rows") == kept
                assert shown(exporter)["orders.volume"].word == "FAIL"
            gate = stage.gate()
            assert (gate.code, gate.said["orders.volume"].word) == (1, "FAIL")
            seen.append(f"{kept} rows: FAIL in each of 3 passes; {gate}")
    return "\n".join(seen)


@scenario(
    "label-vanishes",
    fault="A channel, which is a label of a query, stops appearing.",
    bound="Its series is gone with the next pass; the others stay.",
    long=True,
)
def label_vanishes(stage: Stage) -> str:
    """What is no longer in the data is no longer published."""
    stage.sql(ORDERS)
    stage.write(CONFIG + BY_CHANNEL)
    name = "warehouse_query_value"
    with stage.serving() as exporter:
        before = next_pass(exporter, "queries").values(name)
        stage.sql("DELETE FROM orders WHERE channel = 'mail'")
        after = next_pass(exporter, "queries")
        assert before == [50, 50]
        assert after.value(name, channel="mail") is None
        assert after.value(name, channel="search") == 50
        assert "mail" not in exporter.get("/").text
    gate = stage.gate("--dataset=queries")
    return f"2 series, then 1; the channel is not on the page either; {gate}"


@scenario(
    "same-labels-twice",
    fault="A query gives several rows with the same labels.",
    bound="/metrics answers 200; the series left out are counted under the name of their check, and"
    " none is left out for one that is less bad.",
)
def same_labels_twice(stage: Stage) -> str:
    """One bad query does not cost the scrape."""
    stage.sql(ORDERS)
    stage.write(CONFIG + TWICE)
    with stage.serving() as exporter:
        after = next_pass(exporter, "queries")
        dropped = after.value("warehouse_series_dropped", dataset="queries", check="by_channel")
        left = after.values("warehouse_query_value")
        assert scraped(exporter).value("warehouse_rows") == 100
        assert shown(exporter)["queries.by_channel"].word == "FAIL"
    assert (dropped, left) == (2, [4, 1])
    gate = stage.gate("--dataset=queries")
    assert gate.code == 1
    return (
        'warehouse_series_dropped{check="by_channel"} 2 of 4 rows; the one in breach stays;\n'
        f"{gate}, of all 4"
    )
