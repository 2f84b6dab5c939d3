"""How much of a database may be read to propose a config for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from warehouse_exporter.core.wording import counted

MEGABYTE = 1024**2
LOOKING = 0.6
"""The share of the seconds for looking; the rest is for trying what is proposed."""


@dataclass(frozen=True)
class Bounds:
    """The most tables that are looked at, rows and bytes of each sample, days of history, seconds.

    `bytes` are those of a table's pages that a sample is taken from.
    """

    tables: int = 50
    rows: int = 5000
    bytes: int = 16 * MEGABYTE
    days: int = 28
    seconds: float = 300.0

    @property
    def shown(self) -> str:
        """The bounds for people."""
        size = f"{self.bytes / MEGABYTE:,.0f} MB"
        return (
            f"at most {counted(self.tables, 'table')}, {counted(self.rows, 'row')} and {size} for"
            f" each sample, {counted(self.days, 'day')} of history, {self.seconds:,.0f} seconds"
        )


@dataclass
class Stopwatch:
    """The seconds of a run: a part of them for looking, the rest for trying what is proposed."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """What is left of all seconds."""
        return self.started + self.seconds - time.monotonic()

    @property
    def left_for_looking(self) -> float:
        """What is left of those for looking."""
        return self.started + self.seconds * LOOKING - time.monotonic()
