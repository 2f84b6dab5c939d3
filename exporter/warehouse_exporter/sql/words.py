"""The words statements are made of, as syntax trees: names, literals, predicates, aggregates."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from weakref import WeakValueDictionary

from sqlglot import exp

from warehouse_exporter.core.states import Cell

Node = exp.Expr


class Settled(exp.Var):
    """The text of a cell, in place of its tree, which takes a hundred times the memory.

    `nothing` is what it answers over no rows.
    """

    nothing: Cell = None


SETTLED: WeakValueDictionary[tuple[str, object], Settled] = WeakValueDictionary()
"""Those in use: the same cell is asked of a thousand tables."""


def settled(node: Node, nothing: Cell) -> Node:
    """A cell as text. It is compared by this text, and nothing in it can be found any more."""
    if isinstance(node, Settled):
        return node
    text = render(node)
    found = SETTLED.get((text, nothing))
    if found is None:
        found = Settled(this=text)
        found.nothing = nothing
        found = SETTLED.setdefault((text, nothing), found)
    return found


def render(node: Node) -> str:
    """The node as PostgreSQL text; every identifier is quoted."""
    if isinstance(node, Settled):
        return str(node.this)
    return node.sql(dialect="postgres", identify=True, comments=False)


def name(text: str) -> exp.Identifier:
    """An identifier, exactly as the catalogue spells it."""
    return exp.to_identifier(text, quoted=True)


def column(text: str) -> Node:
    """A column, exactly as the catalogue spells it."""
    return exp.Column(this=name(text))


def string(text: str) -> Node:
    """A string literal."""
    return exp.Literal.string(text)


def number(value: int | float) -> Node:
    """A number literal."""
    return exp.Literal.number(repr(value))


def written(text: str) -> Node:
    """Text that stands in a statement as it is; an operand must bring its own parentheses."""
    return exp.Var(this=text)


def enclosed(node: Node) -> Node:
    """A copy in parentheses, which text brings along."""
    return node.copy() if isinstance(node, exp.Var) else exp.Paren(this=node.copy())


def cast(node: Node, to: str) -> Node:
    """CAST(node AS to)."""
    return exp.Cast(this=node, to=data_type(to).copy())


def called(function: str, *arguments: Node) -> Node:
    """A call of a function of PostgreSQL's own; nobody else's is found in its place."""
    return exp.Anonymous(this=f"pg_catalog.{function}", expressions=list(arguments))


@cache
def data_type(text: str) -> exp.DataType:
    """A type by its name; to be copied into a tree, as a node has one parent."""
    return exp.DataType.build(text, dialect="postgres")


def both(*predicates: Node | None) -> Node | None:
    """All of the predicates; None (no condition) where there is none."""
    given: list[Node] = [enclosed(p) for p in predicates if p is not None]
    return reduce(lambda a, b: exp.And(this=a, expression=b), given) if given else None


def all_of(*predicates: Node | None) -> Node:
    """All of the predicates, of which at least one is given."""
    found = both(*predicates)
    assert found is not None
    return found


def either(*predicates: Node) -> Node:
    """Any of the predicates; at least one must be given."""
    given: list[Node] = [enclosed(p) for p in predicates]
    return reduce(lambda a, b: exp.Or(this=a, expression=b), given)


def negated(predicate: Node) -> Node:
    """NOT (predicate); unknown stays unknown."""
    return exp.Not(this=enclosed(predicate))


def is_null(node: Node) -> Node:
    """node IS NULL."""
    return exp.Is(this=node.copy(), expression=exp.Null())


def is_present(node: Node) -> Node:
    """node IS NOT NULL."""
    return exp.Not(this=is_null(node))


def is_blank(node: Node) -> Node:
    """Whether a value, as text, is empty or white space only (tabs and line ends included)."""
    pattern = string(r"^[[:space:]]*$")
    return exp.RegexpLike(this=cast(node.copy(), "text"), expression=pattern)


def compare(node: Node, op: str, other: Node) -> Node:
    """A comparison: one of <, <=, >, >=, =."""
    kinds = {"<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE, "=": exp.EQ}
    return kinds[op](this=node.copy(), expression=other.copy())


def coalesced(node: Node, other: Node) -> Node:
    """The value, or another where there is none."""
    return exp.Coalesce(this=node.copy(), expressions=[other.copy()])


def same(node: Node, other: Node) -> Node:
    """node IS NOT DISTINCT FROM other: NULL is the same as NULL."""
    return exp.NullSafeEQ(this=node.copy(), expression=other.copy())


def one_of(node: Node, values: Iterable[Node]) -> Node:
    """node IN (values)."""
    return exp.In(this=node.copy(), expressions=[value.copy() for value in values])


def is_true(value: bool) -> Node:
    """TRUE or FALSE."""
    return exp.Boolean(this=value)


def matches(node: Node, pattern: str) -> Node:
    """Whether a text matches a regular expression."""
    return exp.RegexpLike(this=node.copy(), expression=string(pattern))


def filtered(aggregate: Node, where: Node | None) -> Node:
    """The aggregate over the rows that satisfy `where`."""
    if where is None:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=where.copy()))


def narrowed(aggregate: Node, where: Node) -> Node:
    """The same aggregate over those of its rows that satisfy `where` too."""
    if isinstance(aggregate, exp.Literal):
        return aggregate.copy()
    if isinstance(aggregate, exp.Coalesce):
        only = narrowed(aggregate.this, where)
        return exp.Coalesce(this=only, expressions=[node.copy() for node in aggregate.expressions])
    if isinstance(aggregate, exp.Filter):
        return filtered(aggregate.this.copy(), both(aggregate.expression.this, where))
    return filtered(aggregate.copy(), where)


def count(where: Node | None = None) -> Node:
    """How many rows."""
    return filtered(exp.Count(this=exp.Star(), big_int=True), where)


def counted_where(node: Node) -> Node | None:
    """The condition of the rows that a `count` counts; None where it counts others as well."""
    if not isinstance(node, exp.Filter) or not isinstance(node.this, exp.Count):
        return None
    found: Node = node.expression.this.copy()
    return found


def count_of(node: Node, where: Node | None = None) -> Node:
    """How many rows in which the expression is not NULL."""
    return filtered(exp.Count(this=node.copy(), big_int=True), among_present(node, where))


def distinct_of(node: Node, where: Node | None = None) -> Node:
    """How many different values; not additive over days."""
    return filtered(exp.Count(this=exp.Distinct(expressions=[node.copy()])), where)


def sum_of(node: Node, where: Node | None = None) -> Node:
    """The sum; NULL over no value."""
    return filtered(exp.Sum(this=node.copy()), among_present(node, where))


def average_of(node: Node, where: Node | None = None) -> Node:
    """The mean; NULL over no value."""
    return filtered(exp.Avg(this=node.copy()), among_present(node, where))


def percentile_of(node: Node, at: float, where: Node | None = None) -> Node:
    """The value below which a share of the values lies, between two values if need be."""
    order = exp.Order(expressions=[exp.Ordered(this=node.copy(), nulls_first=False)])
    share = exp.PercentileCont(this=number(at))
    return filtered(exp.WithinGroup(this=share, expression=order), among_present(node, where))


def among_present(node: Node, where: Node | None) -> Node | None:
    """The condition, asked only of rows with a value: the cheaper question comes first.

    Measured over 10 million rows of which few have a value: a tenth off the whole scan.
    """
    return None if where is None else both(is_present(node), where)


def excess(node: Node, base: Node) -> Node:
    """How much a value lies above another, or 0; to six decimals, so that 1.01 - 1.00 is 0.01."""
    more = exp.Sub(this=enclosed(node), expression=enclosed(base))
    return exp.Round(
        this=cast(exp.Greatest(this=more, expressions=[number(0)]), "numeric"), decimals=number(6)
    )


def computed(source: str, node: Node | None, named: str, *, distributed: bool) -> str:
    """A FROM clause in which every row has the value of an expression, as a column of that name.

    OFFSET 0 keeps it from being worked out once for every use; a distributed table refuses that.
    """
    if node is None:
        return source
    once = "" if distributed else " OFFSET 0"
    return f"{source} CROSS JOIN LATERAL (SELECT {render(node)} AS {named}{once}) AS {named}"


def newest_of(node: Node) -> Node:
    """The greatest value; NULL over no value."""
    return exp.Max(this=node.copy())


def oldest_of(node: Node) -> Node:
    """The least value; NULL over no value."""
    return exp.Min(this=node.copy())


def epoch(node: Node) -> Node:
    """Seconds since the epoch of a timestamptz."""
    return exp.Extract(this=exp.Var(this="EPOCH"), expression=node)
