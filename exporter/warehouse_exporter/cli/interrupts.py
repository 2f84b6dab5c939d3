"""SIGINT and SIGTERM during a pass of the gate: they also end what runs in the warehouse."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):
    """A signal came; `number` says which."""

    def __init__(self, number: int) -> None:
        self.number = signal.Signals(number)
        super().__init__(f"interrupted by {self.number.name}")


@contextmanager
def interruptible(stop: Callable[[], None]) -> Iterator[None]:
    """On a signal `stop` what the block waits for, and raise Interrupted once it has ended."""
    heard: list[int] = []

    def hear(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        stop()

    before = {number: signal.signal(number, hear) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if heard:  # whatever the block raised was what stopping it looks like from inside
            raise Interrupted(heard[0]) from None
