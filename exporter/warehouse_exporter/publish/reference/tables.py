"""Tables of parameters, made from the JSON Schema of a model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
HEADER = ("| {title} | type | default | meaning |", "|---|---|---|---|")
PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "`true` or `false`",
}
ELSEWHERE = {"Check": "[kinds](kinds/README.md) with their parameters"}
"""Definitions that have pages of their own."""
NOTHING: tuple[Any, ...] = (None, [], {}, "")


def table(model: Schema, defs: Schema, title: str, leave_out: frozenset[str]) -> Iterator[str]:
    """One row for each parameter of a model, line by line."""
    yield HEADER[0].format(title=title)
    yield HEADER[1]
    required = model.get("required", ())
    for name, field in model["properties"].items():
        if name not in leave_out:
            default = "required" if name in required else shown(field.get("default"))
            meaning = field.get("description") or target(field, defs).get("description", "")
            yield f"| `{name}` | {cell(type_of(field, defs))} | {default} | {cell(meaning)} |"


def shown(default: Any) -> str:
    """A default as it would be written; nothing where leaving it out means just that."""
    if default in NOTHING or isinstance(default, dict):
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def cell(text: str) -> str:
    """A text in a cell of a table: its first line."""
    return text.split("\n", 1)[0].replace("|", "\\|")


def type_of(field: Schema, defs: Schema) -> str:
    """What may be written, in words."""
    if "$ref" in field:
        of = target(field, defs)
        if name_of(field) in ELSEWHERE:
            return ELSEWHERE[name_of(field)]
        return type_of(of, defs) if "enum" in of else "see below"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if any_of := field.get("anyOf") or field.get("oneOf"):
        given = (type_of(one, defs) for one in any_of if one.get("type") != "null")
        return " or ".join(dict.fromkeys(given))
    if field.get("type") == "array":
        return f"list of {type_of(field.get('items', {}), defs)}"
    if field.get("type") == "object":
        return f"{type_of(values_of(field), defs)} by name"
    if "examples" in field:
        return "such as " + ", ".join(f"`{example}`" for example in field["examples"])
    written = field.get("type", "string")
    return PLAIN.get(written if isinstance(written, str) else written[0], "text")


def values_of(field: Schema) -> Schema:
    """The schema of the values of a mapping."""
    patterns: Mapping[str, Schema] = field.get("patternProperties", {})
    more: Schema = field.get("additionalProperties", {})
    return next(iter(patterns.values()), more)


def target(field: Schema, defs: Schema) -> Schema:
    """The definition that a field refers to, directly or as one of several; else the field."""
    for one in (field, *field.get("anyOf", ())):
        if "$ref" in one:
            found: Schema = defs[name_of(one)]
            return found
    return field


def parts(model: Schema, defs: Schema) -> Iterator[tuple[str, Schema]]:
    """The groups of parameters in a model: the names under which they are written, and each."""
    found: dict[str, list[str]] = {}
    for name, field in model["properties"].items():
        for part in re.findall(r'"#/\$defs/(\w+)"', json.dumps(field)):
            found.setdefault(part, []).append(name)
    for part, names in found.items():
        if "properties" in defs[part]:
            yield ", ".join(f"`{name}`" for name in names), defs[part]


def name_of(field: Schema) -> str:
    """The name of the definition that a field refers to."""
    return str(field["$ref"]).rsplit("/", 1)[-1]
