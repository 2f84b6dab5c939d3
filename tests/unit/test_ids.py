"""Every id of docs/reference/check-ids.md is a kind's, and a test breaks rows for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from warehouse_exporter.kinds import all_kinds

from tests.database.turns.breaks import BREAKS

ROOT = Path(__file__).parents[2]
SIZES = {"F": 8, "V": 8, "C": 5, "S": 5, "U": 1, "A": 2, "R": 7, "J": 3, "T": 5, "N": 3, "X": 2,
         "P": 1, "K": 1}  # fmt: skip
CATALOGUE = {f"{x}{n}" for x, size in SIZES.items() for n in range(1, size + 1)} | {"O12"}
"""The ids that must not get lost."""
CHECKS = {id for kind in all_kinds().values() for id in kind.ids}
"""The ids of checks: what is monitored."""
TURNS = "tests/database/turns/test_turns.py::test_exactly_these_turn_and_turn_back"
TESTS = {
    **dict.fromkeys(sorted(CHECKS), TURNS),
    "O1": "tests/unit/test_report.py::test_the_plain_table_has_one_line_per_verdict_worst_first",
    "O4": "tests/database/test_cli_check.py::test_the_exit_code",
    "O8": "tests/unit/test_rules_of_every_kind.py"
    "::test_it_is_told_with_number_and_limit_and_resolves",
    "O9": "tests/chain/e2e/test_agreement.py::test_prometheus_tells_what_the_gate_finds",
}
"""Id -> the test that has to fail when it does not work."""
PAGE = ROOT / "docs" / "reference" / "check-ids.md"
IN_TWO_KINDS = {
    "R4": "order by order, and in total per day: totals alone let errors cancel",
    "R6": "order by order, and in total per day: totals alone let errors cancel",
}
ID = re.compile(r"\b[FVCSUARJTNXPKO][1-9][0-9]?\b")


def kinds_of(id: str) -> list[str]:
    """The kinds that have an id."""
    return [name for name, kind in all_kinds().items() if id in kind.ids]


def tree(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def test_no_id_is_lost() -> None:
    assert CATALOGUE <= CHECKS
    assert all(ID.fullmatch(id) for id in CHECKS)


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_an_id_is_one_kind(id: str) -> None:
    kinds = kinds_of(id)
    assert len(kinds) == 1 or (len(kinds) == 2 and id in IN_TWO_KINDS), kinds


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_an_id_has_rows_that_break_it(id: str) -> None:
    assert [name for name in BREAKS if name.split()[0] == id], (
        f"no break of {id}, as BREAKS in the test of its kind or in tests/database/turns"
    )


def test_a_kind_without_an_id_has_rows_that_break_it() -> None:
    unnamed = [name for name, kind in all_kinds().items() if not kind.ids]
    assert [name for name in unnamed if name not in BREAKS] == []


def test_no_break_has_an_id_that_is_none() -> None:
    assert {name.split()[0] for name in BREAKS} <= CHECKS | set(all_kinds())


@pytest.mark.parametrize("id", TESTS)
def test_the_test_of_an_id_is_there(id: str) -> None:
    file, _, name = TESTS[id].partition("::")
    functions = [n for n in ast.walk(tree(ROOT / file)) if isinstance(n, ast.FunctionDef)]
    assert name in [function.name for function in functions]


def rows() -> dict[str, set[str]]:
    """The ids of the page, each with the kinds in its row."""
    lines = re.findall(r"^\| ([A-Z][0-9]+) \|(.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {id: set(re.findall(r"\(kinds/(\w+)\.md\)", rest)) for id, rest in lines}


def test_the_page_explains_every_id_and_no_other() -> None:
    assert set(rows()) == set(TESTS)


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_the_page_names_the_kinds_of_an_id(id: str) -> None:
    assert rows()[id] == set(kinds_of(id))


def test_an_id_is_explained_nowhere_else() -> None:
    """Docstrings of the program, help texts and other pages use the names of kinds."""
    package = ROOT / "exporter" / "warehouse_exporter"
    docs = [file for file in (ROOT / "docs" / "reference" / "kinds").glob("*.md")]
    texts = {file: ast.get_docstring(tree(file)) or "" for file in package.rglob("*.py")}
    texts |= {file: file.read_text(encoding="utf-8") for file in (*docs, *package.rglob("*.md"))}
    assert {f.name: ids for f, text in texts.items() if (ids := ID.findall(text))} == {}
