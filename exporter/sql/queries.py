"""A statement of the owner's own: one SELECT, read as written, with our instants filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import sqlglot
from sqlglot import exp

from exporter.errors import SqlRefused
from exporter.sql import words
from exporter.sql.expressions import CLOCKS, first_line, reads_clock
from exporter.sql.words import Node

INSTANTS = ("as_of", "day_start", "day_end")
"""The names a query may use: the instant judged, and the bounds of the expected day."""
HARMFUL = re.compile(
    r"^(pg_sleep\w*|pg_(terminate|cancel)_backend|pg_advisory\w*|pg_read\w*|pg_ls\w*|lo_\w+|dblink\w*"
    r"|set_config|nextval|setval|pg_reload_conf|pg_rotate_logfile|pg_switch_wal|pg_notify|pg_promote"
    r"|pg_stat_reset\w*|pg_logical\w*|pg_replication\w*|pg_(create|drop|copy)_\w+|pg_wal_replay\w*"
    r"|pg_export_snapshot|pg_log_\w+|pg_backup_\w+|(query|cursor)_to_xml\w*)$"
)
"""Functions that act although the transaction is read-only, or only wait."""
GIVEN = "checks are judged at a given instant"
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Lock, exp.Into, exp.Command)


def parse_query(text: str) -> Node:
    """The query as a tree: one SELECT that neither writes, locks, waits nor reads the clock.

    Raises SqlRefused. The transaction it runs in is read-only as well.
    """
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect="postgres") if tree is not None]
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise SqlRefused(f"the query cannot be parsed ({first_line(error)})") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise SqlRefused("write one SELECT, and nothing else")
    if not trees[0].selects:
        raise SqlRefused("the query selects nothing: write SELECT and a number")
    for node in trees[0].walk():
        refuse(node)
    return trees[0]


def refuse(node: Node) -> None:
    """Raise SqlRefused for a node that no query may hold."""
    if isinstance(node, WRITES):
        raise SqlRefused(f"a query only reads: {type(node).__name__.upper()} is not allowed")
    if isinstance(node, CLOCKS) or (isinstance(node, exp.Anonymous) and is_clock(node.name)):
        raise SqlRefused(f"write :as_of instead of now(): {GIVEN}")
    if isinstance(node, exp.Literal) and isinstance(node.parent, exp.Cast) and reads_clock(node):
        raise SqlRefused(f"write :as_of instead of {node.sql('postgres')}: {GIVEN}")
    if isinstance(node, exp.Anonymous) and node.name.lower() == "age" and len(node.expressions) < 2:
        raise SqlRefused(
            f"write age(:as_of, ...), because age() of one time is its distance from today: {GIVEN}"
        )
    if isinstance(node, exp.Func) and HARMFUL.match(node.name.lower()):
        raise SqlRefused(f"function {node.name.lower()}() is not allowed")
    if isinstance(node, exp.Parameter | exp.Placeholder) and node.name not in INSTANTS:
        shown = f":{node.name}" if node.name not in ("", "?") else "a bare placeholder"
        raise SqlRefused(f"{shown} is not known: use :as_of, :day_start or :day_end")


def is_clock(function: str) -> bool:
    """Whether a function sqlglot does not know by type reads the clock."""
    clocks = ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday")
    return function.lower() in clocks


def render_query(text: str, instants: Mapping[str, datetime]) -> str:
    """The query with its instants as literals."""
    tree = parse_query(text).copy()
    for found in list(tree.find_all(exp.Placeholder)):
        at = instants[found.name]
        found.replace(words.cast(words.string(at.isoformat(sep=" ")), "timestamptz"))
    return tree.sql(dialect="postgres", comments=False)
