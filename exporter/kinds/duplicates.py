"""U1: keys that occur more than once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from exporter.catalog import Metric
from exporter.kinds.base import Share
from exporter.model import Dataset, Datasets
from exporter.needs import Need, Probe
from exporter.sql import statements, words
from exporter.sql.words import render
from exporter.states import Hits
from exporter.target import Target
from exporter.wording import agreed


class Duplicates(Share):
    """Keys that occur more than once; those of a window are looked up in the whole table."""

    kind = "duplicates"
    ids = ("U1",)
    metric = Metric("warehouse_duplicate_key_ratio", "Share of keys that occur more than once.")
    alert = "WarehouseDuplicateKeys"
    summary = "keys that must be unique are not"
    default_window = "all"
    advice: ClassVar[str] = "critical: '> 0'"
    things: ClassVar[str] = "keys"

    key: str | tuple[str, ...] | None = Field(
        None, description="The column, or columns, that must be unique; default: the dataset's key."
    )

    def given(self) -> tuple[str, ...]:
        """The columns of the key, where this check names them itself."""
        if self.key is None:
            return ()
        return (self.key,) if isinstance(self.key, str) else self.key

    def columns(self, dataset: Dataset) -> tuple[str, ...]:
        """The columns of the key."""
        return self.given() or dataset.key

    def default_name(self) -> str:
        return "_".join((self.kind, *self.given()))

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if not self.columns(dataset):
            return [f"duplicates needs `key:`, here or on dataset {dataset.name}"]
        return super().problems(dataset, datasets)

    def needs(self, target: Target) -> Mapping[str, Need]:
        days = self.span(target)
        key = [target.column(column) for column in self.columns(target.dataset)]
        present = words.both(*(words.is_present(k) for k in key), target.predicate(self.where))
        listed = ", ".join(render(k) for k in key)
        where = statements.clause(present)
        if days is not None:
            inside = words.both(present, target.inside(days))
            asked = f"SELECT {listed} FROM {target.source(days)}{statements.clause(inside)}"
            where += f"\nAND ({listed}) IN ({asked})"
        sql = (
            "SELECT count(*) FILTER (WHERE n > 1) AS c0, count(*) AS c1\n"
            f"FROM (SELECT count(*) AS n FROM {target.table()}{where}\nGROUP BY {listed}) AS keys"
        )
        return {"rows": Probe(target.dataset.name, sql, Hits)}

    def evidence(self, target: Target, state: Hits) -> str:
        what = ", ".join(self.columns(target.dataset))
        occur = agreed(state.hits or 0, "occurs", "occur")
        return (
            f"{super().evidence(target, state)} ({what}) {occur} more than once {self.when(target)}"
        )
