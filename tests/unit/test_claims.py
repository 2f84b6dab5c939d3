"""Every sentence of docs/how-to/security.md is held by a test, or makes no claim."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from labs.reliability.scenario import scenarios

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "how-to" / "security.md"
FAULT = "fault: "
KNOWN: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("claims.yml").read_text())
CLAIMS: dict[str, list[str]] = {one["says"]: one["tests"] for one in KNOWN["claims"]}


def sentences() -> list[str]:
    """Those of the page, without its headings and its blocks of code."""
    text = re.sub(r"```.*?```", "\n\n", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    found: list[str] = []
    for part in re.split(r"\n\s*\n|\n(?=- )|\n(?=\| )", text):
        line = " ".join(part.split())
        if line and not line.startswith(("#", "|---", "| | |")):
            found += re.split(r"(?<=[.!?]) (?=[A-Z`])", line)
    return found


@cache
def functions_of(file: str) -> set[str]:
    """The names of the functions in the test files of a name, in whichever folder."""
    trees = [ast.parse(found.read_text(encoding="utf-8")) for found in TESTS.rglob(file)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def test_every_sentence_is_held_by_a_test_or_claims_nothing() -> None:
    known = (*CLAIMS, *KNOWN["advice"])
    new = [sentence for sentence in sentences() if not any(one in sentence for one in known)]
    assert new == [], "name the tests that would fail if this were not so, in claims.yml"


def test_what_is_listed_stands_on_the_page() -> None:
    page = sentences()
    gone = [known for known in (*CLAIMS, *KNOWN["advice"]) if not any(known in s for s in page)]
    assert gone == []


def test_the_tests_that_are_named_are_there() -> None:
    faults = {one.id for one in scenarios()}
    for says, named in CLAIMS.items():
        assert named, says
        for one in named:
            file, _, test = one.partition("::")
            known = faults if one.startswith(FAULT) else functions_of(file)
            assert one.removeprefix(FAULT) in known or test in known, f"{says}: {one}"
