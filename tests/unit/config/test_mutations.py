"""Whatever is wrong with a config, people get complaints with a line, and never a traceback."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from warehouse_exporter import profiles
from warehouse_exporter.config import Config
from warehouse_exporter.config.load import parse
from warehouse_exporter.core.errors import ConfigError, Problem

from tests.support.sample import sampled
from tests.unit.config.test_complaints import GOOD
from tests.unit.config.test_spec import EXAMPLE

SHOP = profiles.file_of(profiles.DEFAULT)
WORDS = [
    "orders", "null", "{}", "[]", "''", "1", "-1", "1e999", "true", "> 5%", "'> 0'", "<<", "*x",
    "&x", "!!python/name:os.system", "${NOPE}", "${}", "$${", "a: b", "- ", "? ", "'", '"', "%",
    "\t", "\x07", "\x85", "é", "...", "---", "# ", "|", ">-", "time", "checks", "ratio", "sql", ":",
]  # fmt: skip
Mutation = Callable[[random.Random, list[str]], list[str]]


def dropped(dice: random.Random, lines: list[str]) -> list[str]:
    """Without one line."""
    place = dice.randrange(len(lines))
    return lines[:place] + lines[place + 1 :]


def moved(dice: random.Random, lines: list[str]) -> list[str]:
    """One line copied to another place."""
    place = dice.randrange(len(lines))
    return [*lines[:place], dice.choice(lines), *lines[place:]]


def indented(dice: random.Random, lines: list[str]) -> list[str]:
    """One line further in or out."""
    place = dice.randrange(len(lines))
    line = lines[place]
    changed = line.removeprefix("  ") if dice.random() < 0.5 else f"  {line}"
    return [*lines[:place], changed, *lines[place + 1 :]]


def replaced(dice: random.Random, lines: list[str]) -> list[str]:
    """One word of one line is another word."""
    place = dice.randrange(len(lines))
    parts = lines[place].split(" ")
    parts[dice.randrange(len(parts))] = dice.choice(WORDS)
    return [*lines[:place], " ".join(parts), *lines[place + 1 :]]


def inserted(dice: random.Random, lines: list[str]) -> list[str]:
    """A few characters in the middle of a line."""
    place = dice.randrange(len(lines))
    at = dice.randrange(len(lines[place]) + 1)
    line = lines[place][:at] + dice.choice(WORDS) + lines[place][at:]
    return [*lines[:place], line, *lines[place + 1 :]]


MUTATIONS: list[Mutation] = [dropped, moved, indented, replaced, inserted]


VALID = [(EXAMPLE, 250), (GOOD, 240), (SHOP.read_text(encoding="utf-8"), 10)]
"""Configs that are well, and how often each is mutated per seed."""


@pytest.mark.parametrize("seed", sampled(map(str, range(20)), every=5))
def test_a_mutated_config_is_good_or_complained_about(seed: str) -> None:
    dice = random.Random(int(seed))
    refused = 0
    for config in (config for config, count in VALID for _ in range(count)):
        lines = config.split("\n")
        for _ in range(dice.choice([1, 1, 1, 3])):
            lines = dice.choice(MUTATIONS)(dice, lines)
        problems = told("\n".join(lines))
        refused += bool(problems)
        for problem in problems:
            assert 1 <= problem.line <= len(lines) + 1, problem
            assert problem.message.strip(), problem
            assert "pydantic" not in problem.message, problem
    assert 100 < refused < 490, "some mutations hurt and some do not"


def told(text: str) -> tuple[Problem, ...]:
    """The complaints about a config; any other exception fails the test."""
    try:
        assert isinstance(parse(text, "w.yml", {"WAREHOUSE_DSN": "dbname=w"}), Config)
    except ConfigError as error:
        return error.problems
    return ()
