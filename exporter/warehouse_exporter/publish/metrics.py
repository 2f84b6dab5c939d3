"""The last passes as gauges: a collector that builds fresh families for every scrape."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache

from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from warehouse_exporter import __version__
from warehouse_exporter.config import Check, Config
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import RANK, CheckId, Outcome, Sample
from warehouse_exporter.core.names import Metric, label_name
from warehouse_exporter.kinds import all_metrics
from warehouse_exporter.kinds.freshness import Freshness
from warehouse_exporter.publish import facts
from warehouse_exporter.publish.snapshots import Snapshot, SnapshotStore

Families = dict[str, Family]
MOST_FINDINGS = 20
"""Sentences of one check: each is a series of its own, and a person reads no more."""
SHARED = (
    names.ROWS_FAILED,
    names.ROWS_CHECKED,
    names.ROWS_BEYOND_USUAL,
    names.ROWS_LEFT_UNREPAIRED,
)


class BoardCollector(Collector):
    """A collector that shows what the store holds now; never touches the warehouse."""

    def __init__(self, store: SnapshotStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def describe(self) -> Iterable[Family]:
        """No names at registration: they depend on the config, and collecting has a cost."""
        return []


class SelfCollector(BoardCollector):
    """Metrics about the exporter itself."""

    def collect(self) -> Iterator[Family]:
        """New families for each scrape, so that a series that ended is gone at once."""
        snapshot = self._store.snapshot
        yield from in_warehouse(snapshot.config, self_families(snapshot))


class LagCollector(BoardCollector):
    """The age of every newest row now: a stuck exporter cannot freeze it."""

    def collect(self) -> Iterator[Family]:
        """One family; empty without a check of freshness."""
        snapshot, now = self._store.snapshot, self._clock()
        lags = family(names.LAG)
        for check in ages(snapshot.config):
            for sample in snapshot.samples(check.id, now):
                lag = now.timestamp() - sample.values[Freshness.metric.name]
                lags.add_sample(names.LAG.name, labels_of(check.id, sample), lag)
        yield from in_warehouse(snapshot.config, [lags])


def ages(config: Config) -> tuple[Check, ...]:
    """The checks of freshness: looked for once."""
    found: tuple[Check, ...] | None = config.derived.get(ages)
    if found is None:
        found = tuple(check for check in config.checks if isinstance(check.kind, Freshness))
        config.derived[ages] = found
    return found


def in_warehouse(config: Config, families: Iterable[Family]) -> Iterator[Family]:
    """The families with the label that names the warehouse on every sample."""
    name = config.warehouse.name
    for family in families:
        for sample in family.samples:
            sample.labels[names.WAREHOUSE] = name
        yield family


def config_families(config: Config, dataset: str, checks: Sequence[Check]) -> Iterator[Family]:
    """The metrics of a dataset that come from the config: the same after every pass."""
    own = {"dataset": dataset}
    intervals = [(own, config.interval(dataset))] if checks else []
    yield from in_warehouse(config, [gauge(names.PASS_INTERVAL, intervals)])
    described_dataset = config.datasets.get(dataset)
    budget = described_dataset and described_dataset.budget
    yield from in_warehouse(config, [gauge(names.BUDGET, [(own, budget)] if budget else [])])
    yield from in_warehouse(config, [gauge(names.DATASET_INFO, facts.of_dataset(config, dataset))])
    described = [(facts.of_check(check), 1.0) for check in checks]
    limits = [line for check in checks for line in facts.limits_of(check)]
    yield from in_warehouse(config, [gauge(names.CHECK_INFO, described)])
    yield from in_warehouse(config, [gauge(names.LIMIT, limits)])
    ends = [(labels_of(c.id), c.accepted.ends.timestamp()) for c in checks if c.accepted]
    yield from in_warehouse(config, [gauge(names.ACCEPTED_UNTIL, ends)])


def pass_families(snapshot: Snapshot, dataset: str) -> Iterator[Family]:
    """When the last pass over a dataset was, how long it took, and which day it was about."""
    took, at = snapshot.seconds.get(dataset), snapshot.succeeded.get(dataset)
    own, pace = {"dataset": dataset}, snapshot.paces.get(dataset)
    again = [] if pace is None or pace.again is None else [(own, pace.again)]
    found = [
        gauge(names.PASS_DELAY, [] if pace is None else [(own, pace.delay)]),
        gauge(names.RECHECK_INTERVAL, again),
        gauge(names.RECHECK_PAUSED, [] if pace is None else [(own, float(pace.paused))]),
        gauge(names.PASS_DURATION, [] if took is None else [(own, took)]),
        gauge(names.PASS_SUCCESS, [] if at is None else [(own, at.timestamp())]),
        counter(names.WORK, [] if took is None else [(own, snapshot.work.get(dataset, 0.0))]),
        gauge(names.EXPECTED_DAY, facts.expected_day_of(snapshot.config, dataset, at)),
    ]
    yield from in_warehouse(snapshot.config, found)


def families(snapshot: Snapshot, checks: Sequence[Check], now: datetime) -> Iterator[Family]:
    """Everything that the store holds of some checks, but for the ages."""
    yield from in_warehouse(snapshot.config, families_of_checks(snapshot, checks, now))


def families_of_checks(
    snapshot: Snapshot, checks: Sequence[Check], now: datetime
) -> Iterator[Family]:
    """The same, without the name of the warehouse."""
    values, dropped = check_families(snapshot, checks, now)
    yield from values.values()
    yield from state_families(snapshot, checks, now)
    costs = [(c.id, snapshot.costs[c.id]) for c in checks if c.id in snapshot.costs]
    yield gauge(names.COST, [(labels_of(check), seconds) for check, seconds in costs])
    yield gauge(names.SERIES_DROPPED, [(labels_of(c), float(n)) for c, n in dropped.items()])


def check_families(
    snapshot: Snapshot, checks: Iterable[Check], now: datetime
) -> tuple[Families, Counter[CheckId]]:
    """The gauges of some checks, and how many series each lost because their labels were taken.

    Of several, the worst is kept: the alert then fires whenever the gate, which sees all, fails.
    """
    families: Families = {}
    helps = described()
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    dropped: Counter[CheckId] = Counter()
    for check in checks:
        for sample in snapshot.samples(check.id, now):
            labels = labels_of(check.id, sample)
            identity = frozenset(labels.items())
            for name, value in sample.values.items():
                if (name, identity) in seen:
                    dropped[check.id] += 1
                    continue
                seen.add((name, identity))
                if name not in families:
                    families[name] = family(helps[name])
                families[name].add_sample(name, labels, value)
    return families, dropped


@cache
def described() -> Mapping[str, Metric]:
    """The gauges that a check may have, by name."""
    return {metric.name: metric for metric in (*all_metrics().values(), *SHARED)}


def labels_of(check: CheckId, sample: Sample | None = None) -> dict[str, str]:
    """The labels of a check's series, and those of one sample of it."""
    own = {label_name(name): text for name, text in sample.labels.items()} if sample else {}
    return {"dataset": check.dataset, "check": check.name, **own}


