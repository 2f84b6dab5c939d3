"""A finding outlives its check's blindness, and nothing else: it ends when the check is measured.

Each test watches the alerts of a real Prometheus all the time, on the real exporter and database.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from warehouse_exporter.alerting.rules import render
from warehouse_exporter.config import load
from warehouse_exporter.core.names import ALERT_UNMEASURED
from warehouse_exporter.kinds.completeness import Completeness
from warehouse_exporter.kinds.query import Query

from tests.chain.e2e.servers import PrometheusServer
from tests.conftest import execute
from tests.support.programs import needs
from tests.support.serving import Serving, wait_for

pytestmark = needs("prometheus")
CONFIG = """
warehouse: {{dsn: "{dsn}", statement_timeout: 10s, lock_timeout: 5s, pass_timeout: 3s}}
alerts: {{unmeasured_for: 1s}}
datasets:
  orders:
    relation: orders
    every: 1s
    checks:
      - completeness: {{column: client_id, critical: "> 5%"}}
queries:
  - name: stuck
    dataset: orders
    sql: SELECT shop, count(*) AS value FROM orders WHERE stuck GROUP BY shop
      UNION ALL SELECT 'all', count(*) FROM orders WHERE stuck
    critical: "> 3"
"""
GOOD = """
CREATE TABLE orders (id bigint, client_id text, shop text, stuck boolean);
INSERT INTO orders SELECT n, 'c', 'a', false FROM generate_series(1, 10) AS n
"""
INCOMPLETE = "UPDATE orders SET client_id = NULL WHERE id <= 5"
COMPLETE = "UPDATE orders SET client_id = 'c'"
STUCK = "UPDATE orders SET stuck = true WHERE id <= 5"
BLIND = "ALTER TABLE orders RENAME TO gone"
SEEING = "ALTER TABLE gone RENAME TO orders"
FINDING = (Completeness.alert, "completeness_client_id", "")
UNSEEN = (ALERT_UNMEASURED, "completeness_client_id", "")
SHOP = (Query.alert, "stuck", "a")
VALUE = "value=0.5000 (50%) (limit > 5%)"
GAUGE = Completeness.metric.name
Received = tuple[str, str, str]
"""The name of an alert, its check, and its shop."""


def told(alert: Any) -> Received:
    """Which of the alerts above it is."""
    labels = alert["labels"]
    return labels["alertname"], labels["check"], labels.get("shop", "")


@dataclass
class Watch:
    """A database, the exporter on it, and everything that its Prometheus ever said."""

    dsn: str
    exporter: Serving
    prometheus: PrometheusServer
    seen: list[dict[Received, Any]] = field(default_factory=list)

    def look(self, ended: threading.Event) -> None:
        """Note all alerts, again and again."""
        while not ended.wait(0.03):
            self.seen.append({told(alert): alert for alert in self.prometheus.alerts_on_data()})

    def fires(self, *alerts: Received) -> bool:
        """Whether all of them fire now."""
        last = self.seen[-1] if self.seen else {}
        return all(last.get(alert, {}).get("state") == "firing" for alert in alerts)

    def wait_firing(self, *alerts: Received) -> None:
        """Until all of them fire."""
        wait_for(lambda: self.fires(*alerts))

    def wait_silent(self, alert: Received) -> None:
        """Until it is neither pending nor firing."""
        wait_for(lambda: alert not in self.seen[-1])

    def wait_shown(self, expression: str) -> None:
        """Until Prometheus has an answer to an expression."""
        wait_for(lambda: self.prometheus.query(expression))

    def blind(self) -> None:
        """Take the table away, until everybody knows and its last values are gone."""
        execute(self.dsn, BLIND)
        self.wait_firing(UNSEEN)
        self.wait_shown(f"absent({GAUGE})")
        self.wait_judged()

    def wait_judged(self) -> None:
        """Until Prometheus has judged three times more."""
        judged: set[str] = set()

        def thrice() -> bool:
            group, _ = self.prometheus.get("/api/v1/rules")["data"]["groups"]
            judged.add(group["lastEvaluation"])
            return len(judged) > 3

        wait_for(thrice)

    def since(self, start: int, alert: Received) -> list[Any]:
        """What every look since the first `start` ones showed of an alert; None: nothing."""
        return [look.get(alert) for look in self.seen[start:]]


@pytest.fixture
def watch(database: str, tmp_path: Path) -> Iterator[Watch]:
    """Ten good orders, watched every second."""
    execute(database, GOOD)
    file, rules = tmp_path / "config.yml", tmp_path / "rules.yml"
    file.write_text(CONFIG.format(dsn=database))
    rules.write_text(render(load(file)))
    ended = threading.Event()
    with Serving(file) as exporter, PrometheusServer([exporter.address], [rules]) as prometheus:
        found = Watch(database, exporter, prometheus)
        looking = threading.Thread(target=found.look, args=(ended,))
        looking.start()
        try:
            wait_for(lambda: prometheus.query("min(warehouse_check_measured) == 1"))
            yield found
        finally:
            ended.set()
            looking.join()


def assert_held(history: list[Any]) -> None:
    """It fired all the time, as one alert, and kept its value."""
    assert len(history) > 10
    assert {alert and alert["state"] for alert in history} == {"firing"}
    assert len({frozenset(alert["labels"].items()) for alert in history}) == 1
    assert len({alert["activeAt"] for alert in history}) == 1, "it resolved between two looks"
    assert [a for a in history if not a["annotations"]["description"].startswith(VALUE)] == []


def test_a_finding_holds_until_its_check_is_measured_again(watch: Watch) -> None:
    execute(watch.dsn, INCOMPLETE)
    watch.wait_firing(FINDING)
    start = len(watch.seen)
    watch.blind()
    execute(watch.dsn, COMPLETE.replace("orders", "gone"))
    watch.wait_judged()
    assert watch.fires(FINDING, UNSEEN)
    assert_held(watch.since(start, FINDING))
    execute(watch.dsn, SEEING)
    watch.wait_silent(FINDING)
    watch.wait_silent(UNSEEN)


def test_a_finding_holds_until_an_exporter_that_was_killed_has_measured_it(watch: Watch) -> None:
    execute(watch.dsn, INCOMPLETE)
    watch.wait_firing(FINDING)
    start = len(watch.seen)
    watch.exporter.end(signal.SIGKILL)
    watch.wait_shown(f"up == 0 and on() absent({GAUGE})")
    watch.wait_judged()
    with closing(psycopg2.connect(watch.dsn)) as load:
        load.cursor().execute("LOCK TABLE orders")  # so that the first pass lasts
        with watch.exporter:
            watch.wait_shown('warehouse_check_unmeasured_reason{reason="pending"}')
            watch.wait_firing(UNSEEN)
            watch.wait_judged()
            assert watch.prometheus.query(GAUGE) == []
            load.commit()
            watch.wait_silent(UNSEEN)
            watch.wait_judged()
            assert_held(watch.since(start, FINDING))
            execute(watch.dsn, COMPLETE)
            watch.wait_silent(FINDING)


def test_what_was_skipped_or_is_gone_does_not_come_back_when_nothing_is_measured(
    watch: Watch,
) -> None:
    execute(watch.dsn, INCOMPLETE)
    execute(watch.dsn, STUCK)
    watch.wait_firing(FINDING, SHOP)
    execute(watch.dsn, "DELETE FROM orders")
    watch.wait_silent(FINDING)
    watch.wait_silent(SHOP)
    assert watch.prometheus.query('warehouse_check_skipped{check="completeness_client_id"} == 1')
    start = len(watch.seen)
    watch.blind()
    assert {*watch.since(start, FINDING), *watch.since(start, SHOP)} == {None}
