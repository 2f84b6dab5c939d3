"""Names as people type them, and the name that somebody may have meant.

Where a key of the config takes a name, such as `column`, it is the exact name, without quotes. In
an expression the rule is SQL's: a name that is not in double quotes is read in lower case.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from warehouse_exporter.sql import statements

BARE = re.compile(
    r"(?!(all|analyse|analyze|and|any|as|case|cast|check|column|default|desc|end|from|grant|group"
    r"|limit|offset|on|only|or|order|references|select|session_user|table|to|user|using|when|where"
    r"|with)$)[a-z_][a-z0-9_]*$"
)
"""Names that PostgreSQL reads as they are, without quotes."""


def spelled(parts: Sequence[str]) -> str:
    """A name as people type it: in quotes only where it needs them."""
    return ".".join(p if BARE.match(p) else statements.quoted(p) for p in parts)


def look_alike(name: str, present: Mapping[str, object]) -> str | None:
    """The name among `present` that is probably the same thing renamed, or None."""

    def bare(text: str) -> str:
        return "".join(c for c in text.lower() if c.isalnum())

    for other in present:
        if bare(other) == bare(name) and other != name:
            return other
    close = difflib.get_close_matches(name, [o for o in present if o != name], n=1, cutoff=0.75)
    return close[0] if close else None


def of_name(name: str, relation: str, present: Mapping[str, object]) -> tuple[str, str]:
    """What is said of a column that is not there, named by a key, and what to do about it."""
    text, bare = f"column {name} of {relation} does not exist", name[1:-1].replace('""', '"')
    if name[:1] == name[-1:] == '"' and bare in present:
        how = f"write {bare}: a name is written without quotes here, unlike in an expression"
        return f"{text}: {how}", f"Write {bare} in the config"
    return advised(text, name, look_alike(name, present))


def of_expression(
    typed: str, name: str, relation: str, present: Mapping[str, object]
) -> tuple[str, str]:
    """The same of a column in an expression, as it was `typed` there and as SQL reads that."""
    text = f"column {name} of {relation} does not exist"
    if typed != name and typed in present:
        how = f'write "{typed}": in an expression, a name without quotes is read in lower case'
        return f"{text}: {how}", f'Write "{typed}", in double quotes, in the config'
    alike = look_alike(name, present)
    return advised(text, name, alike and spelled((alike,)))


def advised(text: str, name: str, alike: str | None) -> tuple[str, str]:
    """What is said of a missing column, with the one that it may have become."""
    if alike is None:
        return text, "Bring it back, or take it out of the config"
    hint = f"If it was renamed, write {alike} instead of {name} in the config"
    return f"{text}; did you mean {alike}?", hint
