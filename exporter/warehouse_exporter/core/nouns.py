"""What the rows of a dataset are called: `1 order`, `2 orders`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

ONE = ((re.compile(r"ies$"), "y"), (re.compile(r"(ss|x|ch|sh)es$"), r"\1"), (re.compile(r"s$"), ""))
"""Ends of plurals, and what they are of one."""
NO_PLURAL = re.compile(r"(ss|us|is|series|metrics|sales|news|analytics|statistics)$")
"""Ends of names that look like a plural of rows, and are none."""
TECHNICAL = re.compile(r"^(fct|fact|dim|stg|raw|int|mart|src|tmp|v|vw|mv)_")
"""What comes before a name to say which layer it is of."""


@dataclass(frozen=True)
class Noun:
    """A thing in singular and plural."""

    one: str
    many: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """`order`, or `person/people` where the plural is not regular."""
        one, _, many = text.partition("/")
        return cls(one, many or plural(one))

    @classmethod
    def of_dataset(cls, name: str) -> Self:
        """By the name of a dataset that is a plural, such as `order_items`; else a row."""
        text = TECHNICAL.sub("", name).replace("_", " ").lower()
        if not text.endswith("s") or NO_PLURAL.search(text):
            return cls("row", "rows")
        return cls(singular(text), text)

    def counted(self, number: float) -> str:
        """`1 order`, `1,200 orders`."""
        return f"{number:,.0f} {self.one if number == 1 else self.many}"


def singular(many: str) -> str:
    """What the regular plural of a word, which ends in s, is of one."""
    end, short = next(pair for pair in ONE if pair[0].search(many))
    return end.sub(short, many)


def plural(one: str) -> str:
    """The regular plural of a word."""
    if re.search(r"[^aeiou]y$", one):
        return f"{one[:-1]}ies"
    return f"{one}es" if re.search(r"(s|x|ch|sh)$", one) else f"{one}s"
