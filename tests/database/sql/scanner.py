"""A second reading of PostgreSQL's scanner, letter by letter: ours is held against it."""

from __future__ import annotations

OPERATOR = set("~!@#^&|`?+-*/%<>=")
LONG = set("~!@#^&|`?%")
SELF = set(",()[].;:")
SPACE = set(" \t\n\r\f")
"""Without the vertical tab, which only PostgreSQL 17 and later take for white space."""


class Unfinished(Exception):
    """The text ends in the middle of something, or holds what the scanner refuses."""


def spans(text: str) -> list[tuple[str, str]]:
    """Every token as (sort, text): string, name, word, number, operator or sign."""
    found: list[tuple[str, str]] = []
    at = 0
    while True:
        at = blank(text, at)
        if at >= len(text):
            return found
        sort, end = one(text, at)
        found.append((sort, text[at:end]))
        at = end


def blank(text: str, at: int) -> int:
    """Where white space and comments end."""
    while at < len(text):
        if text[at] in SPACE:
            at += 1
        elif text[at : at + 2] == "--":
            while at < len(text) and text[at] not in "\n\r":
                at += 1
        elif text[at : at + 2] == "/*":
            depth, at = 1, at + 2
            while depth:
                if at >= len(text):
                    raise Unfinished("comment")
                if text[at : at + 2] == "/*":
                    depth, at = depth + 1, at + 2
                elif text[at : at + 2] == "*/":
                    depth, at = depth - 1, at + 2
                else:
                    at += 1
        else:
            break
    return at


def starts_word(letter: str) -> bool:
    """Whether a letter may begin an identifier."""
    return (letter.isascii() and letter.isalpha()) or letter == "_" or ord(letter) > 127


def one(text: str, at: int) -> tuple[str, int]:
    """The sort of the token that begins here, and where it ends."""
    letter, behind = text[at], text[at + 1 : at + 2]
    if letter == "'":
        return "string", string_end(text, at + 1, escapes=False)
    if letter in "eE" and behind == "'":
        return "string", string_end(text, at + 2, escapes=True)
    if letter in "bBxXnN" and behind == "'":
        return "bits" if letter not in "nN" else "national", bits_end(text, at)
    if letter in "uU" and behind == "&" and text[at + 2 : at + 3] in ("'", '"'):
        if text[at + 2] == "'":
            return "string", string_end(text, at + 3, escapes=False)
        return "name", name_end(text, at + 3)
    if letter == '"':
        return "name", name_end(text, at + 1)
    if letter == "$":
        return dollar(text, at)
    if starts_word(letter):
        while at < len(text) and (starts_word(text[at]) or text[at] in "0123456789$"):
            at += 1
        return "word", at
    if letter in "0123456789" or (letter == "." and behind in set("0123456789")):
        return "number", number_end(text, at)
    if letter in OPERATOR:
        return "operator", operator_end(text, at)
    if letter == ":":
        if behind in (":", "="):
            return "sign", at + 2
        return "sign", at + 1
    if letter in SELF:
        return "sign", at + 1
    raise Unfinished(letter)


def string_end(text: str, at: int, *, escapes: bool) -> int:
    """Where a string ends whose inside begins here."""
    while at < len(text):
        if escapes and text[at] == "\\":
            at += 2
        elif text[at] == "'":
            if text[at + 1 : at + 2] != "'":
                return at + 1
            at += 2
        else:
            at += 1
    raise Unfinished("string")


def bits_end(text: str, at: int) -> int:
    """Where a bit string ends: nothing is doubled in it."""
    end = text.find("'", at + 2)
    if end < 0:
        raise Unfinished("bits")
    allowed = {"b": "01", "x": "0123456789abcdefABCDEF"}.get(text[at].lower())
    if allowed is None or set(text[at + 2 : end]) - set(allowed):
        raise Unfinished("bits")
    return end + 1


def name_end(text: str, at: int) -> int:
    """Where a quoted name ends."""
    begun = at
    while at < len(text):
        if text[at] == '"':
            if text[at + 1 : at + 2] != '"':
                if at == begun:
                    raise Unfinished("no name")
                return at + 1
            at += 1
        at += 1
    raise Unfinished("name")


def dollar(text: str, at: int) -> tuple[str, int]:
    """A dollar-quoted string."""
    end = at + 1
    while end < len(text) and (starts_word(text[end]) or (end > at + 1 and text[end].isdigit())):
        if text[end].isdigit() and not text[end].isascii():
            break
        end += 1
    if text[end : end + 1] != "$":
        raise Unfinished("parameter")
    tag = text[at : end + 1]
    place = end + 1
    while place < len(text):
        if text.startswith(tag, place):
            return "string", place + len(tag)
        place += 1
    raise Unfinished("dollar")


def digits(text: str, at: int, allowed: str) -> int:
    """Where digits end, with single underscores between them."""
    while text[at : at + 1] and text[at] in allowed:
        at += 1
        if text[at : at + 1] == "_" and text[at + 1 : at + 2] and text[at + 1] in allowed:
            at += 1
    return at


def number_end(text: str, at: int) -> int:
    """Where a number ends."""
    ten = "0123456789"
    for mark, allowed in (("xX", ten + "abcdefABCDEF"), ("oO", "01234567"), ("bB", "01")):
        if text[at] == "0" and text[at + 1 : at + 2] and text[at + 1] in mark:
            begin = at + 2 + (text[at + 2 : at + 3] == "_")
            end = digits(text, begin, allowed)
            if end > begin:
                return end
    end = digits(text, at, ten)
    if text[end : end + 1] == ".":
        end = digits(text, end + 1, ten)
    if text[end : end + 1] and text[end] in "eE":
        power = end + 1 + (text[end + 1 : end + 2] in ("+", "-"))
        if digits(text, power, ten) > power:
            end = digits(text, power, ten)
    return end


def operator_end(text: str, at: int) -> int:
    """Where an operator ends."""
    end = at
    while end < len(text) and text[end] in OPERATOR and text[end : end + 2] not in ("--", "/*"):
        end += 1
    while end - at > 1 and text[end - 1] in "+-" and not LONG & set(text[at : end - 1]):
        end -= 1
    return end
