"""What a config watches, as far as dashboards have to know: nothing that it lacks is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse_exporter.config import Check, Config
from warehouse_exporter.kinds.anomaly import Anomaly
from warehouse_exporter.kinds.metric import FORMS, Metric
from warehouse_exporter.kinds.shared.base import Share
from warehouse_exporter.kinds.shared.totals import ROW

REVENUE = frozenset(
    {"reconciliation", "reconciliation_total", "incomparable", "missing_revenue", "agreement",
     "negative_revenue", "zero_revenue", "line_revenue", "daily_aggregates"}
)  # fmt: skip
"""Kinds that say whether the amounts are right."""
ATTRIBUTION = frozenset(
    {"attribution_coverage", "over_attribution", "tracking_coverage", "channel_mix"}
)
"""Kinds that say whether the amounts are credited to the right channels."""
ARRIVAL = frozenset(
    {"freshness", "deadline", "partition_freshness", "missing_days", "volume", "duplicates",
     "orphans", "required_columns", "column_types"}
)  # fmt: skip
"""Kinds without which nobody may believe an amount: the rows are there, once each."""


@dataclass(frozen=True)
class Watched:
    """The checks of a config, by what is asked of them here."""

    config: Config

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that some check is of."""
        return frozenset(check.kind.kind for check in self.config.checks)

    def gauges(self, kinds: Iterable[str] | None = None) -> frozenset[str]:
        """The gauges that checks, or those of some kinds, may export."""
        wanted = None if kinds is None else frozenset(kinds)
        return frozenset(
            gauge.name
            for check in self.config.checks
            if wanted is None or check.kind.kind in wanted
            for gauge in (check.kind.metric, *check.kind.more_metrics)
        )

    def shares(self) -> frozenset[str]:
        """The gauges that are a share of rows."""
        kinds = (check.kind for check in self.config.checks if isinstance(check.kind, Share))
        names = (kind.metric.name for kind in kinds)
        return frozenset(name for name in names if name.endswith("_ratio"))  # others are amounts

    def datasets(self, kinds: Iterable[str]) -> frozenset[str]:
        """The datasets that checks of some kinds read, and those that they are built from."""
        wanted = frozenset(kinds)
        found: set[str] = set()
        waiting = [
            name
            for check in self.config.checks
            if check.kind.kind in wanted
            for name in (check.id.dataset, *check.kind.refers_to())
        ]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                known = self.config.datasets.get(name)
                waiting += known.depends_on if known else ()
        return frozenset(found)

    def baseline(self, metric: str) -> Check | None:
        """The check that draws the band of a metric: of several, one that has two sides."""
        found = [
            check
            for check in self.config.checks
            if isinstance(check.kind, Anomaly) and check.kind.metrics == (metric,)
        ]
        found.sort(key=lambda check: getattr(check.kind, "method", None) == "change")
        return found[0] if found else None

    def metric_check(self, metric: str) -> Check:
        """The check that exports a metric."""
        checks = self.config.checks
        return next(c for c in checks if isinstance(c.kind, Metric) and c.kind.name == metric)

    def to_draw(self) -> tuple[str, ...]:
        """The metrics with a band, or all where none has one: amounts, then rates with a limit."""
        every = self.config.metrics
        found = [name for name in every if self.baseline(name)] or list(every)

        def order(name: str) -> tuple[bool, bool]:
            return self.is_rate(name), not every[name].limits()

        return tuple(sorted(found, key=order))

    def is_rate(self, name: str) -> bool:
        """Whether a metric is a ratio of two numbers of the same form: a share, and no amount."""
        ratio = self.config.metrics[name].ratio
        if ratio is None:
            return False
        above, below = (form_of(self.config.metrics[part]) for part in ratio)
        return above == below

    def rates(self) -> tuple[str, ...]:
        """The metrics that are rates."""
        return tuple(name for name in self.config.metrics if self.is_rate(name))

    def counts(self) -> tuple[str, ...]:
        """The metrics that count all rows of a dataset."""
        found = self.config.metrics.items()
        return tuple(name for name, one in found if one.count == ROW and one.where is None)

    def funnel(self) -> tuple[str, ...]:
        """The longest chain of metrics of which each is a share of the one before it."""
        steps = {self.config.metrics[name].ratio for name in self.rates()}
        return max(chains({step for step in steps if step}), key=len, default=())


def form_of(metric: Metric) -> str:
    """Which form a metric has."""
    return next(form for form in FORMS if getattr(metric, form) is not None)


def chains(steps: set[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Every chain (of three or more) from a denominator to its numerator, and on from that."""
    found: list[tuple[str, ...]] = [(below, above) for above, below in sorted(steps)]
    grown: list[tuple[str, ...]] = []
    for _ in steps:
        grown += [one for one in found if len(one) > 2]
        found = [
            (*one, above)
            for one in found
            for above, below in sorted(steps)
            if below == one[-1] and above not in one
        ]
    return [*grown, *(one for one in found if len(one) > 2)]
