"""SQL text as tokens, by PostgreSQL's own rules, each with its place in the text.

What a string, a comment or an operator is must be told as the server tells it: a parser that sees
the end of a literal elsewhere takes text for SQL, or SQL for text. `standard_conforming_strings` is
on. Where the server joins strings or accepts junk, the text is refused with its place instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.sql.strings import decoded


class Sort(Enum):
    """What a token is."""

    WORD = "word"
    NAME = "quoted name"
    STRING = "string"
    BITS = "bit string"
    NUMBER = "number"
    OPERATOR = "operator"
    SIGN = "sign"
    INSTANT = "instant"


@dataclass(frozen=True)
class Token:
    """One token: `text` as it is written, and the `value` that the server reads in it.

    A word's value is in lower case, that of a string or a quoted name without quotes and escapes.
    """

    sort: Sort
    text: str
    value: str
    start: int

    @property
    def end(self) -> int:
        """Where the token ends in the text."""
        return self.start + len(self.text)


LETTER, PART = r"[^\x00-@\[-\^`{-\x7f]", r"[^\x00-#%-/:-@\[-\^`{-\x7f]"
"""What a name begins with, and what follows: said by what is not in it, which compiles quickly."""
DIGITS = r"[0-9](?:_?[0-9])*"
FRACTION = rf"(?:{DIGITS}\.(?:{DIGITS})?|\.{DIGITS})"
SPACE = re.compile(r"(?:[ \t\n\r\f]|--[^\n\r]*)+")
"""Without the vertical tab, which only PostgreSQL 17 and later take for white space."""
WORD = re.compile(LETTER + PART + "*")
NAMED = re.compile(rf"(?![eEbBxXnN]'|[uU]&['\"]){LETTER}{PART}*")
"""The name of an instant: where a string may begin, there is none."""
NUMBER = re.compile(
    rf"0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    rf"|(?:{FRACTION}|{DIGITS})[eE][+-]?{DIGITS}|{FRACTION}|{DIGITS}"
)
PLAIN = re.compile(r"'(?:[^']|'')*'")
ESCAPED = re.compile(r"[eE]'(?:[^'\\]|\\.|'')*'", re.DOTALL)
UNICODE = re.compile(r"[uU]&'(?:[^']|'')*'")
BITS = re.compile(r"[bB]'[01]*'|[xX]'[0-9a-fA-F]*'")
QUOTED = re.compile(r"(?:[uU]&)?\"(?:[^\"]|\"\")*\"")
TAG = re.compile(rf"\$(?:{LETTER}(?:(?!\$){PART})*)?\$")
OPERATOR = re.compile(r"[~!@#^&|`?+\-*/%<>=]+")
LONG = re.compile(r"[~!@#^&|`?%]")
"""With one of these in it, an operator may end in + or -."""
MOST_SIGNS = 63
"""No operator of the server is longer."""
LONGEST = 100_000
"""The most characters of a text: what is longer is not written by hand."""
SIGNS = ("::", ":=", ",", "(", ")", "[", "]", ".", ";", ":")
STRINGS = (PLAIN, ESCAPED, UNICODE)
OPENERS = ("'", "e'", "b'", "x'", "n'", "u&'", '"', 'u&"')
CLOSING = {"(": ")", "[": "]"}


def refused(message: str, text: str, at: int) -> SqlRefused:
    """A refusal with its place: line and column count from 1."""
    before = text[:at]
    line, column = before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1
    return SqlRefused(f"{' '.join(message.split())} (line {line}, column {column})")


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a text whose parentheses are balanced. Raises SqlRefused."""
    if len(text) > LONGEST:
        raise refused(f"the text has more than {LONGEST:,} characters", text, LONGEST)
    for at, letter in enumerate(text):
        if letter == "\0" or "\ud800" <= letter <= "\udfff":
            raise refused(f"the character {letter!a} cannot stand in SQL", text, at)
    found: list[Token] = []
    open_ones: list[Token] = []
    for token in scanned(text):
        check_neighbours(found[-1] if found else None, token, text)
        if token.text in CLOSING:
            open_ones.append(token)
        elif token.text in CLOSING.values():
            if not open_ones or CLOSING[open_ones.pop().text] != token.text:
                raise refused(f"{token.text} closes nothing", text, token.start)
        elif token.sort is Sort.INSTANT and open_ones and open_ones[-1].text == "[":
            check_slice(found, token, text)
        found.append(token)
    if open_ones:
        raise refused(f"{open_ones[-1].text} is never closed", text, open_ones[-1].start)
    return tuple(found)


