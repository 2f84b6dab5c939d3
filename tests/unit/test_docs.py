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
from warehouse_exporter.config.load import parse
from warehouse_exporter.core import names
from warehouse_exporter.core.errors import Reason
from warehouse_exporter.core.model import SHOWN
from warehouse_exporter.core.names import Metric
from warehouse_exporter.kinds import all_kinds, all_metrics

ROOT = Path(__file__).parents[2]


@cache
def documented() -> str:
    """README.md and the pages that a user reads, as one text."""
    folders = [ROOT / "docs" / name for name in ("tutorial", "how-to", "reference")]
    files = [ROOT / "README.md", *(f for folder in folders for f in sorted(folder.rglob("*.md")))]
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
    assert not left_out, f"{what} that neither README.md nor docs/ names: {left_out}"


def test_the_exit_codes_are_documented() -> None:
    left_out = [code for code in Exit if not re.search(rf"\| *`?{int(code)}`? *\|", documented())]
    assert not left_out, f"exit codes that no table of the documentation has: {left_out}"


def markdown() -> list[Path]:
    """Every Markdown file of the repository, where it is; parts for a copy of it belong there."""
    top = ("docs", "exporter", "labs", "grafana", "tests")
    below = (file for name in top for file in (ROOT / name).rglob("*.md"))
    return [*ROOT.glob("*.md"), *(file for file in below if "parts" not in file.parts)]


def anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    plain = [re.sub(r"[`*]|\]\([^)]*\)|\[", "", h) for h in re.findall(r"^#+ (.*)$", text, re.M)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("file", markdown(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if "://" in link or link.startswith("mailto:"):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    links = re.findall(r"\]\(([^)#\s]+)", index.read_text(encoding="utf-8"))
    linked = [(index.parent / link).resolve() for link in links if "://" not in link]
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page != index]
    assert [p.name for p in pages if not {p, p.parent, p.parent / "README.md"} & set(linked)] == []


def blocks(file: Path, *languages: str) -> list[str]:
    """The code blocks of a page: those of some languages, and the indented ones."""
    text = file.read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"(?:^ {4}.*\n)+", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    return [block for language, block in fenced if language in languages] + indented


def written_commands() -> list[tuple[str, str]]:
    """Every call of the program in a code block of the README and the pages, with its file."""
    found = []
    for file in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for block in blocks(file, "sh", "bash", "console"):
            lines = block.replace("\\\n", " ").splitlines()
            calls = [line.split("#")[0].strip() for line in lines if "warehouse-exporter " in line]
            found += [
                (file.name, call[call.index("warehouse-exporter ") :])
                for call in calls
                if re.match(r"(\S*/)?warehouse-exporter ", call)
            ]
    return found


@pytest.mark.parametrize(("file", "call"), written_commands())
def test_a_command_in_the_documentation_exists_with_its_options(file: str, call: str) -> None:
    _, *rest = call.split()
    command: click.Command = main
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    assert command is not main, f"{file}: {call}"
    known = {name for parameter in command.params for name in parameter.opts}
    given = {word.split("=")[0] for word in rest if word.startswith("--")}
    assert given <= known, f"{file}: {call}"


@pytest.mark.parametrize("name", ["tutorial/first-page.md", "how-to/own-postgres.md"])
def test_a_config_in_the_documentation_is_valid(name: str) -> None:
    (text,) = [b for b in blocks(ROOT / "docs" / name, "yaml") if b.startswith("warehouse:")]
    assert parse(text, name, {"WAREHOUSE_DSN": "dbname=nowhere"}).checks


def test_the_list_of_commands_shows_each_in_one_whole_line() -> None:
    """On a terminal of 80 characters, `--help` cuts what is longer."""
    width = 78 - 6 - max(map(len, main.commands))
    lines = {name: command.get_short_help_str(width) for name, command in main.commands.items()}
    assert {name: line for name, line in lines.items() if line.endswith("...") or not line} == {}
