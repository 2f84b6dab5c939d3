"""The tests in this folder start no server: what starts one is in `database` or in `chain`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

UNIT = Path(__file__).parent
FILES = sorted(file.relative_to(UNIT).as_posix() for file in UNIT.rglob("*.py"))
SERVERS = {
    "tests.support.secured.Secured",
    "tests.support.serving.Serving",
    "tests.support.warehouses.Warehouse",
    "tests.conftest.execute",
    "warehouse_exporter.demo.postgres",
    "warehouse_exporter.demo.runner",
}
"""What starts a Postgres, or an exporter that stays."""
FIXTURES = {"postgres", "database", "warehouse", "postgres_version"}
"""Those of `tests/conftest.py`, and of the folders beside this one, that need a Postgres."""


def used(file: str) -> Iterator[str]:
    """What a file imports, and what its functions ask for."""
    for node in ast.walk(ast.parse((UNIT / file).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.FunctionDef):
            yield from (argument.arg for argument in node.args.args)


@pytest.mark.parametrize("file", FILES)
def test_a_unit_test_starts_no_server(file: str) -> None:
    assert not {*used(file)} & (SERVERS | FIXTURES), "move it to tests/database or tests/chain"