def check_slice(before: list[Token], token: Token, text: str) -> None:
    """Refuse what may be the upper bound of a slice: in ARRAY[...] it is an element."""
    opens = before[-1].text == "[" and [t.value for t in before[-2:-1]] in (["array"], ["["], [","])
    if before[-1].text != "," and not opens:
        raise refused("write what is behind the colon in parentheses", text, token.start)


def check_neighbours(last: Token | None, token: Token, text: str) -> None:
    """Refuse what the server would join, or read as one only by accident."""
    if last is None:
        return
    strings = (Sort.STRING, Sort.BITS)
    if last.sort in strings and token.sort in strings:
        raise refused("two strings follow each other: join them with ||", text, token.start)
    if token.value == "uescape" and last.text[:2].lower() == "u&":
        raise refused("UESCAPE is not supported: escape with a backslash", text, token.start)
    touching = last.end == token.start
    if last.sort is Sort.NUMBER and touching and token.sort in (Sort.WORD, Sort.NUMBER):
        raise refused(f"{last.text}{token.text} is not a number", text, last.start)


def scanned(text: str) -> Iterator[Token]:
    """Token after token, without white space and comments."""
    at = 0
    while True:
        at = past_space(text, at)
        if at == len(text):
            return
        token = quoted(text, at) or plain(text, at)
        yield token
        at = token.end


def past_space(text: str, at: int) -> int:
    """Where white space and comments end; a comment in a comment has an end of its own."""
    while True:
        space = SPACE.match(text, at)
        if space:
            at = space.end()
        elif text.startswith("/*", at):
            at = past_comment(text, at)
        else:
            return at


def past_comment(text: str, start: int) -> int:
    """Where a comment that begins here ends."""
    depth, at = 0, start
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        if mark.start() < at:
            continue
        depth, at = depth + (1 if mark[0] == "/*" else -1), mark.end()
        if depth == 0:
            return at
    raise refused("the comment has no end", text, start)


def quoted(text: str, at: int) -> Token | None:
    """The string or the quoted name that begins here."""
    for pattern in STRINGS:
        if found := pattern.match(text, at):
            return Token(Sort.STRING, found[0], value_of(found[0], text, at), at)
    if found := BITS.match(text, at):
        return Token(Sort.BITS, found[0], found[0], at)
    if found := QUOTED.match(text, at):
        value = value_of(found[0], text, at)
        if not value:
            raise refused("a quoted name is empty", text, at)
        return Token(Sort.NAME, found[0], value, at)
    if found := TAG.match(text, at):
        end = text.find(found[0], found.end())
        if end >= 0:
            whole = text[at : end + len(found[0])]
            return Token(Sort.STRING, whole, text[found.end() : end], at)
    elif not any(text[at : at + len(opener)].lower() == opener for opener in OPENERS):
        return None
    if text[at : at + 2].lower() == "n'":
        raise refused("write a string without the N before it", text, at)
    if text[at : at + 2].lower() in ("b'", "x'"):
        raise refused("this is not a bit string", text, at)
    raise refused("the quote is never closed", text, at)


def value_of(written: str, text: str, at: int) -> str:
    """What stands between quotes. Raises SqlRefused for an escape that is none."""
    try:
        return decoded(written)
    except ValueError as error:
        raise refused(str(error), text, at) from None


def plain(text: str, at: int) -> Token:
    """The token that begins here and has no quotes."""
    if found := WORD.match(text, at):
        return Token(Sort.WORD, found[0], folded(found[0]), at)
    if found := NUMBER.match(text, at):
        return Token(Sort.NUMBER, found[0], found[0], at)
    if found := OPERATOR.match(text, at):
        written = operator(found[0], text, at)
        return Token(Sort.OPERATOR, written, written, at)
    if text[at] == ":" and (found := NAMED.match(text, at + 1)):
        return Token(Sort.INSTANT, ":" + found[0], found[0], at)
    for sign in SIGNS:
        if text.startswith(sign, at):
            return Token(Sort.SIGN, sign, sign, at)
    if text[at] == "$":
        raise refused("no string begins with $ here, and there are no parameters", text, at)
    raise refused(f"the character {text[at]!r} has no meaning here", text, at)


def operator(signs: str, text: str, at: int) -> str:
    """The longest operator at the beginning of some signs."""
    for comment in ("/*", "--"):
        signs = signs.partition(comment)[0]
    if len(signs) > MOST_SIGNS:
        raise refused(f"more than {MOST_SIGNS} signs of operators in a row", text, at)
    return signs if LONG.search(signs) else signs.rstrip("+-") or signs[0]


def folded(word: str) -> str:
    """A word that is not quoted, as the server spells it: only letters of ASCII have a case."""
    return re.sub("[A-Z]+", lambda upper: upper[0].lower(), word)
