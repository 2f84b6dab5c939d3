"""Texts that come from rows, or from a server: how long they may be, and what may be in them.

A cell may hold a whole document, a character that steers a terminal, or one that turns the rest of
a line around. What passes here is decided in this place alone.
"""

from __future__ import annotations

import unicodedata

LABEL = 200
"""Characters of a label: it is a name, and each scrape repeats it."""
SENTENCE = 200
"""Characters of a sentence: it is the title of a page."""
EVIDENCE = 1000
"""Characters of what is said of a sample."""
TEXT = 2000
"""Characters of a verdict, which has evidence and limits."""
LOGGED = 4000
"""Characters of one fact of a log line."""
JOINERS = "\u200c\u200d"
"""Not to be seen, but some languages and emoji are not written without them."""
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of characters that are not shown but do something: controls, bidi, surrogates."""


def plain(text: str, most: int) -> str:
    """The text on one line, without what steers, and no longer than so many characters."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    if cut.isprintable():
        return cut
    return "".join("\ufffd" if steers(one) else one for one in cut)


def steers(one: str) -> bool:
    """Whether a character does something instead of being shown."""
    return unicodedata.category(one) in STEERING and one not in JOINERS
