"""A finding is read again in new snapshots until it is over; nothing else is, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from warehouse_exporter.core.model import CheckId, Outcome, Pass
from warehouse_exporter.core.pace import Pace
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.scheduler import Exporter

from tests.conftest import execute
from tests.support.serving import wait_for

TABLES = """
CREATE TABLE orders (id int, ts timestamptz); INSERT INTO orders VALUES (1, now()), (1, now());
CREATE TABLE users (id int, ts timestamptz); INSERT INTO users VALUES (1, now());
CREATE TABLE visits (id int, ts timestamptz); INSERT INTO visits VALUES (1, now()), (1, now());
"""
CONFIG = """
warehouse: {{dsn: '{dsn}', recheck: 1s, recheck_budget: 1h}}
history: off
defaults: {{time: ts, key: id, every: 1h}}
datasets:
  orders: {{relation: orders, checks: [duplicates: {{critical: "> 0"}}]}}
  users: {{relation: users, checks: [duplicates: {{critical: "> 0"}}]}}
  visits:
    relation: visits
    checks: [duplicates: {{critical: "> 0", accept: {{until: 2099-12-31, reason: known}}}}]
"""
DUPLICATES = CheckId("orders", "duplicates")


def test_only_what_is_waited_for_is_read_again_until_it_is_over(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[Pass] = []
    publish = SnapshotStore.publish

    def noted(
        store: SnapshotStore, done: Pass, paces: Mapping[str, Pace], rechecked: float
    ) -> None:
        passes.append(done)
        publish(store, done, paces, rechecked)

    monkeypatch.setattr(SnapshotStore, "publish", noted)
    execute(database, TABLES)
    file = tmp_path / "config.yml"
    file.write_text(CONFIG.format(dsn=database))
    exporter = Exporter(str(file))
    exporter.start()
    try:
        wait_for(lambda: len(passes) >= 6)
        looks = passes[3:]
        assert {done.datasets for done in looks} == {frozenset({"orders"})}
        assert {done.statements for done in looks} == {1}, "as many as a usual pass over it"
        assert exporter.store.snapshot.paces["orders"] == Pace(3600.0, again=1.0)
        execute(database, "DELETE FROM orders WHERE ctid = (SELECT min(ctid) FROM orders)")
        wait_for(lambda: exporter.store.snapshot.paces["orders"] == Pace(3600.0))
        snapshot = exporter.store.snapshot
        assert snapshot.results[DUPLICATES].worst.outcome is Outcome.PASS
        assert snapshot.rechecked > 0
    finally:
        exporter.stop()
