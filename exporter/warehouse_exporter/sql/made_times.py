"""Times that are made of text: whether the text can become a word of the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from warehouse_exporter.sql.clock_words import CLOCKS, reads_clock
from warehouse_exporter.sql.lexer import Sort, Token
from warehouse_exporter.sql.trees import is_called
from warehouse_exporter.sql.vocabulary import listed

TIMES = listed("""
    date time timetz timestamp timestamptz daterange tsrange tstzrange datemultirange
    tsmultirange tstzmultirange
""")
PARTS_OF = listed("-> ->> #> #>>")
"""Operators that take a text out of a document; what stands behind them is its name there."""
CHANGES = listed("""
    lower upper initcap trim btrim ltrim rtrim substring substr left right lpad rpad repeat replace
    translate split_part concat concat_ws reverse overlay format string_agg array_to_string
    to_char regexp_replace regexp_substr json_extract_path
    json_extract_path_text jsonb_extract_path jsonb_extract_path_text
    char character varchar bpchar
""")
"""Calls that make one text out of others; a type with a length cuts it off."""
LETTERS = listed("chr convert_from decode")
"""Calls that make letters out of numbers."""


def made_clock(number: int, found: Sequence[Token]) -> bool:
    """Whether a token is the time type of a cast, and what is cast may say now or today."""
    if found[number].value not in TIMES:
        return False
    for part in operands(number, found):
        texts = [token for token in part if token.sort is Sort.STRING]
        if any(reads_clock(token.value) for token in texts):
            return True
        if calls(part, LETTERS) or (makes_text(part) and can_spell(said(part))):
            return True
    return False


def calls(part: Sequence[Token], names: Collection[str]) -> bool:
    """Whether one of some functions is called."""
    return any(t.value.lower() in names and is_called(n, part) for n, t in enumerate(part))


def makes_text(part: Sequence[Token]) -> bool:
    """Whether tokens make a text that none of them says."""
    joined = any(token.text == "||" or token.text in PARTS_OF for token in part)
    return joined or calls(part, CHANGES)


def said(part: Sequence[Token]) -> str:
    """All that the texts say, but for the names of what is taken out of a document."""
    texts = [token.value for token in part[:1] if token.sort is Sort.STRING]
    texts += [
        token.value
        for before, token in pairwise(part)
        if token.sort is Sort.STRING and before.text not in PARTS_OF
    ]
    return "".join(texts)


def can_spell(text: str) -> bool:
    """Whether the letters of some text suffice for a word of the clock."""
    letters = set(text.lower())
    return "\\u" in text or any(letters.issuperset(word) for word in CLOCKS)


def operands(number: int, found: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """What is cast to the type that a token is."""
    first = number - 2 if number > 1 and found[number - 1].text == "." else number
    before = found[first - 1].value if first else ""
    behind = found[number + 1].value if number + 1 < len(found) else ""
    if before == "::":
        yield found[begins(first - 1, found) : first - 1]
    elif before == "as" and behind in (")", "(", "with", "without"):
        opened = opens(first, found)
        if opened and found[opened - 1].value == "cast":
            yield found[opened + 1 : first - 1]
    elif is_called(number, found):
        yield found[number + 2 : closes(number + 1, found)]


def begins(end: int, found: Sequence[Token]) -> int:
    """Where the operand begins that ends before a `::`."""
    at = end - 1
    while at > 0:
        if found[at].text in (")", "]"):
            at = opens(at, found)
            if at and is_called(at - 1, found):
                at -= 1
            elif found[at].text == "[":
                at -= 1
                continue
        if at > 1 and found[at - 1].text in ("::", "."):
            at -= 2
        else:
            break
    return max(at, 0)


def opens(at: int, found: Sequence[Token]) -> int:
    """The nearest parenthesis before a token that is still open there; 0 where there is none."""
    depth = 0
    while at > 0:
        at -= 1
        if found[at].text in ("(", "["):
            if depth == 0:
                return at
            depth -= 1
        elif found[at].text in (")", "]"):
            depth += 1
    return 0


def closes(at: int, found: Sequence[Token]) -> int:
    """Where an opening parenthesis is closed."""
    depth = 0
    for number in range(at, len(found)):
        depth += (found[number].text in ("(", "[")) - (found[number].text in (")", "]"))
        if depth == 0:
            return number
    return len(found)
