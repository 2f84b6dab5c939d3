"""The ready-made configs on this shop's warehouse: without what the data cannot fill."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from warehouse_exporter import profiles
from warehouse_exporter.config import Check, Config
from warehouse_exporter.config.document import read
from warehouse_exporter.config.load import parse
from warehouse_exporter.kinds.shared.attributed import Attribution

from labs.case_study.names import Names

DESIGNS = profiles.names()
"""The recommended config, and the practice of five teams."""
NOT_APPLICABLE = Path(__file__).with_name("not_applicable.yml")
KEPT = {"dataset", "depends_on", "owner", "name", "ratio", "values", "steps", "path", "funnel",
        "model", "metrics"}  # fmt: skip
"""Options that name something of the config or of the data, and no column."""
COLUMNS = ("column", "equals", "channel", "model_column", "event", "quarantined", "read",
           "rows_read")  # fmt: skip
"""Options that have a column where nothing is written."""


@cache
def not_applicable(name: str) -> Mapping[str, str]:
    """The checks of a design that stay out, and what the data lacks for them."""
    found: dict[str, dict[str, str]] = yaml.safe_load(NOT_APPLICABLE.read_text(encoding="utf-8"))
    checks = {str(check.id) for check in shipped(name).checks}
    return {check: why for check, why in found["checks"].items() if check in checks}


@cache
def shipped(name: str) -> Config:
    """A design as it is shipped, word by word."""
    return parse(profiles.text_of(name), f"{name}.yml", {"WAREHOUSE_DSN": "dbname=none"})


def design(name: str, dsn: str, names: Names) -> Config:
    """A design on one shop: its limits untouched, its tables and columns as they are called there.

    Checks keep their names, so that those of a copy are called as those of the original.
    """
    document = read(profiles.text_of(name), f"{name}.yml", {"WAREHOUSE_DSN": dsn}).data
    for dataset, written in document["datasets"].items():
        written["checks"] = [
            spelt_out(item, check)
            for item, check in zip(written.get("checks", []), checks_of(name, dataset), strict=True)
            if str(check.id) not in not_applicable(name)
        ]
    for section in ("datasets", "metrics", "queries"):
        if section in document:
            document[section] = renamed(document[section], names)
    text = yaml.safe_dump(document, sort_keys=False)
    return parse(text, f"{name}.yml")


def checks_of(name: str, dataset: str) -> Iterator[Check]:
    """The checks written under a dataset of a design, in their order."""
    for check in shipped(name).checks:
        if check.path[:2] == ("datasets", dataset):
            yield check


def spelt_out(item: dict[str, Any], check: Check) -> dict[str, Any]:
    """A check as written, with its name and the columns that go without saying."""
    ((kind, options),) = item.items()
    known = type(check.kind).model_fields
    unsaid = {name: getattr(check.kind, name) for name in COLUMNS if name in known}
    said = {name: value for name, value in unsaid.items() if value is not None}
    against = getattr(check.kind, "against", None)
    if isinstance(against, Attribution):
        spelt = {**options["against"], "model_column": against.model_column}
        options = {**options, "against": spelt}
    return {kind: {**said, **options, "name": check.id.name}}


def renamed(value: Any, names: Names) -> Any:
    """A part of a config with its tables and columns renamed."""
    if isinstance(value, str):
        return names.plain(value)
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: one if key in KEPT else renamed(one, names) for key, one in value.items()}
    columns = found.get("columns")
    if isinstance(columns, dict):
        found["columns"] = {names.of(column): of_type for column, of_type in columns.items()}
    return found
