"""The reference of expressions: the functions, types, operators and words that one may have."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from warehouse_exporter.sql.vocabulary import FIELDS, FUNCTIONS, KEYWORDS, OPERATORS, TYPES

INTRODUCTION = (resources.files(__package__) / "expressions.tmpl").read_text(encoding="utf-8")


def page() -> str:
    """The whole page."""
    return INTRODUCTION.format(
        functions=named(f"{name}()" for name in FUNCTIONS),
        types=named(TYPES),
        operators=named(OPERATORS),
        keywords=named(word.upper() for word in KEYWORDS),
        fields=named(FIELDS),
    )


def named(words: Iterable[str]) -> str:
    """Words as code, in their order."""
    return ", ".join(f"`{word}`" for word in sorted(words))
