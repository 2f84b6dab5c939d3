"""A statement of the owner's own: one SELECT, sent as it is written, with our instants filled in.

The tokens are ours, and whatever is refused by name is refused by them; the tree shows that they
are one SELECT that gives columns. The server takes one statement only (`Session.rows_of`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlglot import exp

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql.clock_words import reads_clock
from warehouse_exporter.sql.lexer import Sort, Token, refused, tokens
from warehouse_exporter.sql.made_times import closes, made_clock
from warehouse_exporter.sql.refusals import CLOCK_NAMES, CLOCKS, GIVEN, SCHEMAS, harmful
from warehouse_exporter.sql.trees import is_called, original, trees
from warehouse_exporter.sql.vocabulary import PATTERNS, listed

INSTANTS = ("as_of", "day_start", "day_end")
"""The names a query may use: the instant judged, and the bounds of the expected day."""
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Lock, exp.Into, exp.Command)
WRITING = ("insert", "update", "delete", "merge")
TEXTS = listed("text varchar name character char bpchar")
AS_ONCE = re.compile(r"(0(?=[xob])|[0-9.]+(?:e[+-]?[0-9]+)?(?=_))", re.IGNORECASE)
"""A number that versions before 15 end early: what is left becomes the name of a column."""
ONE_SELECT = "write one SELECT, and nothing else"


@dataclass(frozen=True)
class Query:
    """A query that is allowed: its text up to its last token, and these tokens."""

    text: str
    tokens: tuple[Token, ...]
    columns: tuple[str, ...]
    """The names of its columns, as far as the text gives them."""

    @property
    def uses(self) -> set[str]:
        """The instants that it names."""
        return {token.value for token in self.tokens if token.sort is Sort.INSTANT}

    def at(self, instants: Mapping[str, datetime]) -> str:
        """The text with its instants in their places, and nothing else changed."""
        parts, done = [], 0
        for token in self.tokens:
            if token.sort is Sort.INSTANT:
                at = instants[token.value].isoformat(sep=" ")
                parts += [self.text[done : token.start], f"CAST('{at}' AS pg_catalog.timestamptz)"]
                done = token.end
        return "".join([*parts, self.text[done:]])


@cache
def parse_query(text: str) -> Query:
    """The query, if it is one SELECT that neither writes, locks, waits nor reads the clock.

    Raises SqlRefused. The transaction it runs in is read-only as well.
    """
    found = one_statement(text)
    for number, token in enumerate(found):
        reason = refusal(number, found)
        if reason is not None:
            raise refused(reason, text, token.start)
    try:
        parsed = trees(text, found)
    except SqlRefused as error:
        raise SqlRefused(f"the query cannot be parsed: {error}") from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        raise refused(ONE_SELECT, text, found[0].start)
    if not parsed[0].selects:
        raise refused("the query selects nothing: write SELECT and a number", text, found[0].start)
    for node in parsed[0].walk():
        if isinstance(node, WRITES):
            what = f"a query only reads: {type(node).__name__.upper()} is not allowed"
            raise refused(what, text, near(found, "into", "for", *WRITING))
        if isinstance(node, exp.Placeholder | exp.Parameter):
            what = "a bare placeholder is not known: use :as_of, :day_start or :day_end"
            raise refused(what, text, near(found, "?", "%", "@"))
    names = given_names(parsed[0], found)
    return Query(text[: found[-1].end], found, names)


def parse_rows(text: str) -> Query:
    """The query, if it may be a dataset: then it says which rows there are, whatever the instant.

    Raises SqlRefused.
    """
    query = parse_query(text)
    for token in query.tokens:
        if token.sort is Sort.INSTANT:
            reason = f"{token.text} is for `queries`: a dataset has the rows of all days"
            raise refused(reason, text, token.start)
    return query


def near(found: Sequence[Token], *values: str) -> int:
    """Where the first of some tokens stands, or else the first of all."""
    return next((token.start for token in found if token.value in values), found[0].start)


def one_statement(text: str) -> tuple[Token, ...]:
    """The tokens of the only statement in a text, without the semicolon at its end."""
    found = tokens(text)
    while found and found[-1].text == ";":
        found = found[:-1]
    if not found:
        raise refused(ONE_SELECT, text, 0)
    for token in found:
        if token.text == ";":
            raise refused(ONE_SELECT, text, token.start)
    first = next((token for token in found if token.text != "("), found[0])
    if first.sort is not Sort.WORD or first.value not in ("select", "with"):
        raise refused(f"{ONE_SELECT}: it begins with {first.text[:40]!r}", text, first.start)
    return found


def refusal(number: int, found: Sequence[Token]) -> str | None:
    """Why a token may not stand where it stands, or None when it may."""
    token = found[number]
    if token.sort is Sort.STRING and reads_clock(token.value) and not is_text(number, found):
        return (
            f"write :as_of instead of {token.text}: {GIVEN};"
            f" where it is not a time, write {token.text}::text"
        )
    if made_clock(number, found):
        return f"write :as_of: what is cast to {token.text} may spell now or today, and {GIVEN}"
    if token.sort is Sort.WORD and token.value == "tablesample" and not repeats(number, found):
        return "TABLESAMPLE takes other rows each time: write REPEATABLE (1) behind it"
    if token.sort is Sort.NUMBER and (older := AS_ONCE.match(token.text)):
        return (
            f"write {token.text} without _, 0x, 0o or 0b:"
            f" PostgreSQL 13 and 14 read {older[1]} and a name"
        )
    if token.sort is Sort.INSTANT and token.value not in INSTANTS:
        return f"{token.text} is not known: use :as_of, :day_start or :day_end"
    if token.sort is Sort.WORD and token.value == "operator" and is_called(number, found):
        return "write the operator itself, without OPERATOR() and a schema"
    if token.sort is Sort.WORD and token.value in CLOCK_NAMES and not is_label(number, found):
        return f"write :as_of instead of {token.text}: {GIVEN}"
    return of_function(number, found) if is_called(number, found) else None


def of_function(number: int, found: Sequence[Token]) -> str | None:
    """Why a function may not be called; the schema it is called with changes nothing."""
    name = found[number].value.lower()
    schema = found[number - 2].value.lower() if number > 1 and found[number - 1].text == "." else ""
    if name in CLOCKS:
        return f"write :as_of instead of now(): {GIVEN}"
    if name == "age" and arguments(number, found) < 2:
        return f"write age(:as_of, ...): age() of one time is its distance from today, but {GIVEN}"
    if harmful(name) or schema in SCHEMAS:
        return f"function {name}() is not allowed"
    return None


def arguments(number: int, found: Sequence[Token]) -> int:
    """How many arguments a call has."""
    depth, commas = 0, 0
    for token in found[number + 1 :]:
        depth += (token.text in "([") - (token.text in ")]")
        if depth == 0:
            break
        commas += depth == 1 and token.text == ","
    return commas + 1


def repeats(number: int, found: Sequence[Token]) -> bool:
    """Whether a sample of a table is said to be the same each time."""
    opened = next((at for at in range(number, len(found)) if found[at].text == "("), len(found))
    return [token.value for token in found[closes(opened, found) + 1 :][:1]] == ["repeatable"]


def is_text(number: int, found: Sequence[Token]) -> bool:
    """Whether a string is a pattern, or cast to text and to nothing else."""
    if number and found[number - 1].value in PATTERNS:
        return True
    cast, to, more = [*(token.value for token in found[number + 1 : number + 4]), "", "", ""][:3]
    return cast == "::" and to in TEXTS and more != "::"


def is_label(number: int, found: Sequence[Token]) -> bool:
    """Whether a reserved word is a name after all: of a column of something, or after AS."""
    return bool(number) and found[number - 1].value in (".", "as")


def given_names(tree: exp.Query, found: Sequence[Token]) -> tuple[str, ...]:
    """The names of columns that the text gives: aliases, and columns by their names."""
    names = []
    for node in tree.selects:
        named = node.args.get("alias") if isinstance(node, exp.Alias) else node.this
        if isinstance(node, exp.Alias | exp.Column) and isinstance(named, exp.Identifier):
            names.append(original(named, found))
    return tuple(names)
