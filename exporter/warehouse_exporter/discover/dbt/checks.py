"""Checks as they are written: what their kind refuses has no counterpart, and each has a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.dbt.manifest import Test
from warehouse_exporter.discover.dbt.calls import Drawn, Parameters
from warehouse_exporter.discover.dbt.datasets import LONGEST, as_name
from warehouse_exporter.discover.dbt.untranslated import NoCounterpart
from warehouse_exporter.discover.model import Proposed
from warehouse_exporter.kinds import kinds_in
from warehouse_exporter.kinds.shared.base import Kind

SEVERITIES = ("warning", "critical")
ONE_ROW = ("completeness", "accepted_values", "range", "rows", "volume")
"""Kinds that judge one day where there is a time column; a test of dbt judges the whole table."""


@dataclass(frozen=True)
class Written:
    """A check as it is written, with the model of its kind."""

    written: Parameters
    kind: Kind

    @property
    def same(self) -> tuple[str, Parameters]:
        """What a check is, whatever it is called."""
        return self.kind.kind, {k: v for k, v in self.written.items() if k != "name"}

    @property
    def proposed(self) -> Proposed:
        """The same as an item of `checks`."""
        return Proposed({self.kind.kind: self.written})


def written_as(drawn: Drawn, test: Test | None, dataset: Dataset, datasets: Datasets) -> Written:
    """A check that the config takes. Raises NoCounterpart."""
    given = dict(drawn.parameters)
    if drawn.kind == "duplicates" and {*keys(given["key"])} == {*dataset.key}:
        del given["key"]
    if drawn.kind == "freshness" and given["by"] == "time":
        del given["by"]
    if drawn.kind in ONE_ROW and dataset.time is not None:
        given["window"] = "all"
    if drawn.kind == "rows":
        given = {"name": rows_name(test), **given}
    limits = {severity: given.pop(severity) for severity in SEVERITIES if severity in given}
    kind = checked(drawn.kind, given | limits)
    if wrong := kind.problems(dataset, datasets):
        raise NoCounterpart(wrong[0])
    return Written(given | limits, kind)


def checked(kind: str, parameters: Mapping[str, Any], section: str = "checks") -> Kind:
    """The check itself: whatever it refuses has no counterpart."""
    try:
        return kinds_in(section)[kind].model_validate(dict(parameters))
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise NoCounterpart(f"{kind} does not take it: {told}") from None


def add(checks: dict[str, Written], one: Written, test: Test | None) -> None:
    """Add a check under a name of its own.

    The same one again is left out, and so is a second one on the columns that are declared.
    """
    name = one.kind.name or one.kind.default_name()
    if any(one.same == other.same for other in checks.values()):
        return
    if name in checks and one.kind.kind in ("required_columns", "column_types"):
        if "critical" in one.written:
            checks[name] = one
        return
    number, wanted = 2, name
    while name in checks:
        name, number = f"{wanted[: LONGEST - 6]}_{number}", number + 1
    if name != wanted:
        written = {"name": name, **{k: v for k, v in one.written.items() if k != "name"}}
        one = Written(written, checked(one.kind.kind, written))
    checks[name] = one


def rows_name(test: Test | None) -> str:
    """A name for a condition on rows: the test and its column."""
    parts = [test.test, str(test.arguments.get("column_name") or "")] if test else ["rows"]
    joined = "_".join(re.sub(r"[^A-Za-z0-9_]", "", part) for part in parts if part)
    return as_name(joined.removeprefix("expect_column_"))[: LONGEST - 6]


def keys(written: str | list[str]) -> tuple[str, ...]:
    """One column or several as columns."""
    return (written,) if isinstance(written, str) else tuple(written)


def one_or_all(columns: tuple[str, ...]) -> str | list[str]:
    """Columns as they are written: a single one is no list."""
    return columns[0] if len(columns) == 1 else list(columns)


def declared(columns: Mapping[str, str | None]) -> list[str] | dict[str, str | None]:
    """Columns as they are written: without types a list."""
    return dict(columns) if any(columns.values()) else list(columns)
