"""What loading and passing leave behind in memory, and how the system gets it back."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

M_ARENA_MAX = -8
"""The number of glibc's setting of how many heaps there are."""


def use_one_heap() -> None:
    """Let all threads share a heap, if the C library can: otherwise each keeps what it once used.

    They take turns anyway, because only one of them runs Python at a time.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def settle() -> None:
    """Exclude what is loaded from garbage collection, so that each pass is cheaper.

    Memory that only loading needed is given back.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Give free memory back, if the C library can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
