"""SQL text as a syntax tree, which is for looking only: what is sent is the text.

The parser never sees a literal, a quoted name, a comment or the name of a function: a plain one
that holds its number stands in its place. So nothing between quotes can be taken for SQL, no name
is taken for one of another database, and the tree is one of our tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

from warehouse_exporter.sql.lexer import Sort, Token, folded, refused
from warehouse_exporter.sql.vocabulary import SYNTAX

Node = exp.Expr
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
KNOWN = frozenset(
    name.lower() for name in {**Postgres.Parser.FUNCTIONS, **Postgres.Parser.FUNCTION_PARSERS}
)
DESCRIPTIONS = {"Invalid expression / Unexpected token": "it cannot go on"}
"""What sqlglot says -> what people are told; its other complaints name its own classes."""


def masked(number: int, found: Sequence[Token]) -> str:
    """A token as the parser sees it."""
    token = found[number]
    if token.sort in (Sort.STRING, Sort.BITS):
        return f"'s{number}'"
    if token.sort is Sort.NAME:
        return f'"n{number}"'
    if token.sort is Sort.INSTANT:
        return f"CAST('s{number}' AS TIMESTAMPTZ)"
    if token.sort is Sort.NUMBER and not DECIMAL.fullmatch(token.text):
        return "0"
    if is_called(number, found) and token.value in KNOWN - SYNTAX:
        return f"f{number}"
    return token.text


def is_called(number: int, found: Sequence[Token]) -> bool:
    """Whether a token is a name with a parenthesis behind it."""
    behind = found[number + 1].text if number + 1 < len(found) else ""
    return behind == "(" and found[number].sort in (Sort.WORD, Sort.NAME)


def trees(text: str, found: Sequence[Token], into: type[Node] | None = None) -> list[Node]:
    """The statements, or with `into` the one expression, of a text. Raises SqlRefused."""
    parts = [masked(number, found) for number in range(len(found))]
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part) + 1)
    try:
        if into is not None:
            return [sqlglot.parse_one(" ".join(parts), dialect="postgres", into=into)]
        parsed = sqlglot.parse(" ".join(parts), dialect="postgres")
    except RecursionError:
        raise refused("it is nested too deeply", text, found[0].start) from None
    except sqlglot.errors.ParseError as error:
        told = error.errors[0] if error.errors else {}
        what = DESCRIPTIONS.get(str(told.get("description")), "something is missing")
        place = bisect_right(starts, max(0, int(told.get("col") or 1) - 1)) - 1
        at = found[min(place, len(found) - 1)]
        raise refused(f"{what} at {at.text[:40]!r}", text, at.start) from None
    except Exception:  # the parser has no error of its own for some texts
        raise refused("this is not understood: write it in another way", text, 0) from None
    return [tree for tree in parsed if tree is not None]


def original(node: exp.Identifier, found: Sequence[Token]) -> str:
    """The name that an identifier of a tree stands for, as the server spells it."""
    return found[int(node.name[1:])].value if node.quoted else folded(node.name)
