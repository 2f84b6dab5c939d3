"""What DuckDB spells in another way than PostgreSQL, and sqlglot does not translate the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import duckdb_documents as documents
from warehouse_exporter.sql.clocks import HAS_OFFSET, ISO

Node = exp.Expr
INTEGERS = "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT',"
INTEGERS += " 'UINTEGER', 'UBIGINT', 'UHUGEINT')"
NO_YEAR = "(?!0000)"
"""Part of a pattern that DuckDB's regular expressions have no word for."""
SIMPLE_ISO = ISO.replace(NO_YEAR, "")
APART = r" (Z|[+-][0-9:]+)$"
"""An offset with a space before it, at the end of a time."""
EPOCH = "CAST('1970-01-01 00:00:00+00' AS TIMESTAMPTZ)"


def text(node: Node) -> str:
    """A node as DuckDB's text."""
    return node.sql(dialect="duckdb", comments=False)


def raw(written: str) -> Node:
    """Text of DuckDB's as a node."""
    return exp.Var(this=written)


def quoted(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def rewritten(node: Node) -> Node:
    """A node as DuckDB spells it; the node itself where that is the same. Raises SqlRefused."""
    rule = RULES.get(type(node))
    return (None if rule is None else rule(node)) or node


def dotted(node: Any) -> Node | None:
    """A function of PostgreSQL's own, by its schema."""
    if not isinstance(node.expression, exp.Anonymous) or node.this.name.lower() != "pg_catalog":
        return None
    name, arguments = node.expression.name.lower(), node.expression.expressions
    if name == "width_bucket":
        return width_bucket(*arguments)
    if name == "jsonb_array_length" and isinstance(arguments[0], documents.Found):
        return raw(documents.counted(arguments[0]))
    if name == "jsonb_path_query_array":
        return documents.Found(this=arguments[0], path=arguments[1].name)
    if name == "pg_input_is_valid":
        return raw(f"JSON_VALID({text(arguments[0])})")
    return exp.Anonymous(this=name, expressions=arguments)


def width_bucket(value: Node, edges: Any) -> Node:
    """The place of a value between edges; the last edge and all above it is one."""
    shown = text(value)
    whens = " ".join(
        f"WHEN {shown} < {text(edge)} THEN {place}" for place, edge in enumerate(edges.expressions)
    )
    return raw(f"CASE WHEN {shown} IS NULL THEN NULL {whens} ELSE {len(edges.expressions)} END")


def division(node: Any) -> Node | None:
    """Between whole numbers PostgreSQL gives a whole number."""
    one, other = node.this, node.expression
    a, b = f"({text(one)})", f"({text(other)})"
    if has_fractions(one) or has_fractions(other):
        return raw(f"({a} / {b})")
    tested = [side for side, node in ((a, one), (b, other)) if not isinstance(node, exp.Literal)]
    whole = " AND ".join(f"TYPEOF({side}) IN {INTEGERS}" for side in tested) or "TRUE"
    return raw(f"(CASE WHEN {whole} THEN {a} // {b} ELSE {a} / {b} END)")


def has_fractions(node: Any) -> bool:
    """Whether a node says itself that it is no whole number."""
    if isinstance(node, exp.Literal):
        return not node.is_int
    fractions = (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT)
    return isinstance(node, exp.Cast) and node.to.this in fractions


def cast(node: Any) -> Node | None:
    """`numeric` without a precision has none; DuckDB would keep three digits of a fraction."""
    kind = node.to.this
    if kind == exp.DataType.Type.DECIMAL and not node.to.expressions:
        return raw(f"CAST({text(node.this)} AS DOUBLE)")
    if kind == exp.DataType.Type.JSONB:
        return raw(f"CAST({text(node.this)} AS JSON)")
    return None


def regexp(node: Any) -> Node | None:
    """A pattern without the words that DuckDB does not know."""
    if not isinstance(node.expression, exp.Literal) or NO_YEAR not in node.expression.name:
        return None
    shown, pattern = text(node.this), quoted(node.expression.name.replace(NO_YEAR, ""))
    return raw(f"(REGEXP_MATCHES({shown}, {pattern}) AND NOT STARTS_WITH({shown}, '0000'))")


def case(node: Any) -> Node | None:
    """Text that is read as a time: DuckDB reads fewer spellings than PostgreSQL."""
    found = node.args["ifs"][0]
    test, value = found.this, found.args["true"]
    if not (isinstance(test, exp.RegexpLike) and test.expression.name == ISO):
        return None
    shown, ways = text(test.this), value.find(exp.Case)
    if not isinstance(value, exp.Cast) or ways is None:
        return None
    own = f"REGEXP_REPLACE({shown}, {quoted(APART)}, '\\1')"
    spelled = [f"WHEN REGEXP_MATCHES({shown}, {quoted(HAS_OFFSET)})"
               f" THEN TRY_CAST({own} AS TIMESTAMPTZ)"]  # fmt: skip
    wall = f"TRY_CAST({shown} AS TIMESTAMP)"
    for doubtful in ways.args["ifs"][1:]:
        for inner in list(doubtful.this.find_all(exp.Cast)):
            if inner.this == test.this:
                inner.replace(raw(wall))
        offset = doubtful.args["true"].name.strip()
        shifted = f"REGEXP_REPLACE({shown}, '^(.{{10}})$', '\\1 00:00') || {quoted(offset)}"
        spelled.append(f"WHEN {text(doubtful.this)} THEN TRY_CAST({shifted} AS TIMESTAMPTZ)")
    zone = quoted(ways.args["default"].name.strip())
    readable = f"REGEXP_MATCHES({shown}, {quoted(SIMPLE_ISO)}) AND NOT STARTS_WITH({shown}, '0000')"
    inside = f"CASE {' '.join(spelled)} ELSE {wall} AT TIME ZONE {zone} END"
    return raw(f"CASE WHEN {readable} THEN {inside} END")


def at_time_zone(node: Any) -> Node | None:
    """A distance from UTC in the place of a zone."""
    zone = node.args["zone"]
    if not isinstance(zone, exp.Interval):
        return None
    return raw(f"((CAST({text(node.this)} AS TIMESTAMP) - {text(zone)}) AT TIME ZONE 'UTC')")


def extract(node: Any) -> Node | None:
    """The seconds of the newest or oldest time, which may be infinite."""
    if node.name.upper() != "EPOCH" or node.expression.find(exp.Max, exp.Min) is None:
        return None
    at = text(node.expression)
    signed = f"CASE WHEN {at} > {EPOCH} THEN 'infinity' ELSE '-infinity' END"
    return raw(
        f"(CASE WHEN ISINF({at}) THEN CAST({signed} AS DOUBLE) ELSE EXTRACT(EPOCH FROM {at}) END)"
    )


def percentile(node: Any) -> Node | None:
    """A value between two, in floating point as PostgreSQL has it."""
    if not isinstance(node.this, exp.PercentileCont):
        return None
    (ordered,) = node.expression.expressions
    return raw(f"QUANTILE_CONT(CAST({text(ordered.this)} AS DOUBLE), {text(node.this.this)})")


def like(node: Any) -> Node | None:
    """A pattern in which a backslash takes the meaning from what follows, as in PostgreSQL."""
    if isinstance(node.parent, exp.Escape):
        return None
    pattern = node.expression
    if isinstance(pattern, exp.Literal) and "\\" not in pattern.name:
        return None
    return exp.Escape(this=node.copy(), expression=exp.Literal.string("\\"))


def equal(node: Any) -> Node | None:
    """A column that must be a number: DuckDB would read text as one, and fail at the first word."""
    column, number = node.this.unnest(), node.expression
    if not isinstance(column, exp.Column) or not (
        isinstance(number, exp.Literal) and not number.is_string
    ):
        return None
    one, other = text(column), text(number)
    if isinstance(node, exp.NEQ):
        return raw(f"({one} < {other} OR {one} > {other})")
    return raw(f"({one} <= {other} AND {one} >= {other})")


def select(node: Any) -> Node | None:
    """OFFSET 0 is a fence in PostgreSQL alone."""
    offset = node.args.get("offset")
    if offset is not None and offset.expression.name == "0":
        node.set("offset", None)
    return None


def refused(what: str, instead: str) -> Callable[[Any], Node | None]:
    """What has another meaning in DuckDB, or none."""

    def rule(node: Any) -> Node | None:
        raise SqlRefused(f"{what} is not available on DuckDB: write {instead}")

    return rule


RULES: dict[type[Node], Callable[[Any], Node | None]] = {
    exp.Dot: dotted,
    exp.Anonymous: documents.function,
    exp.Case: case,
    exp.Div: division,
    exp.Cast: cast,
    exp.RegexpLike: regexp,
    exp.AtTimeZone: at_time_zone,
    exp.Extract: extract,
    exp.WithinGroup: percentile,
    exp.EQ: equal,
    exp.NEQ: equal,
    exp.Like: like,
    exp.ILike: like,
    exp.Select: select,
    exp.Nullif: documents.emptied,
    exp.JSONBExtractScalar: documents.by_path_text,
    exp.JSONBExtract: documents.by_path,
    exp.SimilarTo: refused("SIMILAR TO", "a regular expression with ~"),
}
"""Sort of node -> how it is spelled."""
