"""One table of a report, and how numbers are written in it."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse_exporter.backtest.sensitivity import Tally

NONE = "-"


@dataclass(frozen=True)
class Sheet:
    """One table of the report; numbers are right-aligned, the last column is text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def number(value: float) -> str:
    """A count; 0 is shown as a dash."""
    return f"{value:g}" if value else NONE


def share(tally: Tally | None) -> str:
    """How many of how many, and the percentage."""
    if tally is None:
        return NONE
    return f"{tally.caught}/{tally.silent} {tally.caught / tally.silent * 100:.0f} %"
