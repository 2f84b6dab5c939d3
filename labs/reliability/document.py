"""docs/explanation/reliability.md: a row per scenario, as the runs said, and read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from labs.reliability.corrected import table
from labs.reliability.scenario import Scenario, groups, scenarios, scenarios_of

PATH = Path(__file__).parents[2] / "docs" / "explanation" / "reliability.md"
COMMAND = "make reliability"
ROW = re.compile(r"^\| `([^`]+)` \| .* \| (.*) \| .* \|$", re.MULTILINE)
HEAD = f"""\
# Faults, and what was seen

<!-- Written by `{COMMAND}`; the tests hold every row against a run. Do not edit. -->

Each row is a fault that was caused on purpose in a real Postgres, with the shipped exporter and
gate: {{count}} in all. `make test` repeats {{quick}} of them, `make test-campaign` the others.
They fail if anything else is seen than is written here. `{COMMAND}` writes this page, and
`python -m labs.reliability ID ...` some of its rows.
"""
TABLE = """\
| | fault | seen on /metrics, the page and the gate | bound that held |
|---|---|---|---|
"""


CLAIMS = """
## Claims that did not hold

The documentation once made these claims, and trials disproved them. The faults in the last column
test each of them again.

| claim | what was seen | repair | held by |
|---|---|---|---|
"""


def cell(text: str) -> str:
    """Text as it stands in a table."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return "<br>".join(lines).replace("|", "\\|")


def row(one: Scenario, seen: str) -> str:
    """The line of one scenario; `seen` is a cell already."""
    return f"| `{one.id}` | {cell(one.fault)} | {seen} | {cell(one.bound)} |"


def kept() -> dict[str, str]:
    """What was seen, by the id of the scenario, as the document has it now."""
    text = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    return {id: seen for id, seen in ROW.findall(text) if id}


def render(seen: Mapping[str, str]) -> str:
    """The document; a scenario that was not run has no row."""
    known = scenarios()
    parts = [HEAD.format(count=len(known), quick=sum(not one.long for one in known))]
    for group, title in groups().items():
        rows = [row(one, seen[one.id]) for one in scenarios_of(group) if one.id in seen]
        parts.append(f"\n## {title}\n\n{TABLE}" + "".join(f"{line}\n" for line in rows))
    return "".join([*parts, CLAIMS, table()])


def write(seen: Mapping[str, str]) -> None:
    """Put some rows into the document; the others stay as they are."""
    PATH.write_text(render({**kept(), **seen}), encoding="utf-8")
