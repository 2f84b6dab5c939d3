"""A test of dbt as it is called, and the check that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from warehouse_exporter.core.errors import SqlRefused
from warehouse_exporter.dbt.artifacts import valid
from warehouse_exporter.dbt.manifest import Manifest, Test, meant
from warehouse_exporter.discover.dbt.untranslated import NoCounterpart
from warehouse_exporter.sql import expressions
from warehouse_exporter.sql.statements import quoted

IGNORED = {"column_name", "name", "config", "quote_columns", "description", "meta"}
"""Arguments that change nothing, or that are read in their own place."""
Parameters = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """The check that stands for a test: its kind, its parameters, and columns that it declares.

    With `counts`, what it counts is what dbt counts, so that a limit of dbt holds for it as well.
    `limits` are said by the test itself, and not by its `error_if`. A test may need two checks.
    """

    kind: str
    parameters: Mapping[str, Any]
    counts: bool = True
    limits: tuple[str, ...] = ()
    declares: Mapping[str, str | None] = field(default_factory=dict)
    beside: tuple[Drawn, ...] = ()


@dataclass(frozen=True)
class Call:
    """One test on one dataset; `datasets` are their names by the ids of dbt."""

    test: Test
    manifest: Manifest
    datasets: Mapping[str, str]
    time: str | None = None
    loaded: str | None = None

    def given(self, key: str, default: Any = None) -> Any:
        """An argument; the default where it is not given, or null."""
        found = self.test.arguments.get(key)
        return default if found is None else found

    def only(self, *keys: str) -> None:
        """Refuse an argument that would change the meaning and is not in the list."""
        for key, value in self.test.arguments.items():
            if key not in keys and key not in IGNORED and value not in (None, [], "", False):
                raise NoCounterpart(f"its argument `{key}` has no counterpart")

    def column(self, key: str = "column_name") -> str:
        """The exact name of a column."""
        written = self.given(key)
        if not isinstance(written, str):
            raise NoCounterpart(f"it names no column as `{key}`")
        return self.exact(written)

    def exact(self, written: Any) -> str:
        """The exact name of a column as dbt writes it into its SQL."""
        if self.given("quote_columns") is True and isinstance(written, str):
            return valid(written)
        name = self.manifest.exact(valid(written))
        if name is None:
            raise NoCounterpart(f"{valid(written)[:60]!r} is an expression, and no column")
        return name

    def columns(self, key: str) -> list[str]:
        """The exact names of a list of columns."""
        listed = self.given(key)
        if not isinstance(listed, list) or not listed:
            raise NoCounterpart(f"it has no list of columns as `{key}`")
        return [self.exact(one) for one in listed]

    def sql(self, key: str = "column_name") -> str:
        """A column as it is written in an expression."""
        name = self.column(key)
        try:
            plain = expressions.parse(name).columns == (name,)
        except SqlRefused:
            plain = False
        return name if plain else quoted(name)

    def number(self, key: str) -> Decimal:
        """An argument that must be a number."""
        given = self.given(key)
        try:
            found = Decimal(str(given))
        except InvalidOperation:
            found = Decimal("NaN")
        if isinstance(given, bool) or not found.is_finite():
            raise NoCounterpart(f"`{key}` is no number")
        return found

    def where(self, key: str = "row_condition") -> Parameters:
        """The rows that are judged: those of `where`, and of a condition among the arguments."""
        conditions = [self.test.config.get("where"), self.given(key)]
        if any(not isinstance(one, str) for one in conditions if one is not None):
            raise NoCounterpart(f"`where` or `{key}` is no text")
        stripped = [valid(one).strip() for one in conditions]
        given = [expression(one) for one in stripped if one not in ("", "1=1")]
        if not given:
            return {}
        return {"where": given[0] if len(given) == 1 else " and ".join(f"({one})" for one in given)}

    def parent(self) -> str:
        """The dataset that `to` names."""
        to = valid(self.given("to"))
        others = tuple(one for one in self.test.about if one != self.test.on)
        found = meant(to, self.test.about, self.manifest.nodes)
        found = found or (others[0] if len(others) == 1 else "")
        if found not in self.datasets:
            raise NoCounterpart(f"{to or 'the other side'} is no dataset")
        return self.datasets[found]


def expression(written: str) -> str:
    """An expression of SQL that a check may have, on one line."""
    folded = " ".join(written.split())
    try:
        expressions.parse(folded)
    except SqlRefused as error:
        raise NoCounterpart(f"`{folded[:60]}` cannot be used: {error}") from None
    return folded


def literal(written: Any) -> str:
    """A value as SQL: a number, or text in quotes."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return repr(written)
    return "'{}'".format(str(written).replace("'", "''"))
