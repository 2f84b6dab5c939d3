"""What another config costs: the reasons of the defaults, measured, and of the narrowest check."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from labs.bench.contenders import FIRST, FULL, STEADY, Cost
from labs.bench.tables import Grid

WAREHOUSE = "warehouse:\n"
NEARBY = ", within: 1d"
VARIANTS = {
    "as shipped": ("", ""),
    "connections_per_pass: 1": (WAREHOUSE, f"{WAREHOUSE}  connections_per_pass: 1\n"),
    "work_mem: 64MB": (WAREHOUSE, f"{WAREHOUSE}  work_mem: 64MB\n"),
    "parallel_workers: 0": (WAREHOUSE, f"{WAREHOUSE}  parallel_workers: 0\n"),
    "transactions within 7d": (NEARBY, ", within: 7d"),
    "transactions anywhere": (NEARBY, ""),
}
"""What is written in a config instead of what. As shipped there are 2 connections, and the server's
own settings hold; the last two are how far back copies of a day's transactions are looked for, of
which the gate looks at all in any case."""
COMPARED = (FULL, FIRST, STEADY)
Measured = Sequence[Mapping[str, Mapping[str, Cost]]]
"""Round by round and variant by variant, the costs of what is compared."""


def grid(rounds: Measured) -> Grid:
    """Medians of wall and server CPU, variant by variant."""
    head = ["", *(f"{name} {unit}" for name in COMPARED for unit in ("wall s", "server CPU s"))]
    rows = []
    for variant in rounds[0]:
        cells = [variant]
        for name in COMPARED:
            costs = [one[variant][name] for one in rounds]
            cells.append(f"{statistics.median(cost.wall for cost in costs):.2f}")
            cells.append(f"{statistics.median(cost.server for cost in costs):.2f}")
        rows.append(cells)
    return Grid(head, rows)
