"""A warehouse as it was never meant to be, and what the gate has to say of it."""

from __future__ import annotations

from collections.abc import Mapping

from labs.reliability.stage import Gate, Stage

ORDERS = """
CREATE TABLE orders (id int, ts timestamptz, revenue numeric, client text);
INSERT INTO orders SELECT i, '2026-03-09 12:00+00', 10, 'c' || i FROM generate_series(1, 100) i;
"""
"""A hundred orders of the day that is expected at NOON."""
NOON = "--as-of=2026-03-10T12:00:00Z"
WATCHED = """
warehouse: {dsn: "${WAREHOUSE_DSN}"}
datasets:
  orders:
    relation: orders
    time: ts
    key: id
    checks:
"""


def orders(*checks: str) -> str:
    """A config over dataset `orders`, with some checks; more datasets may follow."""
    return WATCHED + "".join(f"      - {check}\n" for check in checks)


def judged(stage: Stage, tables: str, config: str, *options: str) -> Gate:
    """What the gate says of some tables."""
    stage.sql(tables)
    stage.write(config)
    return stage.gate(NOON, *options)


def words(gate: Gate) -> dict[str, str]:
    """The word and the reason of every check, in order of their names."""
    return {check: str(one) for check, one in sorted(gate.said.items())}


def told(gate: Gate, expected: Mapping[str, str], code: int) -> str:
    """That the gate says this of the checks and nothing of others, in a line."""
    assert (words(gate), gate.code) == (dict(sorted(expected.items())), code), gate.said
    by_word: dict[str, list[str]] = {}
    for check, word in words(gate).items():
        by_word.setdefault(word, []).append(check.partition(".")[2])
    listed = "; ".join(f"{word}: {', '.join(checks)}" for word, checks in sorted(by_word.items()))
    return f"{listed}; {gate}"
