"""Conditions on labels as Alertmanager reads them, 0.25 and newer alike."""

from __future__ import annotations

import re
from collections.abc import Iterable


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
