"""What other settings of `warehouse:` cost: the reasons of the defaults, measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from bench.contenders import FIRST, FULL, STEADY, Cost
from bench.tables import Grid

SHIPPED = "as shipped"
VARIANTS = {
    SHIPPED: "",
    "connections_per_pass: 1": "  connections_per_pass: 1\n",
    "work_mem: 64MB": "  work_mem: 64MB\n",
    "parallel_workers: 0": "  parallel_workers: 0\n",
}
"""The lines that a config has more; as shipped there are 2 connections, and the server's own
settings hold."""
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
