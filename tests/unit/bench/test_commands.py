"""The bench of short commands: what stands in its table, and whose time it counts."""

from __future__ import annotations

import sys

from labs.bench.commands import CHECK, HELP, PASS, RULES, VALIDATE, Found, aims, cpu_of, grid

FOUND = Found({PASS: 0.02, HELP: 0.1, CHECK: 0.6, VALIDATE: 2.0, RULES: 4.0}, 7_000_000)


def test_each_command_stands_beside_an_interpreter_that_does_nothing() -> None:
    rows = {row[0]: row[1:] for row in grid(FOUND).rows}
    assert rows[HELP] == ["0.100", "5.0", ""]
    assert rows[RULES] == ["4.000", "200.0", "7,000,000"]


def test_an_aim_that_is_missed_is_said_to_be() -> None:
    assert [aim.met for aim in aims(FOUND)] == [True, False, True, True, False]


def test_the_time_of_a_command_that_fails_is_counted_all_the_same() -> None:
    assert cpu_of([sys.executable, "-c", "raise SystemExit(3)"]) > 0
