"""Reloads the config while the exporter runs, in a thread of its own and with a deadline.

Neither a pass nor a scrape waits for it, and one that never ends costs only its deadline.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from warehouse_exporter.alerting.rules import checksum
from warehouse_exporter.config import Config, load
from warehouse_exporter.core.errors import ConfigError, Problem
from warehouse_exporter.core.model import CheckId
from warehouse_exporter.core.names import QUERIES
from warehouse_exporter.core.running import Running
from warehouse_exporter.passes.reader import read_by
from warehouse_exporter.server.shards import Shard, part_of

SECONDS = 60.0
"""How long a reload may take in all; 10,000 checks take a few."""
MOST = 8
"""Reloads that hang at the same time, before another is refused: each keeps a thread."""
TICK = 0.05
WHICH = ("engine", "location", "dsn", "dsn_file", "timezone")
"""The settings that identify the warehouse and its days; all others are about how it is used."""


@dataclass(frozen=True)
class Loaded:
    """A config that may be used: what is watched of it, and the fingerprint of all its rules."""

    config: Config
    rules: str


class Reloads:
    """Reads one config file whenever it is called."""

    def __init__(
        self,
        file: str,
        stop: threading.Event,
        shard: Shard | None = None,
        name: str | None = None,
    ) -> None:
        """Describe it; the warehouse may have no other `name` than this, if one is given."""
        self._file = file
        self._shard = shard
        self._name = name
        self._stop = stop
        self._room = threading.Semaphore(MOST)

    def again(self) -> Loaded:
        """The config as the file has it now.

        Raises ConfigError: also for one that hangs, and for one without any check, as a file that
        was cut off in the middle may be valid YAML.
        """
        if not self._room.acquire(blocking=False):
            raise self._refused(f"{MOST} reloads hang already: what does the file lead to?")
        running = Running(self._work, "reload")
        began = time.monotonic()
        while not running.ended(TICK):
            if self._stop.is_set():
                raise self._refused("the exporter is shutting down")
            if time.monotonic() - began > SECONDS:
                raise self._refused(f"not loaded within {SECONDS:g} s")
        return running.result()

    def _work(self) -> Loaded:
        try:
            config = load(self._file, stop=self._stop)
            refuse_empty(config)
            if self._name not in (None, config.warehouse.name):
                raise self._refused(f"the warehouse was {self._name!r}: restart, to rename it")
            return Loaded(part_of(config, self._shard), checksum(config))
        finally:
            self._room.release()

    def _refused(self, why: str) -> ConfigError:
        return ConfigError([Problem(self._file, 1, "", why)])


def refuse_empty(config: Config) -> None:
    """Raise ConfigError for a config that watches nothing."""
    if not config.checks:
        why = "there is no check in it: was the file cut off?"
        raise ConfigError([Problem(config.path, 1, "", why)])


def unchanged(old: Config, new: Config) -> frozenset[CheckId]:
    """The checks whose config, and that of everything they are computed from, is unchanged."""
    if any(getattr(old.warehouse, one) != getattr(new.warehouse, one) for one in WHICH):
        return frozenset()
    same = {
        name
        for name in (*new.datasets, QUERIES)
        if old.datasets.get(name) == new.datasets.get(name)
        and old.checks_of(frozenset({name})) == new.checks_of(frozenset({name}))
    }
    return frozenset(check.id for check in new.checks if read_by(check, new) <= same)
