"""J1, J2, J3: rows that refer to something that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from exporter.catalog import Metric
from exporter.kinds.base import Expression, Share
from exporter.model import Dataset, Datasets
from exporter.needs import Need, Probe
from exporter.sql import statements, words
from exporter.sql.words import Node, render
from exporter.states import Hits
from exporter.target import Target

KNOWN = "warehouse_exporter_known"


class Reference(BaseModel):
    """Where the other end of a reference lives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(description="The dataset referred to.")
    column: str | None = Field(None, description="Its column; default: its key.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")


class Orphans(Share):
    """Share of rows whose reference has no counterpart; a NULL reference counts when asked for."""

    kind = "orphans"
    ids = ("J1", "J2", "J3")
    metric = Metric(
        "warehouse_orphan_ratio",
        "Share of rows that refer to a row that is not there.",
        ("column",),
    )
    alert = "WarehouseOrphanRows"
    summary = "rows refer to something that is not there"
    default_window = "all"
    advice: ClassVar[str] = "critical: '> 0'"

    column: str = Field(description="The column that refers.")
    references: Reference = Field(description="What it refers to.")
    null_is_orphan: bool = Field(
        False,
        description="Count a row without a reference as an orphan, instead of leaving it out.",
    )

    def refers_to(self) -> tuple[str, ...]:
        return (self.references.dataset,)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        parent = datasets.get(self.references.dataset)
        if parent is not None and self.parent_column(parent) is None:
            name = self.references.dataset
            return [f"references needs `column:` (dataset {name} has no key of one column)"]
        return super().problems(dataset, datasets)

    def parent_column(self, parent: Dataset) -> str | None:
        """The referenced column: as given, or the parent's only key column."""
        return self.references.column or (parent.key[0] if len(parent.key) == 1 else None)

    def parent_key(self, parent: Target) -> Node:
        """The referenced column, which exists."""
        name = self.parent_column(parent.dataset)
        assert name is not None
        return parent.column(name)

    def needs(self, target: Target) -> Mapping[str, Need]:
        parent = target.other(self.references.dataset)
        key, days = self.parent_key(parent), self.span(target)
        known = words.both(words.is_present(key), parent.predicate(self.references.where))
        own = target.column(self.column)
        asked = None if self.null_is_orphan else words.is_present(own)
        where = words.both(asked, target.predicate(self.where), target.inside(days))
        # A materialized list of keys, joined: valid on distributed Postgres too, where a correlated
        # NOT EXISTS between tables that are not co-located is refused. Its name is a long one: a
        # table of that name would be shadowed, and the orphans of `parent` were once all found.
        sql = (
            f"WITH {KNOWN} AS MATERIALIZED (SELECT DISTINCT {render(key)} AS key"
            f" FROM {parent.table()}{statements.clause(known)})\n"
            "SELECT count(*) FILTER (WHERE parent.key IS NULL) AS c0, count(*) AS c1\n"
            f"FROM (SELECT {render(own)} AS key"
            f" FROM {target.source(days)}{statements.clause(where)}) AS child\n"
            f"LEFT JOIN {KNOWN} AS parent ON parent.key = child.key"
        )
        return {"rows": Probe(target.dataset.name, sql, Hits)}

    def evidence(self, target: Target, state: Hits) -> str:
        where = f"{self.column} not in {self.references.dataset}"
        return f"{super().evidence(target, state)} with {where} {self.when(target)}"
