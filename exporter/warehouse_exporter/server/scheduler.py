"""The passes of an exporter: when each begins, its datasets, and how many run at once.

Lanes run side by side, so a slow or locked dataset delays no other; none overlaps itself.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from warehouse_exporter.alerting.rules import checksum
from warehouse_exporter.config import Config, load
from warehouse_exporter.core.errors import ConfigError, Problem, WarehouseExporterError
from warehouse_exporter.core.logs import event
from warehouse_exporter.core.model import Pass
from warehouse_exporter.core.objective import Budget
from warehouse_exporter.engines import connect
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.keeper import Keeper
from warehouse_exporter.history.model import Past
from warehouse_exporter.passes.run import run_pass
from warehouse_exporter.passes.waited import waited
from warehouse_exporter.plan.closed_days import ClosedDaysCache
from warehouse_exporter.publish.snapshots import SnapshotStore
from warehouse_exporter.server.budgets import Budgets
from warehouse_exporter.server.dbt_runs import DbtRuns
from warehouse_exporter.server.lanes import Lane, Quick, Trip, trips
from warehouse_exporter.server.looks import Looks
from warehouse_exporter.server.memory import give_back, settle
from warehouse_exporter.server.reloads import Loaded, Reloads, refuse_empty, unchanged
from warehouse_exporter.server.shards import Shard, note_part, part_of
from warehouse_exporter.server.timer import MonotonicScheduler, clock_offset

log = logging.getLogger(__name__)
GRACE = 2.0
"""Seconds that running passes get at shutdown."""
TIDY = 5.0
"""Seconds between two collections of garbage."""
LONGEST_NAP = 5.0
"""Seconds after which the wall clock is looked at again: set by that much, days may be others."""


def utc_now() -> datetime:
    """The clock of the exporter; everything below takes the time as a parameter."""
    return datetime.now(UTC)


class Exporter:
    """One warehouse under watch: its config, its store, and the threads that run the passes."""

    def __init__(self, config_file: str, shard: Shard | None = None, *, alone: bool = True) -> None:
        """Load the config; where it is not `alone` in the process, its warehouse keeps its name.

        Raises ConfigError.
        """
        self.config_file = config_file
        whole = load(config_file)
        refuse_empty(whole)
        config = part_of(whole, shard)
        note_part(config)
        self.store = SnapshotStore(config, utc_now())
        self._connector = connect(config.warehouse)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._reloads = Reloads(
            config_file, self._stop, shard, None if alone else config.warehouse.name
        )
        self._first = (config, whole)
        self._busy: set[frozenset[str]] = set()
        self._again: set[frozenset[str]] = set()
        self._offset = clock_offset()
        self._ready = False
        self._quick = Quick()
        self._looks = Looks(config.warehouse)
        self._budgets = Budgets(config)
        self._jobs = planned(config, self._begin)
        self._tidied = time.monotonic()
        self._kept = ClosedDaysCache()
        self._workers = ThreadPoolExecutor(config.warehouse.connections, "pass")
        self._thread = threading.Thread(target=self._loop, name="schedule", daemon=True)
        self._history = Keeper(
            lambda: self.store.snapshot.config, lambda: self._connector, self._works, utc_now,
            self._stop,
        )  # fmt: skip
        self._dbt = DbtRuns(self.store, utc_now, self._stop)

    @property
    def past(self) -> Past:
        """What is known of the last days."""
        return self._history.past

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """What is known of the objectives."""
        return self._history.budgets

    def _works(self) -> bool:
        """Whether a pass is under way, or the first one is still to come."""
        return bool(self._busy) or not self.ready

    def start(self) -> None:
        """Begin: one pass over everything, then each dataset at its own interval."""
        settle()
        self._thread.start()
        threading.Thread(target=self._fingerprint, name="fingerprint", daemon=True).start()
        self._history.start()
        self._dbt.start()

    def _fingerprint(self) -> None:
        """Compute the checksum of the first rules in the background, because it takes a moment."""
        config, whole = self._first
        self.store.fingerprinted(config, checksum(whole))
        give_back()

    def stop(self) -> None:
        """Cancel what runs in the warehouse and end; takes as long as one cancel."""
        self._stop.set()
        self._wake.set()
        self._connector.stop()
        self._workers.shutdown(wait=False, cancel_futures=True)
        if self._thread.is_alive():
            self._thread.join(timeout=GRACE)

    def reload(self) -> None:
        """Read the config again; a broken one is rejected, and the last good one stays in use.

        Passes and scrapes continue meanwhile. Raises ConfigError.
        """
        with self._reloading:
            try:
                loaded = self._reloads.again()
                self._take(loaded)
            except ConfigError as error:
                self.store.reload_failed()
                event(log, logging.ERROR, "config not reloaded", problems=str(error))
                raise
        event(log, logging.INFO, "config reloaded", sha256=loaded.config.sha256)
        self.collect()

    def _take(self, loaded: Loaded) -> None:
        """Go on with another config; only the exchange itself holds up the passes."""
        old, new = self.store.snapshot.config, loaded.config
        if 2 * new.size < old.size:
            counts = {"before": old.size, "after": new.size}
            event(log, logging.WARNING, "config lost most of its checks", **counts)
        note_part(new)
        same, jobs = unchanged(old, new), planned(new, self._begin)
        exchange = self.store.prepare(new, utc_now(), loaded.rules)
        before, engine = self._connector, self._engine_for(new)
        with self._lock:
            self._kept = self._kept.only(same)
            self._connector = engine
            engine.warehouse = new.warehouse
            self._jobs = jobs
            exchange()
            self._looks.reconfigure(new.warehouse)
            self._budgets = Budgets(new)
        if engine is not before:
            before.stop()
            if self._stop.is_set():
                engine.stop()
        settle()

    def _engine_for(self, new: Config) -> Engine:
        """The engine of a config: the one at hand, unless it is another. Raises ConfigError."""
        if new.warehouse.engine == self._connector.warehouse.engine:
            return self._connector
        try:
            return connect(new.warehouse)
        except WarehouseExporterError as error:
            raise ConfigError([Problem(new.path, 1, "warehouse", str(error))]) from None

    def collect(self, *, full: bool = False) -> None:
        """Let a pass over everything begin now; where one is under way, another one after it.

        A full one reads closed days again as well.
        """
        with self._lock:
            if full:
                self._kept = ClosedDaysCache()
                self._history.again()
            self._again |= self._busy
        self._asked.set()
        self._wake.set()

    @property
    def ready(self) -> bool:
        """Whether every dataset has once been passed over; a reload changes nothing of that."""
        snapshot = self.store.snapshot
        if not self._ready:
            self._ready = all(check.id in snapshot.results for check in snapshot.config.checks)
        return self._ready

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self._notice_a_set_clock()
            jobs = self._jobs
            if self._asked.is_set():
                self._asked.clear()
                self._budgets.hurry()
                jobs.hurry()
            jobs.run_pending()
            self._look_again()
            self._tidy()
            nap = self._looks.seconds_left(jobs.seconds_left(LONGEST_NAP))
            self._wake.wait(timeout=max(0.05, nap))

    def _notice_a_set_clock(self) -> None:
        """Judge again at once: freshness and the expected day depend on the wall clock."""
        offset = clock_offset()
        if abs(offset - self._offset) > LONGEST_NAP:
            event(log, logging.WARNING, "the clock was set", seconds=offset - self._offset)
            self.collect()
        self._offset = offset

    def _tidy(self) -> None:
        """Now and then collect what passes have left: statements made anew are cyclic trees.

        It looks at all that is kept in memory, so it must not happen after every pass.
        """
        if time.monotonic() - self._tidied > TIDY:
            gc.collect()
            self._tidied = time.monotonic()

    def _begin(self, trip: Trip) -> None:
        """Let the passes of a trip begin, but of no lane whose last pass is not over yet."""
        with self._lock:
            due = self._budgets.due(trip.lanes)
            self._submit([lane for lane in due if lane.datasets not in self._busy])

    def _look_again(self) -> None:
        """Let passes over lanes with findings begin, where it is time to."""
        with self._lock:
            self._submit(self._looks.due(self._busy))

    def _submit(self, free: Sequence[Lane]) -> None:
        """Let passes over some lanes begin; the lock is held."""
        if self._stop.is_set():
            return
        self._busy.update(lane.datasets for lane in free)
        self._budgets.begin(free)
        groups = self._quick.groups(free)
        with suppress(RuntimeError):  # shut down in between
            for group in groups:
                self._workers.submit(self._run, group)

    def _run(self, group: Sequence[Lane]) -> None:
        """One pass over some lanes; they are free again whatever happens."""
        with self._lock:
            config, kept, engine = self.store.snapshot.config, self._kept, self._connector
        done = None
        try:
            datasets = frozenset(name for lane in group for name in lane.datasets)
            done = run_pass(config, engine, utc_now(), datasets, kept)
            if not self._stop.is_set() and config is self.store.snapshot.config:
                self._publish(group, done)
        except Exception:  # the lanes outlive every fault of ours; staleness alerts tell of it
            log.exception("pass failed")
        with self._lock:
            mine = {lane.datasets for lane in group}
            self._busy -= mine
            if done is not None:
                self._quick.learn(group, done)
            again = bool(mine & self._again)
            self._again -= mine
        if again:
            self.collect()

    def _publish(self, group: Sequence[Lane], done: Pass) -> None:
        """Publish a pass, and how often its datasets are read from now on."""
        snapshot = self.store.snapshot
        known = snapshot.results.with_all(done.results)
        usual = self._budgets.learn(group, done)
        found = waited(snapshot.config, known, done.datasets)
        paces = self._looks.learn(group, done, found, usual)
        self.store.publish(done, paces, self._looks.total)
        if any(pace.again is not None for pace in paces.values()):
            self._wake.set()  # its loop may sleep for longer than that


def planned(config: Config, begin: Callable[[Trip], None]) -> MonotonicScheduler:
    """A job per trip; each begins at once, and then at its own part of the interval."""
    jobs = MonotonicScheduler()
    for trip in trips(config):
        jobs.repeat(trip.every, partial(begin, trip), trip.share)
    return jobs
