"""What a column of numbers may hold that is none: NaN and infinity."""

from __future__ import annotations

from sqlglot import exp

from exporter.sql import words
from exporter.sql.words import Node


def is_finite(node: Node) -> Node:
    """Whether a value is a number that can be judged; NULL stays unknown.

    PostgreSQL takes NaN for greater than every number, and equal to itself; but NaN, like infinity,
    less itself is NaN. So this holds for every type of number, and on every version.
    """
    nothing = exp.Paren(this=exp.Sub(this=node.copy(), expression=node.copy()))
    return words.compare(nothing, "=", words.number(0))


def differs(one: Node, other: Node, tolerance: float) -> Node:
    """Whether two numbers are further apart than the tolerance; NULL where either is.

    The difference is rounded to six decimals, so that 1.01 - 1.00 is 0.01 in floating point as
    well.
    """
    apart = exp.Abs(this=exp.Sub(this=exp.Paren(this=one.copy()), expression=exp.Paren(this=other)))
    rounded = exp.Round(this=words.cast(apart, "numeric"), decimals=words.number(6))
    return words.compare(rounded, ">", words.number(tolerance))
