"""The rows of some days by the hour: how many there are, and when the first and the last was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.words import Node, render

COLUMNS = ("hour", "rows", "first", "last")
"""What `by_hour` answers: hours since 1970 that have rows, and seconds since 1970."""


def by_hour(
    clock: Clock, source: str, days: Sequence[tuple[datetime, datetime]], given: Node | None
) -> str:
    """One scan of some days, in the order of time, grouped by the hour."""
    inside = words.either(*(clock.between(low, high) for low, high in statements.spans(days)))
    hour = f"floor({render(words.epoch(clock.instant(clock.value)))} / 3600)"
    return (
        f"SELECT {hour} AS hour, count(*) AS rows,\n       {render(clock.oldest)} AS first,"
        f" {render(clock.newest)} AS last\nFROM {source}"
        f"{statements.clause(words.both(inside, given))}\nGROUP BY 1"
    )
