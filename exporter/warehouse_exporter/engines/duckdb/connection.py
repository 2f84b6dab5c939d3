"""The only place that talks to the driver: one connection, on which every statement ends in time.

The driver's errors become ours here, in words of our own: its own may carry values of rows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from warehouse_exporter.core.errors import Reason, Unmeasured, Unreachable, UsageError
from warehouse_exporter.core.running import Running
from warehouse_exporter.engines.base import Answer
from warehouse_exporter.engines.duckdb.errors import of_statement

TICK = 0.1
"""How long a wait goes on before it looks whether the exporter is stopped, in seconds."""
AGAIN = 0.05
"""Seconds until a statement that has not ended is interrupted once more."""
INSTALL = "pip install 'warehouse-exporter[duckdb]'"
UNREADABLE = "an answer cannot be read: a value that Python does not know"


def driver() -> Any:
    """DuckDB's package. Raises UsageError where it is not installed."""
    try:
        import duckdb
    except ImportError as error:
        raise UsageError(f"`warehouse: duckdb:` needs DuckDB: {INSTALL}") from error
    return duckdb


class Connection:
    """One connection to DuckDB; used by one thread, and stopped from any."""

    def __init__(self, opened: Any, stop: threading.Event) -> None:
        """Take over a connection of the driver."""
        self._opened = opened
        self._stop = stop
        self._busy: object | None = None
        self._lock = threading.Lock()

    def execute(self, sql: str, seconds: float) -> Answer:
        """The whole answer to a statement that is ended after some seconds. Raises Unmeasured."""
        with self.timed(seconds):
            cursor = self._opened.execute(sql)
            rows = cursor.fetchall()
            return [column[0] for column in cursor.description or ()], rows

    def begin(self, sql: str) -> tuple[list[str], Callable[[int], list[tuple[Any, ...]]]]:
        """The columns of an answer, and what fetches so many more of its rows; inside `timed`."""
        cursor = self._opened.execute(sql)
        return [column[0] for column in cursor.description or ()], cursor.fetchmany

    @contextmanager
    def timed(self, seconds: float) -> Iterator[None]:
        """A while after which the running statement is interrupted. Raises Unmeasured."""
        mine = object()
        late = threading.Event()
        timer = threading.Timer(seconds, self._interrupt, [mine, late])
        timer.daemon = True
        with self._lock:
            self._busy = mine
        timer.start()
        try:
            yield
        except (Unmeasured, UsageError):
            raise
        except Exception as error:
            if late.is_set():
                text = f"canceled after {seconds:.3g} s (statement_timeout)"
                raise Unmeasured(Reason.TIMEOUT, text) from None
            if self._stop.is_set():
                raise Unmeasured(Reason.CANCELED, "the exporter is shutting down") from None
            if isinstance(error, driver().Error):
                raise of_statement(type(error).__name__, str(error)) from None
            raise Unmeasured(Reason.RESULT, UNREADABLE) from None
        finally:
            timer.cancel()
            with self._lock:
                self._busy = None

    def _interrupt(self, which: object, late: threading.Event) -> None:
        """End a statement, if it is the one that is running."""
        with self._lock:
            if self._busy is not which:
                return
            late.set()
        self._end(which)

    def _end(self, which: object) -> None:
        """Interrupt a statement until it has ended: DuckDB forgets what comes before it begins."""
        while True:
            with self._lock:
                if self._busy is not which:
                    return
                self._opened.interrupt()
            time.sleep(AGAIN)

    def cancel(self) -> None:
        """End the running statement, if there is one."""
        with self._lock:
            running = self._busy
        if running is not None:
            threading.Thread(target=self._end, args=[running], daemon=True).start()

    def close(self) -> None:
        """End the connection; the file is free for writers again."""
        with suppress(Exception):
            self._opened.close()


def within(call: Callable[[], Any], seconds: float, what: str, stop: threading.Event) -> Any:
    """What a call gives that may hang in a file system: one that is late is left to itself.

    Raises Unreachable for one that is late, and what the call raises.
    """
    left = threading.Event()

    def run() -> Any:
        given = call()
        if left.is_set():
            given.close()
        return given

    running = Running(run, "duckdb")
    deadline = time.monotonic() + seconds
    while not running.ended(TICK):
        if stop.is_set() or time.monotonic() > deadline:
            left.set()
            late = f"{what} was not opened within {seconds:g} s: its file system hangs"
            raise Unreachable("the exporter is shutting down" if stop.is_set() else late)
    return running.result()
