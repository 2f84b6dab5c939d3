"""Who watches a backtest, and may stop it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """The three things a backtest does one after the other."""

    PLANNING = "planning"
    READING = "reading"
    JUDGING = "judging"


class Watcher(Protocol):
    """Receives the progress of a backtest, from any thread."""

    def begin(self, step: Step, parts: int) -> None:
        """A step of so many parts begins: days, or statements to read."""

    def ended(self, what: str) -> None:
        """One part has ended."""

    def stopped(self) -> bool:
        """Whether to do no more; what was found then is thrown away."""
