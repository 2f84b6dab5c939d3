"""The table of many small tables: what is divided by what."""

from __future__ import annotations

from labs.bench.growth import FIRST, GATE, STEADY, Spent, aims, grid

FOUND = {
    30: {GATE: Spent(0.5, 2.0), FIRST: Spent(1.0, 6.0), STEADY: Spent(0.2, 2.0)},
    300: {GATE: Spent(0.5, 2.0), FIRST: Spent(1.0, 6.0), STEADY: Spent(0.1, 3.0)},
}


def test_each_round_stands_beside_the_gate_over_the_same_tables() -> None:
    rows = {(row[0], row[1]): row[-1] for row in grid(FOUND).rows}
    assert rows[FIRST, "300"] == "3.00"
    assert rows[STEADY, "30"] == "1.00"


def test_the_aims_are_about_the_larger_number() -> None:
    assert [aim.value for aim in aims(FOUND)] == [0.5, 0.1, 1.5, 0.5]
