"""SQL expressions from the config: parsed, allow-listed, and never pasted.

Parsing alone is no protection: `pg_sleep(10) is null` and sub-selects parse well. So every node
must be of a type listed here. There is no clock among them: `as_of` is the only time a check may
know.
"""

from __future__ import annotations

import re
from functools import cache

import sqlglot
from sqlglot import exp

from exporter.errors import SqlRefused
from exporter.sql.words import Node, name

ALLOWED: tuple[type[exp.Expr], ...] = (
    # structure
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Tuple,
    # logic
    exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike, exp.SimilarTo,
    # arithmetic
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Floor, exp.Ceil,
    # values
    exp.Cast, exp.DataType, exp.DataTypeParam, exp.Case, exp.If, exp.Coalesce, exp.Nullif,
    exp.Greatest, exp.Least,
    exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.DPipe, exp.Concat, exp.Substring,
    exp.Left, exp.Right, exp.Replace, exp.StrPosition,
    # documents
    exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar,
    exp.JSONPath, exp.JSONPathKey, exp.JSONPathRoot, exp.JSONPathSubscript,
)  # fmt: skip
TYPES = frozenset({
    "boolean", "smallint", "int", "bigint", "decimal", "float", "double", "text", "varchar", "char",
    "bpchar", "uuid", "json", "jsonb", "date", "time", "timetz", "timestamp", "timestamptz",
    "interval",
})  # fmt: skip
"""Types of plain data; others look something up (regclass) or are not known to be harmless."""
CLOCKS = (
    exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.CurrentDatetime, exp.Localtime,
    exp.Localtimestamp,
)  # fmt: skip
CLOCK_WORDS = re.compile(r"[\s\d:.+-]*(now|today|tomorrow|yesterday)[\s\d:.+-]*", re.IGNORECASE)
"""Text that PostgreSQL reads as the clock as soon as it is compared with a time."""
NOT_NOW = "checks are judged at a given instant, not at now()"


def refusal(node: Node) -> str | None:
    """Why a node may not stand in an expression of the config, or None when it may."""
    if isinstance(node, CLOCKS):
        return f"the clock may not be read: {NOT_NOW}"
    if reads_clock(node):
        return f"{node.sql('postgres')} is the clock where it meets a time: {NOT_NOW}"
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists):
        return "a sub-select is not allowed here: use `queries` for a statement of your own"
    if isinstance(node, exp.AggFunc | exp.Window):
        return f"{node.sql('postgres')}: no aggregate is allowed here, write what one row says"
    if isinstance(node, exp.Column) and node.table:
        return f"{node.sql('postgres')}: write the column without a table"
    if isinstance(node, exp.DataType) and not is_plain(node):
        return (
            f"{node.sql('postgres').lower()} is not a type of plain data, such as text or numeric"
        )
    if isinstance(node, exp.Interval):
        return "write an interval as a cast, such as '3 days'::interval"
    if isinstance(node, ALLOWED) and not isinstance(node, exp.TryCast):
        return None
    if isinstance(node, exp.Anonymous):
        return f"function {node.name.lower()}() is not in the list of allowed functions"
    return f"{node.sql('postgres')!r} ({type(node).__name__}) is not allowed in an expression"


def is_plain(data_type: exp.DataType) -> bool:
    """Whether a type is one of plain data; types that name objects are kept as bare text."""
    return str(getattr(data_type.this, "value", data_type.this)).lower() in TYPES


def reads_clock(node: Node) -> bool:
    """Whether a literal is one of the words that PostgreSQL takes for an instant near now()."""
    if not isinstance(node, exp.Literal) or not CLOCK_WORDS.fullmatch(node.name):
        return False
    return not isinstance(node.parent, exp.Like | exp.ILike | exp.RegexpLike | exp.RegexpILike)


def fold(node: Node) -> None:
    """Spell unquoted names as PostgreSQL does: in lower case, but only the letters of ASCII."""
    for found in node.find_all(exp.Identifier):
        if not found.quoted:
            found.replace(name(re.sub("[A-Z]+", lambda upper: upper[0].lower(), found.this)))


NOT_UNDERSTOOD = {"Invalid expression / Unexpected token": "it cannot go on"}
"""What sqlglot says -> what people are told; its other complaints name its own classes."""


@cache
def parse(text: str) -> Node:
    """The expression as a tree in which every node is allowed. Raises SqlRefused."""
    if not text.strip():
        raise SqlRefused("the expression is empty")
    try:
        tree = sqlglot.parse_one(text, dialect="postgres", into=exp.Condition)
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        shown = text if len(text) <= 80 else text[:77] + "..."
        raise SqlRefused(
            f"{shown!r} is not one SQL expression ({first_line(error)[:120]})"
        ) from None
    for node in tree.walk():
        reason = refusal(node)
        if reason is not None:
            raise SqlRefused(reason)
    fold(tree)
    return tree


def first_line(error: BaseException) -> str:
    """The parser's own message, with the word it stumbled over instead of a drawing."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    for found in getattr(error, "errors", None) or ():
        where = str(found.get("highlight") or "the end")
        return f"{NOT_UNDERSTOOD.get(found['description'], 'something is missing')} at {where!r}"
    return str(error).splitlines()[0].rstrip(". ")


def columns_in(node: Node) -> tuple[str, ...]:
    """The names of the columns an expression reads, each once, in order."""
    return tuple(dict.fromkeys(found.name for found in node.find_all(exp.Column)))
