"""SQL expressions from the config: each word and sign allow-listed, and sent as they are written.

The tokens are ours and follow the server's rules, and every one must be in a list of what one row
may say: no sub-select, no aggregate, no function that is not named, and no clock, as `as_of` is the
only time a check may know. The syntax tree only shows that it is one expression, and which
columns it reads. What is sent is the text, without its comments, in parentheses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sqlglot import exp

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql import words
from warehouse_exporter.sql.clock_words import reads_clock
from warehouse_exporter.sql.lexer import Sort, Token, refused, tokens
from warehouse_exporter.sql.made_times import made_clock
from warehouse_exporter.sql.refusals import CLOCK_NAMES, CLOCKS
from warehouse_exporter.sql.trees import is_called, original, trees
from warehouse_exporter.sql.vocabulary import (
    AGGREGATES,
    FIELDS,
    FUNCTIONS,
    KEYWORDS,
    OF_TYPES,
    OPERATORS,
    PATTERNS,
    RESERVED,
    TYPES,
)
from warehouse_exporter.sql.words import Node

NOT_NOW = "checks are judged at a given instant, not at now()"


@dataclass(frozen=True)
class Expression:
    """An expression that is allowed: the columns it reads, how it looks, and how it is sent."""

    text: str
    columns: tuple[str, ...]
    tree: Node
    tokens: tuple[Token, ...]

    @property
    def node(self) -> Node:
        """The expression as part of a statement: a column by its name, anything else as written."""
        if len(self.tokens) == 1:
            return words.column(*self.columns) if self.columns else words.written(self.text)
        return words.written(f"({self.text})")

    def typed(self, column: str) -> str:
        """A column as it was typed: `orderId`, which is read as orderid, or `"orderId"`."""
        names = (token for token in self.tokens if token.sort in (Sort.WORD, Sort.NAME))
        return next((token.text for token in names if token.value == column), column)

    def spelling(self, spelled: Mapping[str, str]) -> Node:
        """The same, with some columns spelled another way."""
        return words.written(f"({joined(self.text, self.tokens, spelled)})")


@cache
def parse(text: str) -> Expression:
    """The expression, if everything in it is allowed. Raises SqlRefused."""
    found = tokens(text)
    if not found:
        raise refused("the expression is empty", text, 0)
    for number, token in enumerate(found):
        reason = refusal(number, found)
        if reason is not None:
            raise refused(reason, text, token.start)
    try:
        (tree,) = trees(text, found, exp.Condition)
    except SqlRefused as error:
        shown = text if len(text) <= 80 else text[:77] + "..."
        raise SqlRefused(f"{shown!r} is not one SQL expression: {error}") from None
    if tree.find(exp.Query, exp.Star, exp.Alias, exp.Placeholder, exp.Parameter) is not None:
        raise refused(f"{text[:80]!r} is not one SQL expression", text, found[0].start)
    tree = spelt(tree, found)
    columns = tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))
    for before, token in pairwise(found):
        reason = of_type(token) if before.value == "as" else None
        if reason is not None:
            raise refused(reason, text, token.start)
    for stranger in strangers(found, columns):
        hint = f': for a column of that name, write "{stranger.value}"'
        told = f"{stranger.text!r} is not allowed in an expression"
        raise refused(told + hint * (stranger.value in RESERVED), text, stranger.start)
    return Expression(joined(text, found), columns, tree, found)


def refusal(number: int, found: tuple[Token, ...]) -> str | None:
    """Why a token may not stand where it stands, or None when it may."""
    token = found[number]
    before = found[number - 1].value if number else ""
    if made_clock(number, found):
        return f"what is cast to {token.text} may spell now or today: {NOT_NOW}"
    if token.sort is Sort.STRING:
        if reads_clock(token.value) and before not in PATTERNS:
            return f"{token.text} is the clock where it meets a time: {NOT_NOW}"
        return None
    if token.sort is Sort.INSTANT:
        return f"{token.text} is not allowed here: only a query knows instants"
    if token.sort is Sort.OPERATOR and token.value not in OPERATORS:
        return f"the operator {token.text} is not allowed in an expression"
    if token.sort is Sort.SIGN:
        return of_sign(token, number, found)
    if token.sort is Sort.WORD or is_called(number, found):
        return of_word(number, found)
    return None


def of_sign(token: Token, number: int, found: tuple[Token, ...]) -> str | None:
    """Why a sign may not stand where it stands."""
    if token.text == ".":
        return "write the column without a table, and a function without a schema"
    if token.text == "[":
        return "arrays are not allowed in an expression"
    if token.text == "::" and number + 1 < len(found):
        return of_type(found[number + 1])
    return None if token.text in ("::", ",", "(", ")") else f"{token.text} is not allowed here"


def of_type(token: Token) -> str | None:
    """Why a type may not be cast to."""
    if token.sort is Sort.WORD and token.value in TYPES:
        return None
    return f"{token.value} is not a type of plain data, such as text or numeric"


def of_word(number: int, found: tuple[Token, ...]) -> str | None:
    """Why a word may not stand where it stands; the tree says which words are columns."""
    token = found[number]
    if token.sort is Sort.WORD and token.value in CLOCK_NAMES:
        return f"the clock may not be read: {NOT_NOW}"
    if token.sort is Sort.WORD and token.value in ("select", "exists", "with", "values", "table"):
        return "a sub-select is not allowed here: use `queries` for a statement of your own"
    if is_called(number, found):
        return of_function(token)
    return None


def of_function(token: Token) -> str | None:
    """Why a word before a parenthesis may not stand there."""
    name = token.value
    if token.sort is Sort.WORD and name in FUNCTIONS | TYPES | KEYWORDS:
        return None
    if name in CLOCKS:
        return f"the clock may not be read: {NOT_NOW}"
    if name in AGGREGATES or name in ("over", "filter", "within"):
        return f"{name}: no aggregate is allowed here, write an expression over one row"
    return f"function {name}() is not in the list of allowed functions"


def spelt(tree: Node, found: tuple[Token, ...]) -> Node:
    """The tree with its names as the server spells them."""
    for node in list(tree.find_all(exp.Identifier)):
        node.replace(words.name(original(node, found)))
    return tree


def strangers(found: tuple[Token, ...], columns: tuple[str, ...]) -> Iterator[Token]:
    """Words that are neither a column of the tree nor in a list."""
    for number, token in enumerate(found):
        if token.sort is Sort.NAME and token.value not in columns:
            yield token
        if token.sort is not Sort.WORD:
            continue
        listed = token.value in KEYWORDS | TYPES | OF_TYPES | FIELDS or is_called(number, found)
        is_column = token.value in columns and token.value not in RESERVED
        if not listed and not is_column:
            yield token


def joined(text: str, found: tuple[Token, ...], spelled: Mapping[str, str] | None = None) -> str:
    """The text with one space where there were white space and comments."""
    parts: list[str] = []
    for number, token in enumerate(found):
        before = found[number - 1].text.lower() if number else ""
        if number and found[number - 1].end < token.start:
            parts.append(" ")
        is_name = token.sort in (Sort.WORD, Sort.NAME) and before not in ("::", "as")
        other = (spelled or {}).get(token.value) if is_name else None
        parts.append(token.text if other is None or is_called(number, found) else other)
    return "".join(parts)
