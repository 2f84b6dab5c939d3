"""Bounds for text from rows or from a server: its length, and which characters it may have.

A cell may contain a whole document, a control character of a terminal, or one that reverses the
rest of a line. This module alone decides what is let through.
"""

from __future__ import annotations

import unicodedata

LABEL = 200
"""Characters of a label: it is a name, and each scrape repeats it."""
SENTENCE = 200
"""Characters of a sentence: it is the title of a page."""
EVIDENCE = 1000
"""Characters of a sample's evidence."""
TEXT = 2000
"""Characters of a verdict, which has evidence and limits."""
LOGGED = 4000
"""Characters of one field of a log line."""
JOINERS = "\u200c\u200d"
"""Invisible, but some languages and emoji need them."""
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that act instead of being shown: controls, bidi, surrogates."""


def plain(text: str, most: int) -> str:
    """The text on one line, without control characters, cut to a number of characters."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    if cut.isprintable():
        return cut
    return "".join("\ufffd" if steers(one) else one for one in cut)


def steers(one: str) -> bool:
    """Whether a character does something instead of being shown."""
    return unicodedata.category(one) in STEERING and one not in JOINERS
