"""The history of one exporter: read when nobody needs the warehouse, and kept up to date.

It is a cache. All of it is read once; after that a day each morning, together with the days that
have got rows since. A pass that waits for a connection interrupts it, and so does a reload; the
days are then tried again in smaller parts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date, datetime

from warehouse_exporter.config import Config
from warehouse_exporter.core.calendar import ONE_DAY
from warehouse_exporter.core.errors import Unmeasured
from warehouse_exporter.core.logs import event
from warehouse_exporter.core.objective import Budget
from warehouse_exporter.engines.base import Engine
from warehouse_exporter.history.frugal import Frugal
from warehouse_exporter.history.late import late_days
from warehouse_exporter.history.model import Past
from warehouse_exporter.history.mornings import Interrupted, newest_day, wanted_days
from warehouse_exporter.history.objectives import budgets
from warehouse_exporter.history.read import joined, read_days

log = logging.getLogger(__name__)
OFF = "The history is off."
WAITING = "The past days have not been read yet."
FAILED = "The past days could not be read; the log says why."
QUIET = 20.0
"""Seconds without a pass after which the first days are read."""
BEAT = 1.0
"""Seconds between two looks at whether there is something to do."""
RETRY = 300.0
"""Seconds after which days that could not be read are tried again."""
LONGEST_REST = 2.0
"""Seconds of rest after a part of the work, which is else as long as that took."""
PATIENCE = 5.0
"""Seconds for which a pass is waited for; a longer one interrupts what is read, as that holds a
snapshot of the warehouse."""


class Keeper:
    """Reads the past days in a thread of its own, and keeps them."""

    def __init__(
        self,
        config: Callable[[], Config],
        engine: Callable[[], Engine],
        busy: Callable[[], bool],
        clock: Callable[[], datetime],
        stop: threading.Event,
    ) -> None:
        """`busy` says whether a pass is under way, or the first one has not ended yet."""
        self._config = config
        self._engine = engine
        self._busy = busy
        self._clock = clock
        self._stop = stop
        self._of: Config | None = None
        self._past = Past(status=WAITING)
        self._chunk = 0
        self._budgets: tuple[Past, tuple[Budget, ...]] | None = None
        self._rest_until = 0.0
        self._quiet_since = time.monotonic()
        self._looked_for: date | None = None
        self._thread = threading.Thread(target=self._loop, name="history", daemon=True)

    @property
    def past(self) -> Past:
        """What is known now."""
        config = self._config()
        if not config.history_days:
            return Past(status=OFF)
        return self._past if config is self._of else Past(status=WAITING)

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """What is left of the objectives; nothing where the newest day is older than yesterday's.

        A budget of days that nobody could read for two mornings is none of today.
        """
        past, config = self.past, self._config()
        known = past.days and past.days[-1] >= newest_day(self._clock(), config) - ONE_DAY
        if not known or self._budgets is None or self._budgets[0] is not past:
            return ()
        return self._budgets[1]

    def start(self) -> None:
        """Begin, once the passes leave time."""
        self._thread.start()

    def again(self) -> None:
        """Read all days anew, as what is known may be of rows that were repaired."""
        self._of = None

    def _loop(self) -> None:
        while not self._stop.wait(BEAT):
            try:
                self._look()
            except Exception:  # the pages do without a history; the passes never notice
                log.exception("history failed")
                self._give_up()

    def _look(self) -> None:
        """Read what is due, if this is a good time."""
        now = time.monotonic()
        if self._busy():
            self._quiet_since = now
        config = self._config()
        if config is not self._of:
            self._of, self._past, self._chunk = config, Past(status=WAITING), config.history_days
            self._looked_for, self._rest_until = None, 0.0
        quiet = now - self._quiet_since >= (0 if self._past.days else QUIET)
        if config.history_days and now >= self._rest_until and quiet and not self._busy():
            self._read(config)

    def _read(self, config: Config) -> None:
        """Read the days that are due, the newest first."""
        days = wanted_days(self._clock(), config, config.history_days)
        due = [day for day in days if day not in self._past.judged]
        engine = Frugal(self._engine())
        try:
            if self._past.days and days[-1] != self._looked_for:
                due += late_days(config, engine, self._clock(), self._past.days)
            if due:
                self._take(config, days, sorted(set(due))[-self._chunk :], engine)
            self._looked_for = days[-1]
        except Interrupted:
            self._chunk = max(1, self._chunk // 2)
        except Unmeasured as error:
            event(log, logging.INFO, "history not read", error=error.detail)
            self._give_up()

    def _take(
        self, config: Config, days: tuple[date, ...], due: list[date], engine: Frugal
    ) -> None:
        """Read some days, and keep them beside those that are known."""
        started = time.monotonic()
        unknown = self._past.unknown if self._past.days else None
        found = read_days(config, engine, due, self._goes_on(config), self._rest, unknown)
        if config is self._of:
            past = joined(self._past, found, days) if self._past.days else found
            self._budgets = past, budgets(past, config)
            self._past = past
        event(
            log, logging.INFO, "history read", days=len(due), seconds=time.monotonic() - started
        )  # fmt: skip

    def _goes_on(self, config: Config) -> Callable[[], bool]:
        """Whether to go on with a part of the work; a pass is waited for, but not for long."""

        def goes_on() -> bool:
            until = time.monotonic() + PATIENCE
            while self._busy() and not self._engine().wanted and time.monotonic() < until:
                if self._stop.wait(0.05):
                    break
            in_the_way = self._busy() or self._engine().wanted
            return not (self._stop.is_set() or in_the_way or config is not self._config())

        return goes_on

    def _rest(self, worked: float) -> None:
        """Leave the processor to others for as long as was worked."""
        self._stop.wait(min(worked, LONGEST_REST))

    def _give_up(self) -> None:
        """Leave it for a while."""
        self._rest_until = time.monotonic() + RETRY
        if not self._past.days:
            self._past = Past(status=FAILED)