def state_families(snapshot: Snapshot, checks: Iterable[Check], now: datetime) -> Iterator[Family]:
    """Whether each configured check is measured or skipped, and why it is not measured."""
    measured, skipped, reasons, outcomes, accepted = [], [], [], [], []
    checks = tuple(checks)
    judged = {check.id for check in checks if check.worst_severity is not None}
    accepting = {check.id for check in checks if check.accepted is not None}
    for check, result in snapshot.current(now, checks).items():
        labels = labels_of(check)
        worst = result.worst
        if check in judged:
            outcomes.append((labels, float(result.number)))
        if check in accepting:
            accepted.append((labels, float(result.accepted)))
        measured.append((labels, float(worst.outcome is not Outcome.UNMEASURED)))
        skipped.append((labels, float(worst.outcome is Outcome.SKIPPED)))
        if worst.reason is not None:
            reasons.append(({**labels, "reason": worst.reason.value}, 1.0))
    yield gauge(names.OUTCOME, outcomes)
    yield gauge(names.ACCEPTED, accepted)
    yield gauge(names.MEASURED, measured)
    yield gauge(names.SKIPPED, skipped)
    yield gauge(names.UNMEASURED_REASON, reasons)
    yield gauge(names.FINDING, findings(snapshot, checks, now))


