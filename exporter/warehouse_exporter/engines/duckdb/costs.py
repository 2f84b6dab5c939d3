"""What DuckDB expects of a statement: how many rows of each table it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from warehouse_exporter.core.wording import counted

ASKED = "EXPLAIN (FORMAT JSON) "
"""What stands before a statement whose plan is wanted."""


def estimate(answer: str) -> list[str]:
    """The plan, in lines for a reader."""
    lines = []
    for node in nodes(json.loads(answer)):
        told = node.get("extra_info", {})
        scanned = node.get("name", "").strip().lower()
        name = told.get("Table") or ("Parquet files" if "parquet" in scanned else None)
        if name is not None:
            rows = counted(float(str(told.get("Estimated Cardinality", 0)).strip("~")), "row")
            lines.append(f"--   reads {name}, about {rows}")
    return lines


def nodes(plans: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every node of some plans, from the top."""
    for plan in plans:
        yield plan
        yield from nodes(plan.get("children", []))
