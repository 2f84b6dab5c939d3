"""What a column of numbers may hold that is none, NaN and infinity, and how `real` adds up."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from warehouse_exporter.core.grammar import Tolerance
from warehouse_exporter.sql import words
from warehouse_exporter.sql.expressions import Expression
from warehouse_exporter.sql.words import Node

MAY_BE_NAN = frozenset({"numeric", "real", "double precision"})
"""The types of number, as the catalogue names them, that have NaN and infinity."""
REAL = "real"
"""The catalogue's name of a number in single precision: 6 to 9 digits."""


def widened(expression: Expression, narrow: Collection[str]) -> Node:
    """An expression with double precision in the place of single.

    300,000 times 149.99 in `real` is 150,000 too little, and another plan gives another sum. A
    column is widened as the decimal number that it shows: 149.99 and not 149.99000549.
    """
    wide = {
        name: words.render(words.cast(words.cast(words.column(name), "text"), "double precision"))
        for name in expression.columns
        if name in narrow
    }
    node = expression.spelling(wide) if wide else expression.node
    casts = expression.tree.find_all(exp.Cast)
    if any(cast.to.is_type(exp.DataType.Type.FLOAT) for cast in casts):
        return words.cast(node, "double precision")
    return node


def is_finite(node: Node) -> Node:
    """Whether a value is a number that can be judged; NULL stays unknown.

    PostgreSQL takes NaN for greater than every number, and equal to itself; but NaN, like infinity,
    less itself is NaN. So this holds for every type of number, and on every version.
    """
    nothing = exp.Paren(this=exp.Sub(this=node.copy(), expression=node.copy()))
    return words.compare(nothing, "=", words.number(0))


def is_missing(node: Node, column_type: str) -> Node:
    """Whether a column has no value: NULL, or of a number NaN or infinity."""
    absent = words.is_null(node)
    if column_type not in MAY_BE_NAN:
        return absent
    return words.either(absent, words.negated(is_finite(node)))


def differs(one: Node, other: Node, tolerance: Tolerance) -> Node:
    """Whether two numbers are further apart than the tolerance; NULL where either is.

    The difference is rounded to six decimals, so that 1.01 - 1.00 is 0.01 in floating point as
    well.
    """
    apart = exp.Abs(this=exp.Sub(this=exp.Paren(this=one.copy()), expression=exp.Paren(this=other)))
    allowed = words.number(tolerance.size)
    if tolerance.relative:
        size = exp.Abs(this=exp.Paren(this=one.copy()))
        allowed = rounded(exp.Mul(this=allowed, expression=size))
    return words.compare(rounded(apart), ">", allowed)


def rounded(node: Node) -> Node:
    """A number to six decimals."""
    return exp.Round(this=words.cast(node, "numeric"), decimals=words.number(6))
