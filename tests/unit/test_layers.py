"""The layers of the house: who may import whom, and which library lives where."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "exporter" / "warehouse_exporter"
ROOMS = [
    "core", "dbt", "sql", "measures", "baselines", "kinds", "receivers", "config", "engines",
    "plan", "passes", "alerting", "publish", "copies", "backtest", "discover", "history", "server",
    "reports", "profiles", "demo", "cli",
]  # fmt: skip
"""Lower first: each room imports only from itself and from the rooms before it."""
LIBRARIES = {
    "yaml": ("config/document.py", "alerting/"),
    "sqlglot": ("sql/",),
    "duckdb": ("engines/duckdb/connection.py",),
    "psycopg2": ("engines/postgres/connection.py", "engines/postgres/blocking.py", "demo/"),
    "pydantic": (
        "kinds/",
        "receivers/",
        "config/",
        "publish/reference/",
        "server/web/settings.py",
        "discover/dbt/checks.py",
    ),
    "holidays": ("config/holidays.py",),
    "bcrypt": ("server/web/users.py",),
    "prometheus_client": ("publish/",),
    "schedule": ("server/timer.py",),
    "click": ("cli/", "demo/commands.py"),
    "rich": ("cli/", "publish/table.py", "backtest/", "demo/screen.py"),
    "starlette": ("server/web/",),
    "uvicorn": ("server/",),
    "grafana_foundation_sdk": ("alerting/grafana/dashboards/",),
    "jinja2": ("server/web/",),
    "markdown_it": ("server/web/runbooks.py",),
}
PRINTS = ("cli/", "demo/")
FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@cache
def tree(file: str) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((PACKAGE / file).read_text())


@cache
def imports(file: str) -> tuple[str, ...]:
    """The dotted names of what a file imports, anywhere in it."""
    found: list[str] = []
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def room(file: str) -> str:
    """The part of the package that a file belongs to."""
    return file.split("/")[0].removesuffix(".py")


@pytest.mark.parametrize("file", FILES)
def test_a_room_imports_only_from_those_below_it(file: str) -> None:
    named = [name.split(".") for name in imports(file)]
    ours = {name[1] for name in named if name[0] == PACKAGE.name and len(name) > 1}
    if room(file) in ROOMS:
        below = ROOMS[: ROOMS.index(room(file)) + 1]
        assert ours - {"__version__"} <= set(below)


def test_every_file_is_in_a_room() -> None:
    assert {room(file) for file in FILES} - set(ROOMS) == {"__init__", "__main__"}


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


def test_only_the_demo_knows_one_engine() -> None:
    """Everything else takes whichever the config names, by `engines.base`."""
    inside, seam = ("engines/", "demo/"), ("base", "connect")
    knowing = {
        file
        for file in FILES
        for name in imports(file)
        if name.startswith(f"{PACKAGE.name}.engines.") and name.split(".")[2] not in seam
    }
    assert [file for file in sorted(knowing) if not file.startswith(inside)] == []
