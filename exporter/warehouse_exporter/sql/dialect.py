"""Statements of ours in the SQL of another engine: they are written in PostgreSQL's, once.

sqlglot translates what it knows; what it does not, or takes for something else, is in
`duckdb_words`. A statement that has no translation is refused, and costs its own checks.
"""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql.duckdb_words import Node, rewritten
from warehouse_exporter.sql.lexer import tokens
from warehouse_exporter.sql.refusals import GIVEN
from warehouse_exporter.sql.trees import is_called

CLOCKS = re.compile(r"today|get_current_time(stamp)?|current_local(time|timestamp)")
BESIDE = re.compile(
    r"read_\w+|\w+_scan|glob|sniff_csv|query|query_table|getenv|getvariable|uuid|duckdb_\w+"
    r"|pragma_\w+|parquet_\w+|which_secret|nextval|currval"
)
"""Functions of DuckDB that read files or settings, run SQL given as text, or give another answer
each time."""
KEPT = 512
"""Translations that are remembered: statements of closed days come again with each pass."""
INSTANT = re.compile(r"CAST\('([^']*)' AS pg_catalog\.timestamptz\)")
"""An instant that a query of the owner's has got in the place of `:as_of` and the like."""


@lru_cache(KEPT)
def duckdb(sql: str, *, pretty: bool = False) -> str:
    """A statement of ours as DuckDB runs it, with the same answer. Raises SqlRefused."""
    try:
        tree: Node = sqlglot.parse_one(sql, dialect="postgres")
        return translated(tree).sql(dialect="duckdb", comments=False, pretty=pretty)
    except SqlRefused:
        raise
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise SqlRefused("DuckDB's SQL has no translation for an expression in it") from error


def translated(tree: Node) -> Node:
    """The tree with each node spelled for DuckDB: from the outside in, then from the inside out."""
    for case in list(tree.find_all(exp.Case)):
        tree = put(tree, case, rewritten(case))
    for node in reversed(list(tree.dfs())):
        if not isinstance(node, exp.Case):
            tree = put(tree, node, rewritten(node))
    return tree


def put(tree: Node, node: Node, other: Node) -> Node:
    """The tree with another node in the place of one."""
    if other is node:
        return tree
    if node is tree:
        return other
    node.replace(other)
    return tree


def owners_duckdb(written: str) -> str:
    """A query of the owner's for DuckDB: as it is written, with instants that DuckDB reads.

    Raises SqlRefused for what reads a clock, or anything but the tables: PostgreSQL's functions of
    that sort are refused with the config.
    """
    found = tokens(written)
    for number, token in enumerate(found):
        if is_called(number, found) and CLOCKS.fullmatch(token.value.lower()):
            raise SqlRefused(f"write :as_of instead of {token.value}(): {GIVEN}")
        if is_called(number, found) and BESIDE.fullmatch(token.value.lower()):
            raise SqlRefused(f"function {token.value}() is not allowed")
    return INSTANT.sub(r"CAST('\1' AS timestamptz)", written)
