"""Names as people type them, and the name that somebody may have meant."""

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
