"""The last run of dbt as gauges: what was seen a moment ago, or that nothing could be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client.core import Metric as Family

from warehouse_exporter.core import names
from warehouse_exporter.dbt.run_results import Run
from warehouse_exporter.publish.metrics import BoardCollector, gauge, in_warehouse
from warehouse_exporter.publish.snapshots import Snapshot

MOST_FAILED = 20
"""Nodes that are named: each is a series of its own, and the counts have them all."""
EXPIRY = timedelta(minutes=5)
"""How long what was seen is valid; the file is looked at twice a minute."""
PENDING, EXPIRED = "pending", "expired"


class DbtCollector(BoardCollector):
    """What the store holds of dbt's last run; never touches the file."""

    def collect(self) -> Iterator[Family]:
        """Nothing at all where the config names no file."""
        snapshot = self._store.snapshot
        if snapshot.config.dbt is not None:
            run, reason = seen(snapshot, self._clock())
            yield from in_warehouse(snapshot.config, families(run, reason))


def seen(snapshot: Snapshot, now: datetime) -> tuple[Run | None, str]:
    """The last run, or the reason why it is not known."""
    last, asked = snapshot.dbt, snapshot.config.dbt
    if last is None or asked is None or last.file != asked.file:
        return None, PENDING
    if now - last.at > EXPIRY:
        return None, EXPIRED
    return last.run, last.reason


def families(run: Run | None, reason: str) -> Iterator[Family]:
    """The gauges of a run; without one, only the reason."""
    yield gauge(names.DBT_MEASURED, [({}, float(run is not None))])
    if run is None:
        yield gauge(names.DBT_REASON, [({"reason": reason}, 1.0)])
        return
    yield gauge(names.DBT_RUN_TIME, [({}, run.ended.timestamp())])
    if run.seconds is not None:
        yield gauge(names.DBT_RUN_DURATION, [({}, run.seconds)])
    for metric, counts in ((names.DBT_MODELS, run.models), (names.DBT_TESTS, run.tests)):
        yield gauge(metric, [({"status": one}, float(n)) for one, n in counts.items()])
    named = dict.fromkeys((one.node, one.sort, one.status) for one in run.failed)
    labels = [
        {"node": node, "type": sort, "status": status}
        for node, sort, status in list(named)[:MOST_FAILED]
    ]
    yield gauge(names.DBT_FAILED, [(one, 1.0) for one in labels])
