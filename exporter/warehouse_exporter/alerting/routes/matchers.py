"""Conditions on labels as Alertmanager reads them, 0.25 and newer alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"(.*)"', re.DOTALL)
ESCAPED = re.compile(r'\\([\\"n])')


def quoted(text: str) -> str:
    """A value in quotes; nothing but these three is escaped before Alertmanager 0.27."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def equal(label: str, text: str) -> str:
    """The label has this value; an empty one is that of a label that is not there."""
    return f"{label}={quoted(text)}"


def one_of(label: str, texts: Iterable[str]) -> str:
    """The label has one of these values."""
    found = list(texts)
    if len(found) == 1:
        return equal(label, found[0])
    return f"{label}=~{quoted('|'.join(map(re.escape, found)))}"


def none_of(label: str, texts: Iterable[str]) -> str:
    """The label has none of these values."""
    found = list(texts)
    if len(found) == 1:
        return f"{label}!={quoted(found[0])}"
    return f"{label}!~{quoted('|'.join(map(re.escape, found)))}"


def parsed(condition: str) -> tuple[str, str, str]:
    """The label, the operator and the value of a condition, for formats that divide them."""
    match = MATCHER.fullmatch(condition)
    assert match is not None, condition
    name, how, text = match.groups()
    return name, how, ESCAPED.sub(lambda found: {"n": "\n"}.get(found[1], found[1]), text)
