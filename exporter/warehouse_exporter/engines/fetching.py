"""What answers have in common, whichever engine gives them: their size, their columns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.core.warehouse import Warehouse
from warehouse_exporter.engines.base import Answer

SOONEST = 0.05
"""Seconds in which no statement can be expected to end: it is not begun."""
PORTION = 100
"""Rows that are fetched at once."""
MOST_READ = 10_000_000
"""Characters of text, in all rows together, after which no more are fetched."""


def time_left(left: float, budget: float, warehouse: Warehouse, stopped: threading.Event) -> float:
    """The seconds that a statement may take which is about to begin, at most its budget.

    `left` are those of the session. Raises Unmeasured where there are none, or the exporter is
    shutting down.
    """
    if stopped.is_set():
        raise Unmeasured(Reason.CANCELED, "not begun: the exporter is shutting down")
    left = min(left, budget)
    if left <= SOONEST:
        limit = warehouse.pass_timeout
        raise Unmeasured(Reason.TIMEOUT, f"not begun: the pass took longer than {limit:g} s")
    return left


def in_portions(fetch: Callable[[int], Answer], most: int) -> Answer:
    """The first rows, of which `fetch` gives so many more: nobody knows how much is in a cell.

    Raises Unmeasured for too much text.
    """
    names, rows = fetch(1)
    asked = 1
    while len(rows) == asked < most:
        if characters(rows) > MOST_READ:
            text = f"the query's rows are larger than {MOST_READ:,} characters"
            raise Unmeasured(Reason.RESULT, text)
        more = min(PORTION, most - asked)
        asked += more
        rows = [*rows, *fetch(more)[1]]
    return names, rows


def characters(rows: Iterable[tuple[Any, ...]]) -> int:
    """How much text there is in some rows."""
    return sum(len(cell) for row in rows for cell in row if isinstance(cell, str | bytes))


def unknown(error: Unmeasured) -> Relation:
    """A relation of which the catalogue could not say anything."""
    text = f"the catalogue cannot be read: {error.detail}"
    return Relation({}, unknown=Unmeasured(error.reason, text))


def refuse_twins(names: Sequence[str]) -> None:
    """Raise Unmeasured where two columns have one name: only one of them would be read."""
    twins = {name for name in names if names.count(name) > 1}
    if twins:
        raise Unmeasured(Reason.RESULT, f"several columns are called {', '.join(sorted(twins))}")
