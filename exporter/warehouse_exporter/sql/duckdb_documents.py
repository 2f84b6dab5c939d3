"""JSON documents on DuckDB: what PostgreSQL says in SQL/JSON paths is said with lists here."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlglot import exp

from warehouse_exporter.core.errors import SqlRefused

Node = exp.Expr
KEY = r'\."(?:[^"\\]|\\.)*"'
STEP = re.compile(rf"({KEY})\[\*\] \? \(@ != null\)")
END = re.compile(rf" \? \((!?)exists \(@({KEY}) \? \(@ != null\)\)\)")
BEGIN = "lax $[*]"
TYPES = {
    "OBJECT": "object",
    "ARRAY": "array",
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "NULL": "null",
}
"""DuckDB's name of a sort of JSON value -> PostgreSQL's; all others are numbers."""


class Found(exp.Expression):
    """The values at the end of a path of ours in a document."""

    arg_types = {"this": True, "path": True}  # noqa: RUF012


def shown(node: Node) -> str:
    """A node as DuckDB's text."""
    return node.sql(dialect="duckdb", comments=False)


def pointer(keys: list[str]) -> str:
    """A JSON pointer to what is under some keys, as a literal."""
    steps = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
    return "'" + steps.replace("'", "''") + "'"


def key_of(written: str) -> str:
    """A key of a path of ours: `."items"`."""
    return str(json.loads(written[1:]))


def counted(found: Found) -> str:
    """How many values `documents.matches` finds: those with a value under a key, or without."""
    keys, last, negated = parsed(found.args["path"])
    document = shown(found.this)
    values = members(f"[{document}]")
    for key in keys:
        inside = f"LIST_TRANSFORM({values}, LAMBDA o: JSON_EXTRACT(o, {pointer([key])}))"
        values = members(members(inside))
        values = f"LIST_FILTER({values}, LAMBDA v: JSON_TYPE(v) <> 'NULL')"
    value = f"JSON_EXTRACT(e, {pointer([last])})"
    some = f"LIST_FILTER({members(f'[{value}]')}, LAMBDA v: JSON_TYPE(v) <> 'NULL')"
    test = f"LEN({some}) {'=' if negated else '>'} 0"
    return (
        f"(CASE WHEN {document} IS NOT NULL THEN LEN(LIST_FILTER({values}, LAMBDA e: {test})) END)"
    )


def members(values: str) -> str:
    """The values of a list; in the place of an array, what it holds."""
    each = "CASE WHEN JSON_TYPE(a) = 'ARRAY' THEN JSON_EXTRACT(a, '$[*]') ELSE [a] END"
    return f"FLATTEN(LIST_TRANSFORM({values}, LAMBDA a: {each}))"


def parsed(path: str) -> tuple[list[str], str, bool]:
    """The keys of a path of ours, the last one apart, and whether that one must be missing."""
    rest = path.removeprefix(BEGIN)
    keys = []
    while step := STEP.match(rest):
        keys.append(key_of(step.group(1)))
        rest = rest[step.end() :]
    end = END.fullmatch(rest)
    if end is None:
        raise SqlRefused(f"the path {path} is not one of ours")
    return keys, key_of(end.group(2)), bool(end.group(1))


def emptied(node: Any) -> Node | None:
    """NULL in the place of an empty array, however it is written."""
    if shown(node.expression) not in ("CAST('[]' AS JSON)", "'[]'::JSON"):
        return None
    document = shown(node.this)
    empty = f"JSON_TYPE({document}) = 'ARRAY' AND JSON_ARRAY_LENGTH({document}) = 0"
    return exp.Var(this=f"(CASE WHEN {empty} THEN NULL ELSE {document} END)")


def by_path(node: Any) -> Node | None:
    """`document #> '{a,b}'`."""
    return exp.Var(this=f"JSON_EXTRACT({shown(node.this)}, {path_of(node.expression)})")


def by_path_text(node: Any) -> Node | None:
    """`document #>> '{a,b}'`."""
    return exp.Var(this=f"JSON_EXTRACT_STRING({shown(node.this)}, {path_of(node.expression)})")


def path_of(node: Node) -> str:
    """A path that is written as an array of keys, as a JSON pointer. Raises SqlRefused."""
    if not isinstance(node, exp.Literal) or not re.fullmatch(r"\{[^{}\"\\]*\}", node.name):
        raise SqlRefused("on DuckDB write the path of #> and #>> as plain keys: '{a,b}'")
    return pointer([key.strip() for key in node.name[1:-1].split(",")])


def function(node: Any) -> Node | None:
    """A function over documents, by DuckDB's name."""
    if isinstance(node.parent, exp.Dot):  # with its schema, it is one of our own
        return None
    name, arguments = node.name.lower(), node.expressions
    if name in ("jsonb_typeof", "json_typeof"):
        kind = f"JSON_TYPE({shown(arguments[0])})"
        whens = " ".join(f"WHEN '{theirs}' THEN '{ours}'" for theirs, ours in TYPES.items())
        return exp.Var(this=f"(CASE {kind} {whens} ELSE IF({kind} IS NULL, NULL, 'number') END)")
    if name in ("jsonb_array_length", "json_array_length"):
        return exp.Var(this=f"JSON_ARRAY_LENGTH({shown(arguments[0])})")
    if name.removesuffix("_text") in ("jsonb_extract_path", "json_extract_path"):
        if not all(isinstance(key, exp.Literal) for key in arguments[1:]):
            raise SqlRefused(f"on DuckDB write the keys of {name}() as literals")
        taken = "JSON_EXTRACT_STRING" if name.endswith("_text") else "JSON_EXTRACT"
        path = pointer([key.name for key in arguments[1:]])
        return exp.Var(this=f"{taken}({shown(arguments[0])}, {path})")
    return None
