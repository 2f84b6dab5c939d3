"""Every id of the check catalogue has one place in the code, a test that breaks rows, and docs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from warehouse_exporter.kinds import all_kinds
from warehouse_exporter.publish.reference import BEHAVIOURS, render

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
IN_TWO_KINDS = {
    "R4": "order by order, and in total per day: totals alone let errors cancel",
    "R6": "order by order, and in total per day: totals alone let errors cancel",
}
ID = re.compile(r"\b[FVCSUARJTNXPKO][0-9]{1,2}\b")


def kinds_of(id: str) -> list[str]:
    """The kinds that have an id."""
    return [name for name, kind in all_kinds().items() if id in kind.ids]


def home_of(id: str) -> list[str]:
    """The files of the program whose first text names a behaviour."""
    files = [*(ROOT / "exporter" / "warehouse_exporter").rglob("*.py")]
    return [f.name for f in files if re.search(rf"\b{id}\b", ast.get_docstring(tree(f)) or "")]


def tree(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def test_no_id_is_lost() -> None:
    assert CATALOGUE <= CHECKS
    assert all(ID.fullmatch(id) for id in CHECKS)
    assert set(BEHAVIOURS) == set(TESTS) - CHECKS


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_an_id_is_one_kind(id: str) -> None:
    kinds = kinds_of(id)
    assert len(kinds) == 1 or (len(kinds) == 2 and id in IN_TWO_KINDS), kinds


@pytest.mark.parametrize("kind", list(all_kinds()))
def test_the_file_of_a_kind_says_its_ids_first(kind: str) -> None:
    made = all_kinds()[kind]
    text = (
        ast.get_docstring(tree(ROOT / "exporter" / f"{made.__module__.replace('.', '/')}.py")) or ""
    )
    said = {id for id in made.ids if re.search(rf"\b{id}\b", text)}
    ranges = re.findall(r"\b([A-Z])(\d+) to [A-Z](\d+)\b", text)
    said |= {f"{x}{n}" for x, low, high in ranges for n in range(int(low), int(high) + 1)}
    assert set(made.ids) <= said


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_an_id_has_rows_that_break_it(id: str) -> None:
    assert [name for name in BREAKS if name.split()[0] == id], (
        f"no break of {id}, as BREAKS in the test of its kind or in tests/database/turns"
    )


def test_no_break_has_an_id_that_is_none() -> None:
    assert {name.split()[0] for name in BREAKS} <= CHECKS


@pytest.mark.parametrize("id", sorted(BEHAVIOURS))
def test_a_behaviour_has_one_home(id: str) -> None:
    assert len(home_of(id)) == 1, home_of(id)


@pytest.mark.parametrize("id", TESTS)
def test_the_test_of_an_id_is_there(id: str) -> None:
    file, _, name = TESTS[id].partition("::")
    functions = [n for n in ast.walk(tree(ROOT / file)) if isinstance(n, ast.FunctionDef)]
    assert name in [function.name for function in functions]


def test_the_reference_names_every_id_and_no_other() -> None:
    first_cells = re.findall(r"^\| ([A-Z][0-9]+) \|", render(), re.MULTILINE)
    assert set(first_cells) == set(TESTS)
    assert set(ID.findall(render())) == set(TESTS)
