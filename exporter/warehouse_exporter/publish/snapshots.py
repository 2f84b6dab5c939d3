"""The published snapshot: the latest result of every check, and when it expires.

Passes replace results by reference, so a scrape sees whole passes only. A check that could not be
measured shows it at once; its last value stays for three intervals and then disappears.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from warehouse_exporter.config import Check, Config
from warehouse_exporter.core.closures import Learned
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.model import RANK, Asked, CheckId, Outcome, Pass, Result, Sample
from warehouse_exporter.core.pace import Pace
from warehouse_exporter.dbt.run_results import Run
from warehouse_exporter.passes.sentences import worded
from warehouse_exporter.passes.verdicts import not_measured
from warehouse_exporter.publish.grouped import Grouped

FINDINGS = (Outcome.CRITICAL, Outcome.UNMEASURED, Outcome.WARNING)
NO_PACES: Mapping[str, Pace] = MappingProxyType({})
EXPIRY_INTERVALS = 3
"""Intervals after which a value that no pass has refreshed expires."""


@dataclass(frozen=True)
class Counts:
    """Counters since the start of the process."""

    passes: int = 0
    statements: int = 0
    failures: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True)
class LastRun:
    """What was seen of dbt's last run: the file, when it was looked at, the run or why not."""

    file: Path
    at: datetime
    run: Run | None = None
    reason: str = ""


@dataclass(frozen=True)
class Snapshot:
    """Everything published at one moment.

    The results of a dataset are unchanged while its number in `versions` is. `rules` is the
    checksum of the rules for the config; None until it has been computed. `opened` says since when
    a finding is open, where this process saw it begin. `paces` says how often each dataset is read
    at the moment, and `rechecked` how many seconds of the warehouse's work passes have taken that
    looked again at findings. `closures` has what is known of the closed weekdays of datasets.
    looked again at findings. `work` is the same of all passes over a dataset.
    """

    config: Config
    results: Grouped[Result] = field(default_factory=Grouped)
    measured: Grouped[Result] = field(default_factory=Grouped)
    succeeded: Mapping[str, datetime] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    costs: Grouped[float] = field(default_factory=Grouped)
    sql: Grouped[tuple[Asked, ...]] = field(default_factory=Grouped)
    opened: Grouped[datetime] = field(default_factory=Grouped)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    rechecked: float = 0.0
    work: Mapping[str, float] = field(default_factory=dict)
    last: Pass | None = None
    counts: Counts = field(default_factory=Counts)
    versions: Mapping[str, int] = field(default_factory=dict)
    rules: str | None = None
    loaded_at: datetime | None = None
    reload_ok: bool = True
    web_ok: bool | None = None
    dbt: LastRun | None = None
    closures: Mapping[str, Learned] = field(default_factory=dict)

    def age_limit(self, check: CheckId) -> timedelta:
        """How long a value of this check is valid."""
        every, pace = self.config.interval(check.dataset), self.paces.get(check.dataset)
        delay = pace.delay if pace else 0.0
        longest = EXPIRY_INTERVALS * every + delay + self.config.warehouse.pass_timeout
        return timedelta(seconds=longest)

    def current(
        self, now: datetime, checks: Iterable[Check] | None = None
    ) -> dict[CheckId, Result]:
        """The result of every configured check at `now`, or of some; expired means unmeasured."""
        found = {}
        for check in self.config.checks if checks is None else checks:
            result = self.results.get(check.id)
            if result is None:
                error = Unmeasured(Reason.PENDING, "waiting for the first pass")
                result = Result(check.id, (worded(check, not_measured(error), now),), now)
            elif now - result.measured_at > self.age_limit(check.id):
                since = f"{result.measured_at:%Y-%m-%d %H:%M:%S} UTC"
                error = Unmeasured(Reason.EXPIRED, f"no pass since {since}")
                said = worded(check, not_measured(error), now)
                result = Result(check.id, (said,), result.measured_at)
            found[check.id] = result.at(now)
        return found

    def next_expiry(self, now: datetime, checks: Iterable[Check] | None = None) -> datetime | None:
        """The next time at which a result of these checks is another one; None for never.

        That is when it expires, or just before what is accepted is loud again.
        """
        checks = tuple(self.config.checks if checks is None else checks)
        ends = [
            check.accepted.ends - timedelta.resolution
            for check in checks
            if check.accepted is not None
        ]
        ends += [
            result.measured_at + self.age_limit(check.id)
            for check in checks
            for results in (self.results, self.measured)
            if (result := results.get(check.id)) is not None
        ]
        return min((end for end in ends if end >= now), default=None)

    def samples(self, check: CheckId, now: datetime) -> list[Sample]:
        """The last measured values of a check, worst first, until they expire."""
        result = self.measured.get(check)
        if result is None or now - result.measured_at > self.age_limit(check):
            return []
        worst_first = sorted(result.verdicts, key=lambda verdict: RANK[verdict.outcome])
        judged = [verdict.sample for verdict in worst_first if verdict.sample is not None]
        return [*judged, *(other for sample in judged for other in sample.beside)]


Hears = Callable[[Collection[str], Snapshot], None]


