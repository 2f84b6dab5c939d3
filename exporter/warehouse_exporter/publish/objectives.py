"""Data objectives as gauges: what the past days spent, as they were last read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from prometheus_client.core import Metric as Family

from warehouse_exporter.core import names
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.objective import Budget
from warehouse_exporter.publish.metrics import BoardCollector, gauge, in_warehouse
from warehouse_exporter.publish.snapshots import SnapshotStore

Budgets = Callable[[], Iterable[Budget]]


class ObjectiveCollector(BoardCollector):
    """What is known of the budgets; nothing as long as the days of their windows are not read."""

    def __init__(
        self, store: SnapshotStore, clock: Callable[[], datetime], budgets: Budgets
    ) -> None:
        super().__init__(store, clock)
        self._budgets = budgets

    def collect(self) -> Iterator[Family]:
        """New families for each scrape."""
        budgets = tuple(self._budgets())
        if budgets:
            yield from in_warehouse(self._store.snapshot.config, families(budgets))


def families(budgets: Iterable[Budget]) -> Iterator[Family]:
    """The gauges of some budgets."""
    found: dict[Metric, list[tuple[dict[str, str], float]]] = {}
    for one in budgets:
        told = {
            names.OBJECTIVE: one.objective.share,
            names.OBJECTIVE_GOOD: one.right,
            names.OBJECTIVE_BAD: one.bad,
            names.OBJECTIVE_UNJUDGED: one.unjudged,
            names.OBJECTIVE_LATELY: one.lately,
            names.OBJECTIVE_IN_A_ROW: one.in_a_row,
            names.OBJECTIVE_BUDGET: one.objective.budget,
        }
        if one.right or one.bad:  # of days that nobody knows nothing is left, and nothing spent
            told[names.OBJECTIVE_REMAINING] = one.remaining
        for metric, number in told.items():
            found.setdefault(metric, []).append(({"dataset": one.dataset}, float(number)))
    for metric, samples in found.items():
        yield gauge(metric, samples)
