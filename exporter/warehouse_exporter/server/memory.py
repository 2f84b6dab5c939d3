"""What loading and passing leave behind in memory, and how the system gets it back."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

M_ARENA_MAX = -8
"""The number of glibc's setting of how many heaps there are."""


def use_one_heap() -> None:
    """Let all threads share a heap, where the C library can: each would keep what it once used.

    They take turns anyway, as only one of them runs Python at a time.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def settle() -> None:
    """What is loaded stays: collecting the garbage of a pass need not look at it each time.

    What loading took and needs no more is given back.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give back what is free, where the C library can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