class SnapshotStore:
    """Holds the current snapshot; only passes and reloads replace it."""

    def __init__(self, config: Config, now: datetime) -> None:
        self._lock = threading.Lock()
        self._hears: Hears = lambda datasets, snapshot: None
        self.snapshot = Snapshot(config, loaded_at=now)

    def tell(self, hears: Hears) -> None:
        """Register a listener for changed datasets and the new snapshot."""
        self._hears = hears

    def publish(
        self, done: Pass, paces: Mapping[str, Pace] = NO_PACES, rechecked: float = 0.0
    ) -> None:
        """Take in a finished pass, and how often its datasets are read from now on."""
        touched = {check.dataset for check in done.results}
        with self._lock:
            old = self.snapshot
            measured = {
                check: result
                for check, result in done.results.items()
                if result.worst.outcome is not Outcome.UNMEASURED
            }
            reached = dict.fromkeys(done.datasets, done.as_of) if done.up else {}
            self.snapshot = replace(
                old,
                results=old.results.with_all(done.results),
                measured=old.measured.with_all(measured),
                succeeded={**old.succeeded, **reached},
                seconds={**old.seconds, **dict.fromkeys(done.datasets, done.seconds)},
                costs=old.costs.with_all({**dict.fromkeys(done.results, 0.0), **done.costs}),
                sql=old.sql.with_all(done.sql),
                opened=opened(old, done),
                paces={**old.paces, **paces},
                rechecked=max(old.rechecked, rechecked),
                work={**old.work, **worked(old.work, done)},
                versions=raised(old.versions, touched),
                last=done,
                closures={**old.closures, **done.closures},
                counts=Counts(
                    old.counts.passes + 1,
                    old.counts.statements + done.statements,
                    old.counts.failures + Counter(done.failures),
                ),
            )
            fresh = self.snapshot
        self._hears(touched, fresh)

    def reconfigure(self, config: Config, now: datetime, rules: str | None = None) -> None:
        """Take in a new config; the results of checks that are still the same stay."""
        self.prepare(config, now, rules)()

    def prepare(self, config: Config, now: datetime, rules: str | None) -> Callable[[], None]:
        """What takes in a new config in no time: all that takes time is done before."""
        before = self.snapshot.config
        kept = {check.id for check in config.checks if before.by_id.get(check.id) == check}
        touched = changed(before, config, kept)

        def after(old: Snapshot) -> Snapshot:
            new = replace(old, config=config, rules=rules, loaded_at=now, reload_ok=True)
            versions = raised(old.versions, touched)
            return replace(only(new, kept), versions=versions)

        def exchange() -> None:
            with self._lock:
                self.snapshot = after(self.snapshot)

        self._hears(touched & {check.id.dataset for check in config.checks}, after(self.snapshot))
        return exchange

    def fingerprinted(self, config: Config, rules: str) -> None:
        """Note the fingerprint of the rules of a config, if it is still the one in use."""
        with self._lock:
            if self.snapshot.config is config:
                self.snapshot = replace(self.snapshot, rules=rules)

    def reload_failed(self) -> None:
        """Note that a config could not be loaded; the last good one stays."""
        with self._lock:
            self.snapshot = replace(self.snapshot, reload_ok=False)

    def dbt_seen(self, seen: LastRun) -> None:
        """Take in what was seen of dbt's last run."""
        with self._lock:
            self.snapshot = replace(self.snapshot, dbt=seen)

    def web_loaded(self, ok: bool) -> None:
        """Note whether the web config in the files is the one in force."""
        with self._lock:
            self.snapshot = replace(self.snapshot, web_ok=ok)


def only(snapshot: Snapshot, kept: Collection[CheckId]) -> Snapshot:
    """The same without the results of other checks and of removed datasets."""
    names = {check.id.dataset for check in snapshot.config.checks}
    return replace(
        snapshot,
        results=snapshot.results.only(kept),
        measured=snapshot.measured.only(kept),
        succeeded={name: at for name, at in snapshot.succeeded.items() if name in names},
        seconds={name: took for name, took in snapshot.seconds.items() if name in names},
        costs=snapshot.costs.only(kept),
        sql=snapshot.sql.only(kept),
        opened=snapshot.opened.only(kept),
        paces={},
        closures={name: one for name, one in snapshot.closures.items() if name in names},
        work={name: seconds for name, seconds in snapshot.work.items() if name in names},
    )


def opened(old: Snapshot, done: Pass) -> Grouped[datetime]:
    """Since which pass each open finding is one, where the pass before it was seen as well."""
    found: dict[CheckId, datetime] = {}
    for check, result in done.results.items():
        before = old.results.get(check)
        if result.worst.outcome not in FINDINGS or before is None:
            continue
        if before.worst.outcome not in FINDINGS:
            found[check] = done.as_of
        elif check in old.opened:
            found[check] = old.opened[check]
    return old.opened.without(done.results.keys()).with_all(found)


def worked(work: Mapping[str, float], done: Pass) -> dict[str, float]:
    """The seconds of work for each dataset of a pass, with those before."""
    names = done.datasets | done.work.keys()
    return {name: work.get(name, 0.0) + done.work.get(name, 0.0) for name in names}


def raised(versions: Mapping[str, int], datasets: Iterable[str]) -> dict[str, int]:
    """The versions after a change of some datasets."""
    return {**versions, **{name: versions.get(name, 0) + 1 for name in datasets}}


def changed(old: Config, new: Config, kept: Collection[CheckId]) -> set[str]:
    """The datasets whose results may differ under another config."""
    before, after = old.warehouse, new.warehouse
    if (before.pass_timeout, before.name) != (after.pass_timeout, after.name):
        return {check.id.dataset for check in (*old.checks, *new.checks)}
    touched = {check.id.dataset for check in new.checks if check.id not in kept}
    gone = {check.id.dataset for check in old.checks if check.id not in kept}
    names = {check.id.dataset for check in new.checks} - touched
    return touched | gone | {one for one in names if old.interval(one) != new.interval(one)}
