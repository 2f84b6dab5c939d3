"""The reference of the config: every key, its type, its default and its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

from warehouse_exporter.config.spec import json_schema
from warehouse_exporter.publish.reference.tables import (
    Schema,
    parts,
    table,
    target,
    type_of,
    values_of,
)

INTRODUCTION = (resources.files(__package__) / "config.tmpl").read_text(encoding="utf-8")
EXAMPLES = (resources.files(__package__) / "examples.yml").read_text(encoding="utf-8")
"""A config with every key; what excludes another is in a comment."""
KINDS = {"metrics": "metric", "anomalies": "anomaly", "queries": "query"}
"""Sections that hold one kind of check, whose page has its parameters."""


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "\n".join(sections()) + "\n"


def sections() -> Iterator[str]:
    """One section for each key at the top of a config, line by line."""
    schema: dict[str, Any] = json_schema()
    defs = schema["$defs"]
    for name, field in schema["properties"].items():
        model = model_of(field, defs)
        meaning = field.get("description") or model.get("description", "")
        need = " Required." if name in schema["required"] else ""
        yield f"## {name}\n\n{meaning}{need}\n"
        if example := example_of(name):
            yield f"```yaml\n{example}```\n"
        if name in KINDS:
            yield f"{form(field)}: see the kind [`{KINDS[name]}`](kinds/{KINDS[name]}.md).\n"
            continue
        if "properties" not in model:
            yield f"Written as {type_of(field, defs)}.\n"
            continue
        if form(field):
            yield f"{form(field)}; each has these keys.\n"
        yield from table(model, defs, "key", frozenset())
        yield ""
        for title, part in parts(model, defs):
            if title != "`checks`":
                yield f"### {title}\n\n{part.get('description', '')}\n"
                yield from table(part, defs, "key", frozenset())
                yield ""


def example_of(section: str) -> str:
    """The lines of a section in the example; '' where it has none."""
    found = re.search(rf"^(?:# )?{section}:.*\n(?:^ .*\n)*", EXAMPLES, re.MULTILINE)
    return found[0].removeprefix("# ") if found else ""


def model_of(field: Schema, defs: Schema) -> Schema:
    """The model of a section, or of each item in it."""
    inner = values_of(field) or field.get("items") or field
    return target(inner, defs)


def form(field: Schema) -> str:
    """Whether a section is a list, or a mapping of names that its owner chooses."""
    if field.get("type") == "array":
        return "A list"
    return "A mapping by name" if field.get("type") == "object" else ""
