"""Closed days are read again on request, and when the config of their dataset is another one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.server.lanes import lanes
from warehouse_exporter.server.reloads import unchanged

from tests.chain.test_process import BACKENDS, LAST_SUCCESS
from tests.conftest import execute
from tests.support.serving import Serving, wait_for

TABLES = """
CREATE TABLE orders (id int, ts timestamptz, client text);
INSERT INTO orders SELECT n, now() - n * interval '1 day', 'c' FROM generate_series(1, 9) AS n;
CREATE INDEX ON orders (ts);
CREATE TABLE visits AS SELECT * FROM orders;
CREATE INDEX ON visits (ts);
CREATE VIEW slowly AS SELECT 1 AS n FROM pg_sleep(1);
"""
DAMAGE = """
UPDATE orders SET client = NULL WHERE id = 5;
UPDATE visits SET client = NULL WHERE id IN (5, 6);
"""
"""Rows of days that are closed."""
CONFIG = """
warehouse: {{dsn: "{dsn}"}}
datasets:
  orders: {{relation: orders, time: ts, every: 1h, checks: [{{{check}}}]}}
  visits: {{relation: visits, time: ts, every: {visits}, checks: [{{{check}}}]}}
{more}
"""
CHECK = "completeness: {column: client, window: 9d, critical: '> 0'}"
ANOTHER_LIMIT = CHECK.replace("> 0", "> 1%")
OWN = "queries: [{name: slow, dataset: orders, sql: 'select n from slowly', critical: '< 0'}]"
LIFECYCLE = ["--web.enable-lifecycle"]


def write(folder: Path, dsn: str, more: str = "", visits: str = "1h") -> Path:
    """A config file; passes come only when they are asked for."""
    file = folder / "config.yml"
    file.write_text(CONFIG.format(dsn=dsn, check=CHECK, more=more, visits=visits))
    return file


@pytest.fixture
def shop(database: str) -> str:
    """Two tables without damage."""
    execute(database, TABLES)
    return database


def failed(exporter: Serving, dataset: str) -> float | None:
    """The rows without a client."""
    return exporter.metric("warehouse_rows_failed", dataset=dataset)


def after(exporter: Serving, path: str, code: int) -> tuple[float | None, float | None]:
    """The damage that the passes see that a request leads to: in orders, and in visits."""
    asked = time.time()
    assert exporter.post(path).status_code == code

    def passed(dataset: str) -> bool:
        return (exporter.metric(LAST_SUCCESS, dataset=dataset) or 0) > asked

    wait_for(lambda: passed("orders") and passed("visits"))
    return failed(exporter, "orders"), failed(exporter, "visits")


def test_a_full_collect_reads_closed_days_again(shop: str, tmp_path: Path) -> None:
    with Serving(write(tmp_path, shop), LIFECYCLE) as exporter:
        exporter.wait_ready()
        execute(shop, DAMAGE)
        assert after(exporter, "/-/collect", 202) == (0, 0)
        assert after(exporter, "/-/collect?full=false", 202) == (0, 0)
        answer = exporter.post("/-/collect?full=maybe")
        assert answer.status_code == 400
        assert answer.text == "full is true or false, not 'maybe'\n"
        assert after(exporter, "/-/collect?full=true", 202) == (1, 2)
        assert after(exporter, "/-/collect", 202) == (1, 2)


def test_a_reload_reads_the_closed_days_of_what_has_changed(shop: str, tmp_path: Path) -> None:
    file = write(tmp_path, shop)
    with Serving(file, LIFECYCLE) as exporter:
        exporter.wait_ready()
        execute(shop, DAMAGE)
        assert after(exporter, "/-/reload", 200) == (0, 0), "it is the same"
        write(tmp_path, shop, visits="2h")
        assert after(exporter, "/-/reload", 200) == (0, 2), "visits are another dataset now"
        file.write_text(file.read_text().replace("critical: '> 0'", "critical: '> 1%'", 1))
        assert after(exporter, "/-/reload", 200) == (1, 2), "orders have another check now"


def test_a_full_collect_during_a_pass_is_honoured_after_it(shop: str, tmp_path: Path) -> None:
    with Serving(write(tmp_path, shop, OWN), LIFECYCLE) as exporter:
        exporter.wait_ready()
        execute(shop, DAMAGE)
        assert exporter.post("/-/collect").status_code == 202
        wait_for(lambda: "slowly" in str(execute(shop, BACKENDS)))
        assert exporter.post("/-/collect?full=true").status_code == 202
        wait_for(lambda: (failed(exporter, "orders"), failed(exporter, "visits")) == (1, 2))


FIRST = """
warehouse: {dsn: "dbname=one", timezone: UTC, statement_timeout: 60s}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    checks:
      - volume: {critical: '< 1'}
      - orphans: {column: id, references: {dataset: visits}, critical: '> 0'}
  visits: {relation: visits, time: ts, key: id, checks: [volume: {critical: '< 1'}]}
metrics:
  orders: {dataset: orders, count: '*'}
  visits: {dataset: visits, count: '*'}
  conversion: {ratio: [orders, visits]}
anomalies: [{metrics: [conversion], method: zscore, critical: {z: 9}}]
"""
ALL = {
    "orders.volume", "orders.orphans_id", "visits.volume", "orders.metric_orders",
    "visits.metric_visits", "orders.metric_conversion", "orders.zscore_conversion",
}  # fmt: skip
OF_ORDERS = {"orders.volume", "orders.metric_orders"}
OF_VISITS = {"visits.volume", "visits.metric_visits"}
RELOADS = [
    ("statement_timeout: 60s", "statement_timeout: 9s", ALL),
    ("dbname=one", "dbname=other", set()),
    ("timezone: UTC", "timezone: Europe/Berlin", set()),
    ("relation: visits, time: ts", "relation: visits, time: at", OF_ORDERS),
    ("    time: ts\n", "    time: at\n", OF_VISITS),
    ("      - volume: {critical: '< 1'}\n", "      - volume: {critical: '< 2'}\n", OF_VISITS),
    ("visits, count: '*'", "visits, sum: id", OF_ORDERS),
]


def made(text: str) -> Config:
    """The config."""
    return parse(text, "test.yml", {})


@pytest.mark.parametrize(("before", "then", "same"), RELOADS)
def test_what_a_reload_leaves_as_it_was(before: str, then: str, same: set[str]) -> None:
    assert FIRST.count(before) == 1
    found = unchanged(made(FIRST), made(FIRST.replace(before, then)))
    assert {str(check) for check in found} == same


def test_a_ratio_is_read_in_one_snapshot_with_both_of_its_parts() -> None:
    (lane,) = lanes(made(FIRST))
    assert lane.datasets == {"orders", "visits"}
    (alone,) = lanes(made(FIRST.replace("      - orphans", "      #")))
    assert alone.datasets == {"orders", "visits"}
