"""The layers of the house: who may import whom, and which library lives where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "exporter"
LAYERS = [
    "errors", "files", "bounds", "messages", "dsn", "addresses", "catalog", "logs", "limits",
    "wording", "states", "days", "model", "relations", "settings", "sql", "needs", "target",
    "closed", "baselines", "kinds", "untimed", "config", "late", "fusion", "plan", "answers",
    "wire", "portions", "cursor", "session", "warehouse", "crew", "collect", "looks", "verdicts",
    "passes",
]  # fmt: skip
"""Lower first: each imports only what stands before it; what is not listed is above them all."""
LIBRARIES = {
    "yaml": ("config/document.py", "assets/", "rules.py"),
    "sqlglot": ("sql/",),
    "psycopg2": ("wire.py", "demo/"),
    "pydantic": ("kinds/", "config/", "reference.py", "web/settings.py"),
    "bcrypt": ("web/users.py",),
    "prometheus_client": ("metrics.py", "pieces.py", "scrape.py"),
    "schedule": ("rhythm.py",),
    "click": ("cli.py", "commands/", "demo/commands.py", "options.py", "shell.py"),
    "rich": (
        "cli.py",
        "terminal.py",
        "backtest/command.py",
        "backtest/screen.py",
        "demo/screen.py",
    ),
    "starlette": ("web/",),
    "uvicorn": ("serve.py", "web/"),
    "jinja2": ("web/",),
}
PRINTS = ("cli.py", "demo/")
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def tree(file: str) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((PACKAGE / file).read_text())


def imports(file: str) -> Iterator[str]:
    """The dotted names of what a file imports, anywhere in it."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(file: str) -> str:
    """The part of the package a file belongs to."""
    return file.split("/")[0].removesuffix(".py")


@pytest.mark.parametrize("file", FILES)
def test_a_part_imports_only_what_stands_below_it(file: str) -> None:
    ours = [name.split(".")[1] for name in imports(file) if name.startswith("exporter.")]
    if layer(file) in LAYERS:
        below = LAYERS[: LAYERS.index(layer(file)) + 1]
        assert [part for part in ours if part not in below] == []


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_library_lives_in_its_own_rooms(library: str) -> None:
    users = {f for f in FILES for name in imports(f) if name.split(".")[0] == library}
    assert [user for user in sorted(users) if not user.startswith(LIBRARIES[library])] == []


def test_only_the_commands_print() -> None:
    printing = {
        file
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "print"
    }
    assert [file for file in sorted(printing) if not file.startswith(PRINTS)] == []
