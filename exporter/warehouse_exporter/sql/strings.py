"""What the server reads between the quotes of a string or a name."""

from __future__ import annotations

import re

ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))|''", re.DOTALL
)
UNICODE = re.compile(r"\\(?:\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})|(\\))|(\\)")
LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def decoded(written: str) -> str:
    """The value of a quoted string or name, with its prefix. Raises ValueError."""
    quote = written[-1]
    prefix, _, inner = written[:-1].partition(quote)
    if prefix in ("e", "E"):
        return joined(ESCAPE.sub(escape, inner))
    value = inner.replace(quote * 2, quote)
    return joined(UNICODE.sub(character, value)) if prefix else value


def escape(found: re.Match[str]) -> str:
    """One escape of an E'' string."""
    if found[0] == "''":
        return "'"
    short, long, hexadecimal, octal, letter = found.groups()
    if letter is not None:
        if letter in "uU":
            raise ValueError(f"\\{letter} needs {'4' if letter == 'u' else '8'} hexadecimal digits")
        return LETTERS.get(letter, letter)
    if octal is not None:
        return shown(int(octal, 8) & 0xFF)
    return shown(int(short or long or hexadecimal, 16))


def character(found: re.Match[str]) -> str:
    """One escape of a U&'' string."""
    long, short, backslash, alone = found.groups()
    if alone is not None:
        raise ValueError("a backslash in a U& string needs 4 hexadecimal digits, or + and 6")
    return backslash or shown(int(long or short, 16))


def shown(code: int) -> str:
    """The character of a code point; one that no text may hold is refused."""
    if code == 0 or code > 0x10FFFF:
        raise ValueError("an escape stands for no character")
    return chr(code)


def joined(text: str) -> str:
    """The text with both halves of a surrogate pair as one character."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ValueError("an escape stands for half a character") from None
