"""Stretches of time that reach back to the newest row, moved to an earlier day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlglot import exp

from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.clocks import Clock
from warehouse_exporter.sql.words import Node, render

LATEST = "warehouse_exporter_latest"


def latest(clock: Clock, source: str, where: Node | None) -> str:
    """What comes before a SELECT that uses `since_latest`: the newest time, read once."""
    newest = f"SELECT {render(words.newest_of(clock.value))} AS at FROM {source}"
    return f"WITH {LATEST} AS MATERIALIZED ({newest}{statements.clause(where)})\n"


def since_latest(
    clock: Clock, now: datetime, then: datetime, shortest: timedelta, longest: timedelta
) -> Node:
    """Rows of the time from the newest row to `now`, moved to end at `then`.

    It is at least `shortest` and at most `longest`; that bound is said apart, as a constant from
    which the planner knows how short the range is.
    """
    moved = exp.Paren(this=exp.Sub(this=clock.literal(now), expression=clock.literal(then)))
    newest = exp.Sub(this=exp.Var(this=f"(SELECT at FROM {LATEST})"), expression=moved)
    low = exp.Least(this=newest, expressions=[clock.literal(then - shortest)])
    inside = words.both(clock.between(then - longest, then), words.compare(clock.value, ">=", low))
    assert inside is not None
    return inside
