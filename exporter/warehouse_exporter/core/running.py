"""A call in a thread of its own: whoever waits for it may give it up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Running(Generic[T]):
    """A call that has begun, for one that may hang in the system or in a library."""

    def __init__(self, call: Callable[[], T], name: str) -> None:
        """Begin; `name` is that of the thread, which does not keep the process alive."""
        self._call = call
        self._done = threading.Event()
        self._given: list[T] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        try:
            self._given.append(self._call())
        except BaseException as error:  # whoever waits raises it
            self._error = error
        finally:
            self._done.set()

    def ended(self, seconds: float) -> bool:
        """Whether it has ended, waiting some seconds for it at most."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """What the call gave, once it has ended. Raises what the call raised."""
        if self._error is not None:
            raise self._error
        return self._given[0]
