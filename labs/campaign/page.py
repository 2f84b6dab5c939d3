"""docs/explanation/campaign.md: a line for each part, and what did not pass by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from labs.campaign.record import NEVER, Result

PATH = Path(__file__).parents[2] / "docs" / "explanation" / "campaign.md"
HEAD = """# The campaign

<!-- Written by `make test-campaign` from labs/campaign/results.csv. Do not edit. -->

The long tests that `make test` leaves out, by folder: how each ended when it was last run, and
at which commits. Minutes are those of one worker: two workers take about half. They depend on what
else the machine does. `make test-campaign` runs all, `make test-campaign PART=tests/chain/dbt` one
folder; either writes this page.
"""


def render(results: Mapping[str, Result]) -> str:
    """The page."""
    by_part = sorted(results.values(), key=lambda one: (one.part, one.test))
    lines = [line_of(part, list(tests)) for part, tests in groupby(by_part, lambda one: one.part)]
    lines.append(line_of("**all**", by_part))
    open_ones = [one for one in by_part if one.outcome not in ("passed", NEVER)]
    return "\n".join([
        HEAD,
        "| part | tests | never run | passed | minutes | days | commits |",
        "|---|---|---|---|---|---|---|",
        *lines,
        "",
        "These did not pass:" if open_ones else "All that ran passed.",
        *(f"- `{one.test}`: {one.outcome} at {one.commit}" for one in open_ones),
    ]) + "\n"  # fmt: skip


def line_of(part: str, tests: list[Result]) -> str:
    """The line of a part."""
    passed = sum(one.outcome == "passed" for one in tests)
    never = sum(one.outcome == NEVER for one in tests)
    minutes = sum(one.seconds for one in tests) / 60
    days = between(one.day for one in tests)
    commits = ", ".join(sorted({one.commit for one in tests} - {""}))
    return f"| {part} | {len(tests)} | {never} | {passed} | {minutes:.1f} | {days} | {commits} |"


def between(days: Iterable[str]) -> str:
    """The first and the last day on which some tests ran."""
    ran = sorted(set(days) - {""})
    return " to ".join(dict.fromkeys((ran[0], ran[-1]))) if ran else ""
