"""SIGINT and SIGTERM during a pass of the gate: they also end what runs in the warehouse.

The driver waits for the server without looking at signals, and a process that is killed leaves its
statement to run on there. So the pass runs in a thread, and the main thread waits for signals.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE = 2.0
"""Seconds that a cancelled pass gets to end."""


class Interrupted(Exception):
    """A signal came; `number` says which."""

    def __init__(self, number: int) -> None:
        self.number = signal.Signals(number)
        super().__init__(f"interrupted by {self.number.name}")


class Task(threading.Thread, Generic[Answer]):
    """A call in a thread of its own, with what it gave or raised."""

    def __init__(self, call: Callable[[], Answer]) -> None:
        super().__init__(name="pass", daemon=True)
        self._call = call
        self.done = threading.Event()
        self.answers: list[Answer] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """Make the call."""
        try:
            self.answers.append(self._call())
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()


def interruptible(call: Callable[[], Answer], cancel: Callable[[], None]) -> Answer:
    """What `call` gives; on a signal `cancel` until it has ended, then raise Interrupted."""
    task = Task(call)
    with raised():
        try:
            task.start()
            task.done.wait()  # not join(): interrupted, it takes the thread for ended (bpo-45274)
        except Interrupted:
            deadline = time.monotonic() + GRACE
            while not task.done.wait(0.1) and time.monotonic() < deadline:
                cancel()
            raise
    if task.error is not None:
        raise task.error
    return task.answers[0]


@contextmanager
def raised() -> Iterator[None]:
    """The signals as the exception Interrupted, for the length of a block."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)  # a second one must not disturb the cancelling
        raise Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
