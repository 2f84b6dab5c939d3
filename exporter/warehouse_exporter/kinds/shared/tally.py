"""A state for kinds that count several things in the same rows."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.core.states import Cell, whole


@dataclass(frozen=True)
class Tally:
    """Several counts side by side; each is added by itself."""

    counts: tuple[int, ...]

    @classmethod
    def of(cls, cells: tuple[Cell, ...]) -> Tally:
        """From as many counts; over no row each is 0, and never NULL."""
        return cls(tuple(whole(cell) for cell in cells))

    def __add__(self, other: Tally, /) -> Tally:
        return Tally(tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)))
