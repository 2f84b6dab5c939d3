"""What is published: the last word on every check, and how long it may be believed.

Passes replace results by reference, so a scrape sees whole passes only. A check that could not be
measured says so at once; its last value stays for three intervals and then disappears.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from exporter.config import Config
from exporter.errors import Reason, Unmeasured
from exporter.model import RANK, CheckId, Outcome, Pass, Result, Sample
from exporter.verdicts import not_measured

PATIENCE = 3
"""Intervals after which a value that nobody refreshed is no longer believed."""


@dataclass(frozen=True)
class Counts:
    """What has been counted since the start of the process."""

    passes: int = 0
    statements: int = 0
    failures: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True)
class Snapshot:
    """Everything published at one moment."""

    config: Config
    results: Mapping[CheckId, Result] = field(default_factory=dict)
    measured: Mapping[CheckId, Result] = field(default_factory=dict)
    succeeded: Mapping[str, datetime] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    costs: Mapping[CheckId, float] = field(default_factory=dict)
    last: Pass | None = None
    counts: Counts = field(default_factory=Counts)
    loaded_at: datetime | None = None
    reload_ok: bool = True
    web_ok: bool | None = None

    def age_limit(self, check: CheckId) -> timedelta:
        """How long a value of this check may be believed."""
        every = self.config.interval(check.dataset)
        return timedelta(seconds=PATIENCE * every + self.config.warehouse.pass_timeout)

    def current(self, now: datetime) -> dict[CheckId, Result]:
        """The result of every configured check at `now`; what is too old is not measured."""
        found = {}
        for check in self.config.checks:
            result = self.results.get(check.id)
            if result is None:
                error = Unmeasured(Reason.PENDING, "waiting for the first pass")
                result = Result(check.id, (not_measured(error),), now)
            elif now - result.measured_at > self.age_limit(check.id):
                since = f"{result.measured_at:%Y-%m-%d %H:%M:%S} UTC"
                error = Unmeasured(Reason.EXPIRED, f"no pass since {since}")
                result = Result(check.id, (not_measured(error),), result.measured_at)
            found[check.id] = result
        return found

    def next_expiry(self, now: datetime) -> datetime | None:
        """The next instant at which something published becomes too old; None for never."""
        ends = [
            result.measured_at + self.age_limit(result.check)
            for results in (self.results, self.measured)
            for result in results.values()
        ]
        return min((end for end in ends if end >= now), default=None)

    def samples(self, check: CheckId, now: datetime) -> list[Sample]:
        """The values to show for a check, worst first: those last measured, until too old."""
        result = self.measured.get(check)
        if result is None or now - result.measured_at > self.age_limit(check):
            return []
        worst_first = sorted(result.verdicts, key=lambda verdict: RANK[verdict.outcome])
        judged = [verdict.sample for verdict in worst_first if verdict.sample is not None]
        return [*judged, *(other for sample in judged for other in sample.beside)]


class Board:
    """Holds the snapshot that everybody reads; written by passes and reloads only."""

    def __init__(self, config: Config, now: datetime) -> None:
        self._lock = threading.Lock()
        self.snapshot = Snapshot(config, loaded_at=now)

    def publish(self, done: Pass) -> None:
        """Take in a finished pass."""
        with self._lock:
            old = self.snapshot
            fresh = {
                check: result
                for check, result in done.results.items()
                if result.worst.outcome is not Outcome.UNMEASURED
            }
            reached = dict.fromkeys(done.datasets, done.as_of) if done.up else {}
            self.snapshot = replace(
                old,
                results={**old.results, **done.results},
                measured={**old.measured, **fresh},
                succeeded={**old.succeeded, **reached},
                seconds={**old.seconds, **dict.fromkeys(done.datasets, done.seconds)},
                costs={**old.costs, **dict.fromkeys(done.results, 0.0), **done.costs},
                last=done,
                counts=Counts(
                    old.counts.passes + 1,
                    old.counts.statements + done.statements,
                    old.counts.failures + Counter(done.failures),
                ),
            )

    def reconfigure(self, config: Config, now: datetime) -> None:
        """Take in a new config; the results of checks that are still the same stay."""
        names = {check.id.dataset for check in config.checks}
        with self._lock:
            old = self.snapshot
            before = old.config.by_id
            kept = {check.id for check in config.checks if before.get(check.id) == check}
            self.snapshot = replace(
                old,
                config=config,
                results={check: r for check, r in old.results.items() if check in kept},
                measured={check: r for check, r in old.measured.items() if check in kept},
                succeeded={d: at for d, at in old.succeeded.items() if d in names},
                seconds={d: took for d, took in old.seconds.items() if d in names},
                costs={check: cost for check, cost in old.costs.items() if check in kept},
                loaded_at=now,
                reload_ok=True,
            )

    def reload_failed(self) -> None:
        """Note that a config could not be loaded; the last good one stays."""
        with self._lock:
            self.snapshot = replace(self.snapshot, reload_ok=False)

    def web_loaded(self, ok: bool) -> None:
        """Note whether the web config in the files is the one in force."""
        with self._lock:
            self.snapshot = replace(self.snapshot, web_ok=ok)
