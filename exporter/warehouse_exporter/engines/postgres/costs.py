"""What the planner expects of a statement: its cost, and how each relation is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warehouse_exporter.core.wording import counted

ASKED = "EXPLAIN (FORMAT JSON)\n"
"""What stands before a statement whose plan is wanted."""


def estimate(answer: Any) -> list[str]:
    """The answer of the planner, in lines for a reader."""
    plan = answer[0]["Plan"]
    lines = [f"-- cost: {plan['Total Cost']:,.0f} in the planner's units"]
    for node in nodes(plan):
        if "Relation Name" in node:
            rows = counted(node["Plan Rows"], "row")
            lines.append(f"--   {node['Node Type']} on {node['Relation Name']}, about {rows}")
    return lines


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every node of a plan, from the top."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
