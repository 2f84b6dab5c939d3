"""Looks after the file with the results of dbt's last run, in a thread of its own.

A file system may hang: passes and scrapes never wait for it. What was seen then expires.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from warehouse_exporter.core.errors import UnusableArtifact
from warehouse_exporter.core.logs import event
from warehouse_exporter.dbt.run_results import load
from warehouse_exporter.publish.snapshots import LastRun, SnapshotStore

log = logging.getLogger(__name__)
BEAT = 1.0
"""Seconds after which a config that names another file is noticed."""
EVERY = 30.0
"""Seconds between two looks at the file."""
INTERNAL = "internal"
Stamp = tuple[int, ...]


class DbtRuns:
    """Keeps the store informed of dbt's last run."""

    def __init__(
        self, store: SnapshotStore, clock: Callable[[], datetime], stop: threading.Event
    ) -> None:
        self._store = store
        self._clock = clock
        self._stop = stop
        self._looked = 0.0
        self._stamp: Stamp | None = None
        self._thread = threading.Thread(target=self._loop, name="dbt", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def _loop(self) -> None:
        while True:
            try:
                self._beat()
            except Exception:  # the gauges then expire, and the passes never notice
                log.exception("results of dbt not read")
            if self._stop.wait(BEAT):
                return

    def _beat(self) -> None:
        """Look where the file is another one, or it is time again."""
        asked, last = self._store.snapshot.config.dbt, self._store.snapshot.dbt
        if asked is None:
            return
        known = last if last is not None and last.file == asked.file else None
        if known is None or time.monotonic() - self._looked >= EVERY:
            self._looked = time.monotonic()
            self.look(asked.file, known)

    def look(self, file: Path, known: LastRun | None) -> None:
        """Tell the store what is in the file now; one that has not changed is not read again."""
        found = stamp(file)
        if known is not None and known.run is not None and found == self._stamp:
            self._store.dbt_seen(replace(known, at=self._clock()))
            return
        self._stamp = found
        try:
            seen = LastRun(file, self._clock(), load(file, self._stop))
        except UnusableArtifact as error:
            seen = LastRun(file, self._clock(), reason=error.reason)
            if known is None or known.reason != error.reason:
                event(log, logging.WARNING, "results of dbt not read", error=str(error))
        if seen.run is not None:
            counts = {
                "models": sum(seen.run.models.values()),
                "tests": sum(seen.run.tests.values()),
            }
            event(log, logging.INFO, "results of dbt read", file=str(file), **counts)
        self._store.dbt_seen(seen)


def stamp(file: Path) -> Stamp | None:
    """What changes when a file does; None for one that cannot be looked at."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
