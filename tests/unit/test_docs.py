"""What the product has is in its documentation: kinds, gauges, alerts, commands, options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from warehouse_exporter.cli.exit_codes import Exit
from warehouse_exporter.cli.main import main
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import SHOWN
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds import all_kinds, all_metrics

ROOT = Path(__file__).parents[2]


@cache
def documented() -> str:
    """README.md and docs/*.md as one text."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def missing(names: Iterator[str] | list[str]) -> list[str]:
    """The names that the documentation does not have as a whole word."""
    text = documented()
    return [n for n in names if not re.search(rf"(?<![\w-]){re.escape(n)}(?![\w-])", text)]


def words(of: click.Command, path: str = "") -> Iterator[str]:
    """Every command by its words, without the program."""
    if path:
        yield path
    if isinstance(of, click.Group):
        for name, below in of.commands.items():
            yield from words(below, f"{path} {name}".strip())


def options(of: click.Command) -> Iterator[str]:
    """Every option of a command and of those below it."""
    for parameter in of.params:
        if isinstance(parameter, click.Option):
            yield max(parameter.opts, key=len)
    if isinstance(of, click.Group):
        for below in of.commands.values():
            yield from options(below)


def shared() -> list[str]:
    """The gauges and counters that are no kind's own, as Prometheus sees them."""
    counters = (names.PASSES, names.STATEMENTS, names.FAILURES)
    found = [value for value in vars(names).values() if isinstance(value, Metric)]
    return [f"{m.name}_total" if m in counters else m.name for m in found]


HELD = {
    "kinds": list(all_kinds()),
    "ids of the catalogue": sorted({i for kind in all_kinds().values() for i in kind.ids}),
    "gauges of kinds": list(all_metrics()),
    "gauges about ourselves": shared(),
    "alerts": sorted({kind.alert for kind in all_kinds().values()} | {names.ALERT_UNMEASURED}),
    "commands": [f"warehouse-exporter {path}" for path in words(main)],
    "options": sorted(set(options(main)) - {"--version"}),
    "verdicts": list(SHOWN.values()),
    "reasons": [reason.value for reason in Reason],
}


@pytest.mark.parametrize("what", HELD)
def test_the_documentation_names_all(what: str) -> None:
    left_out = missing(HELD[what])
    assert not left_out, f"{what} that neither README.md nor docs/*.md names: {left_out}"


def test_the_exit_codes_are_documented() -> None:
    left_out = [code for code in Exit if not re.search(rf"\| *`?{int(code)}`? *\|", documented())]
    assert not left_out, f"exit codes that no table of the documentation has: {left_out}"


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for file in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for link in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
            if "://" not in link and not (file.parent / link).exists():
                broken.append(f"{file.relative_to(ROOT)}: {link}")
    assert not broken, f"links to files that are not there: {broken}"
