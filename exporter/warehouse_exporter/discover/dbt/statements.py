"""Tests that are an SQL statement: dbt has compiled it, and a query counts the rows that it finds.

A test of one's own becomes a query. One for which there is no kind is only suggested: its
statement may be a slow one, and nobody has read it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from warehouse_exporter.dbt.manifest import Test
from warehouse_exporter.discover.dbt.checks import checked
from warehouse_exporter.discover.dbt.datasets import LONGEST, as_name
from warehouse_exporter.discover.dbt.severities import thresholds
from warehouse_exporter.discover.dbt.untranslated import NoCounterpart
from warehouse_exporter.discover.model import Proposed

LARGEST = 20_000
"""Characters of a statement; a longer one is no check that anybody reads."""
HOW = "run `dbt compile`, and it becomes a query"


def query_of(test: Test, datasets: Mapping[str, str], unsure: str = "") -> Proposed:
    """The query that counts the rows which a test finds. Raises NoCounterpart."""
    statement = test.statement.strip().rstrip(";").rstrip()
    if not statement:
        raise NoCounterpart(f"it is a statement of its own: {HOW}")
    if len(statement) > LARGEST:
        raise NoCounterpart(f"its statement has more than {LARGEST:,} characters")
    lines = "\n".join(line.rstrip() for line in statement.expandtabs(2).splitlines())
    about = [datasets[one] for one in test.about if one in datasets]
    written: dict[str, Any] = {"name": name_of(test)}
    if len(about) == 1:
        written["dataset"] = about[0]
    written["sql"] = f"select count(*) as failures\nfrom (\n{lines}\n) as found"
    limits = thresholds(test.config)
    written |= {severity: limit.removesuffix(" rows") for severity, limit in limits.items()}
    checked("query", written, section="queries")
    return Proposed(written, f"dbt test {test.name}", unsure)


def name_of(test: Test) -> str:
    """The name of a query, from that of the test."""
    return as_name(re.sub(r"_+", "_", as_name(test.name)))[: LONGEST - 6]


def renamed(query: Proposed, taken: Collection[str]) -> Proposed:
    """The same query under a name that no other one has."""
    name, number = str(query.written["name"]), 2
    wanted = name
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return Proposed({**query.written, "name": name}, query.why, query.unsure)
