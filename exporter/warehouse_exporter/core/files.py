"""Text from a file that may hang: every read ends at a deadline, or when the exporter is stopped.

A path in a config may be a pipe that nobody writes to, or a device that never ends.
"""

from __future__ import annotations

import errno
import os
import select
import threading
import time
from contextlib import suppress
from pathlib import Path

SECONDS = 10.0
"""Seconds that a file may take by default; a program that writes a secret to a pipe is faster."""
MOST = 64 << 20
"""Largest size of a file in bytes: no config is larger, and /dev/zero has no end."""
TICK_MS = 50
PIECE = 1 << 16


def read_text(
    path: str | Path, seconds: float = SECONDS, stop: threading.Event | None = None
) -> str:
    """The text of a file. Raises what `read_bytes` raises, and UnicodeDecodeError."""
    return read_bytes(path, seconds, stop).decode("utf-8")


def read_bytes(
    path: str | Path,
    seconds: float = SECONDS,
    stop: threading.Event | None = None,
    most: int = MOST,
) -> bytes:
    """The content of a file of at most so many bytes.

    Raises OSError, also for a file that is too slow or too large.
    """
    # A pipe would be opened only once somebody writes to it; so it is opened without waiting.
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return read_all(number, time.monotonic() + seconds, seconds, stop, most)
    finally:
        os.close(number)


def read_all(
    number: int, deadline: float, seconds: float, stop: threading.Event | None, most: int = MOST
) -> bytes:
    """Everything up to the end of an open file. Raises OSError."""
    ready = select.poll()
    ready.register(number, select.POLLIN)
    read = bytearray()
    while len(read) <= most:
        if stop is not None and stop.is_set():
            raise OSError(errno.ECANCELED, "the exporter is shutting down")
        if time.monotonic() > deadline:
            raise OSError(errno.ETIMEDOUT, f"its end did not come within {seconds:g} s")
        if not ready.poll(TICK_MS):  # a pipe to which nobody has written yet is not at its end
            continue
        with suppress(BlockingIOError):
            piece = os.read(number, PIECE)
            if not piece:
                return bytes(read)
            read += piece
    raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MiB")