def findings(snapshot: Snapshot, checks: Iterable[Check], now: datetime) -> Samples:
    """The sentences of what is found, worst first; of one check no more than `MOST_FINDINGS`."""
    for check, result in snapshot.current(now, checks).items():
        told = [v for v in result.verdicts if v.severity or v.outcome is Outcome.UNMEASURED]
        seen: set[frozenset[tuple[str, str]]] = set()
        for verdict in sorted(told, key=lambda one: RANK[one.outcome]):
            severity = verdict.severity.value if verdict.severity else names.UNMEASURED
            labels = labels_of(check, verdict.sample)
            identity = frozenset(labels.items())
            if identity in seen or len(seen) == MOST_FINDINGS:
                continue
            seen.add(identity)
            silent = {"accepted": verdict.accepted.text} if verdict.accepted else {}
            yield {**labels, **silent, "severity": severity, "sentence": verdict.sentence}, 1.0


def self_families(snapshot: Snapshot) -> Iterator[Family]:
    """Metrics about the exporter itself."""
    last = snapshot.last
    if last is not None:
        yield gauge(names.UP, [({}, float(last.up))])
    yield counter(names.PASSES, [({}, snapshot.counts.passes)])
    yield counter(names.STATEMENTS, [({}, snapshot.counts.statements)])
    failures = [({"reason": reason.value}, snapshot.counts.failures[reason]) for reason in Reason]
    yield counter(names.FAILURES, failures)
    if snapshot.config.warehouse.recheck is not None:
        budget = snapshot.config.warehouse.recheck_budget
        yield gauge(names.RECHECK_BUDGET, [({}, budget)])
        yield counter(names.RECHECK_SPENT, [({}, snapshot.rechecked)])
    yield gauge(names.CONFIG_HASH, [({"sha256": snapshot.config.sha256}, 1.0)])
    yield gauge(names.CHECKS, [({}, float(snapshot.config.size))])
    part = snapshot.config.part
    if part is not None:
        yield gauge(names.SHARD, [({"shard": str(part.number), "shards": str(part.of)}, 1.0)])
    if snapshot.rules is not None:
        yield gauge(names.RULES, [({"checksum": snapshot.rules}, 1.0)])
    yield gauge(names.RELOAD_OK, [({}, float(snapshot.reload_ok))])
    if snapshot.loaded_at is not None:
        yield gauge(names.RELOAD_TIME, [({}, snapshot.loaded_at.timestamp())])
    if snapshot.web_ok is not None:
        yield gauge(names.WEB_RELOAD_OK, [({}, float(snapshot.web_ok))])
    build = {"version": __version__, "pythonversion": platform.python_version()}
    yield gauge(names.BUILD, [(build, 1.0)])


Samples = Iterable[tuple[Mapping[str, str], float]]


def family(metric: Metric) -> Family:
    """An empty family of gauges from the last pass."""
    return Family(metric.name, f"{metric.help} {names.FROM_LAST_PASS}", "gauge")


def gauge(metric: Metric, samples: Samples) -> Family:
    """A family of gauges about ourselves."""
    made = Family(metric.name, metric.help, "gauge")
    for labels, value in samples:
        made.add_sample(metric.name, dict(labels), value)
    return made


def counter(metric: Metric, samples: Samples) -> Family:
    """A family of counters; the suffix _total is added here."""
    made = Family(metric.name, metric.help, "counter")
    for labels, value in samples:
        made.add_sample(f"{metric.name}_total", dict(labels), value)
    return made
