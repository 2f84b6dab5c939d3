"""Numbers that are counted apart and then added up, one of each name."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Self


@dataclass(frozen=True)
class Counts:
    """What its heirs count: the sum of two has the sums of their fields."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))
