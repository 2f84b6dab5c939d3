"""What an aggregate would answer if its rows were broken: told from its words, without a query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sqlglot import exp

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.core.states import Cell
from warehouse_exporter.sql import expressions
from warehouse_exporter.sql.words import Node, Settled, render


def bare(node: Node) -> Node:
    """The aggregate without its FILTER."""
    return node.this if isinstance(node, exp.Filter) else node


def over_nothing(node: Node) -> Cell:
    """What it answers over no rows: a count, or what says so itself, a number; else NULL.

    A cell that answers a number over no rows is never NULL.
    """
    if isinstance(node, Settled):
        return node.nothing
    if isinstance(node, exp.Coalesce) and isinstance(node.expressions[-1], exp.Literal):
        return int(node.expressions[-1].name)
    if isinstance(node, exp.Literal):
        return int(node.name) if node.is_int else None
    return 0 if isinstance(bare(node), exp.Count) else None


def reads_values(node: Node) -> bool:
    """Whether it takes the values of an expression, so that NULLs leave it nothing."""
    aggregate = bare(node)
    return not (isinstance(aggregate, exp.Count) and isinstance(aggregate.this, exp.Star))


def null_tests(node: Node) -> set[tuple[str, bool]]:
    """What its FILTER compares with NULL, and whether it wants the NULLs, or else the values."""
    found = set()
    for test, turned in tests_in(node):
        if isinstance(test.expression, exp.Null):
            wanted = (turned + bool(test.args.get("negate"))) % 2 == 0
            found.add((render(test.this), wanted))
    return found


def tests_in(node: Node) -> Iterator[tuple[exp.Is, int]]:
    """Every IS under a node, also in text of the config, and how many NOT it stands in."""
    for test in node.find_all(exp.Is):
        yield test, nots_around(test)
    for text in node.find_all(exp.Var):
        with suppress(SqlRefused):  # text of ours is no expression of the config
            for test, turned in tests_in(expressions.parse(text.name).tree):
                yield test, turned + nots_around(text)


def nots_around(node: Node) -> int:
    """How many NOT a node stands in."""
    above, found = node.parent, 0
    while above is not None:
        found += isinstance(above, exp.Not)
        above = above.parent
    return found
