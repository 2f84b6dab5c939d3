"""What loading and passing leave behind in memory, and how the system gets it back."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

M_ARENA_MAX = -8
"""The number of glibc's setting of how many heaps there are."""


def use_one_heap() -> None:
    """Let all threads share a heap, where the C library can: each would keep what it once used.

    They take turns anyway, as only one of them runs Python at a time.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let nobody look for garbage while a great many things are made that stay.

    Each look would hold up every thread, the longer the more there is; `settle` makes up for it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def tidy() -> None:
    """Collect the garbage of a pass, unless `settle` will do that soon.

    The trees of statements are cyclic: left alone they pile up to megabytes.
    """
    if gc.isenabled():
        gc.collect()


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
