"""JSON documents in columns of any type, and how many values are missing at the end of a path.

Whether a text is JSON, PostgreSQL says from version 16 on. Before it can only try the cast and
fail: there regular expressions find it out, at 11 to 70 times the cost of the cast. Strings become
"" and other scalars 0; what holds nothing else becomes 0 in turn, level by level from the
innermost. Both are JSON themselves, so that nothing which is none can become one on the way; white
space is passed over and never taken out, so that a line end inside a string stays the error that
it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlglot import exp

from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

DEPTH = 16
"""Levels of a document in text: a deeper one is not read, and counts as no document."""
ANY = r"u[0-9a-fA-F]{4}"
WHOLE = r"u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4}"
PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
STRING = r'"([^"\\\u0001-\u001f]|\\(["\\/bfnrt]|%s))*"'
SCALAR = r"-?(0|[1-9][0-9]{0,%s})([.][0-9]{1,%s})?([eE][+-]?[0-9]{1,3})?|true|false|null"
RARE = r"\\u(0000|[dD][89a-fA-F])|[0-9]{100}"
"""Where JSON may be that jsonb refuses: the character 0, half of a surrogate pair, a number too
long for any numeric. To leave those out costs three times as much, and is done here only."""
SPACE = r"[ \t\n\r]*"
VALUE = rf'{SPACE}(0|""){SPACE}'
MEMBER = rf'{SPACE}""{SPACE}:{VALUE}'
FLAT = (
    rf"\[({SPACE}|{VALUE}(,{VALUE})*)\]"
    rf"|\{{({SPACE}|{MEMBER}(,{MEMBER})*)\}}"
)
"""An array or an object that holds no other."""


def parsed(column: Node, where: Node | None, version: int) -> Node:
    """A column of text as jsonb; NULL where it is no document, or `where` leaves the row out.

    Type json may hold what jsonb refuses, so that it is read like text.
    """
    text = words.cast(column.copy(), "text")
    valid = is_valid(text) if tells_json(version) else is_json(text)
    asked = words.both(where, valid)
    return exp.Case(ifs=[exp.If(this=asked, true=words.cast(text.copy(), "jsonb"))])


def filled(document: Node) -> Node:
    """A document; NULL in the place of an empty array, in which there is nothing either."""
    empty = words.cast(words.string("[]"), "jsonb")
    return exp.Nullif(this=document.copy(), expression=empty)


def tells_json(version: int) -> bool:
    """Whether a server of this version says what is JSON."""
    return version >= 160000


def is_valid(text: Node) -> Node:
    """Whether a text can be cast to jsonb, as PostgreSQL says from version 16 on."""
    return words.called("pg_input_is_valid", text.copy(), words.string("jsonb"))


def is_json(text: Node) -> Node:
    """Whether a text can be cast to jsonb, for every version."""
    rare = exp.RegexpLike(this=text.copy(), expression=words.string(RARE))
    careful = marked(text, STRING % f"{WHOLE}|{PAIR}", SCALAR % (99, 100))
    quick = marked(text, STRING % ANY, SCALAR % ("", ""))
    rest: Node = exp.Case(ifs=[exp.If(this=rare, true=careful)], default=quick)
    for _ in range(DEPTH):
        rest = replaced(rest, FLAT, "0")
    return exp.RegexpLike(this=rest, expression=words.string(f"^{VALUE}$"))


def marked(text: Node, string: str, scalar: str) -> Node:
    """The text with its strings and other scalars replaced."""
    return replaced(replaced(text.copy(), string, '""'), scalar, "0")


def replaced(text: Node, pattern: str, by: str) -> Node:
    """The text with every match of a pattern replaced."""
    parts = [text, words.string(pattern), words.string(by), words.string("g")]
    return words.called("regexp_replace", *parts)


def found_at(document: Node, path: Sequence[str]) -> Node:
    """How many objects have a value at the end of the path; arrays on the way are gone through."""
    return matches(document, path[:-1], f"exists ({value_of(path[-1])})")


def missing_at(document: Node, path: Sequence[str]) -> Node:
    """How many objects, to which the path leads, lack its last key.

    JSON null and an empty array are no value.
    """
    return matches(document, path[:-1], f"!exists ({value_of(path[-1])})")


def or_one(count: Node) -> Node:
    """The count, or 1 where there is no document to count in."""
    return exp.Coalesce(this=count, expressions=[words.number(1)])


def summed(count: Node, where: Node | None) -> Node:
    """The sum of a count; `where` is asked first, as it costs less than to read a document."""
    total = words.filtered(exp.Sum(this=count), where)
    return exp.Coalesce(this=total, expressions=[words.number(0)])


def value_of(key: str) -> str:
    """The values under a key of the object at hand, in the language of SQL/JSON paths."""
    return f"@.{json.dumps(key, ensure_ascii=False)} ? (@ != null)"


def matches(document: Node, keys: Sequence[str], condition: str) -> Node:
    """How many elements below the keys meet a condition; NULL is no element."""
    steps = "".join(f".{json.dumps(key, ensure_ascii=False)}[*] ? (@ != null)" for key in keys)
    path = words.string(f"lax $[*]{steps} ? ({condition})")
    found = words.called("jsonb_path_query_array", document.copy(), path)
    return words.called("jsonb_array_length", found)
