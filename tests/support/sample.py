"""Which of many alike cases `make test` runs; the campaign runs them all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def sampled(names: Iterable[str], always: Collection[str] = (), every: int = 0) -> list[Any]:
    """Parameters by name: those in `always` and each `every`th one run, the others are campaign.

    Raises ValueError for a name in `always` that is not among them, so that none is lost unseen.
    """
    listed = list(names)
    if unknown := set(always) - set(listed):
        raise ValueError(f"not among the cases: {sorted(unknown)}")
    return [
        pytest.param(
            name,
            id=name,
            marks=() if name in always or (every and number % every == 0) else pytest.mark.campaign,
        )
        for number, name in enumerate(listed)
    ]
