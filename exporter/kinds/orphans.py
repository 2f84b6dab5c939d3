"""J1, J2, J3: rows that refer to something that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from exporter.catalog import Metric
from exporter.kinds.base import Expression, Part, Share
from exporter.kinds.keys import key_of, no_key
from exporter.kinds.nearby import ABOUT, Within, in_words, problems, recent, source, times
from exporter.model import Dataset, Datasets
from exporter.needs import Need, Parts, Probe
from exporter.sql import statements, words
from exporter.sql.references import joined, singly
from exporter.sql.words import Node, render
from exporter.states import Counted, Hits
from exporter.target import Target


class Reference(Part):
    """Where the other end of a reference lives."""

    dataset: str = Field(description="The dataset referred to.")
    column: str | None = Field(None, description="Its column; default: its key.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")
    within: Within | None = Field(None, description=ABOUT)


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
        of, parent = self.references, datasets.get(self.references.dataset)
        if parent and (keyless := no_key("references", "column", parent, of.column)):
            return keyless
        wrong = problems(self, dataset, parent, of.within)
        return [*wrong, *super().problems(dataset, datasets)]

    def times(self, target: Target) -> tuple[tuple[str, str], ...]:
        of = self.references
        return (*super().times(target), *times(target, of.dataset, of.within))

    def needs(self, target: Target) -> Mapping[str, Need]:
        days, name = self.span(target), target.dataset.name
        inside, parted, parts = target.inside(days), target.parted(days), None
        if parted is not None:
            closed, still = parted
            both = self.sql(target, inside, closed, few=False)
            parts = Parts(both, self.sql(target, still, closed, few=True))
        sql = self.sql(target, inside, None, few=target.all_open(days))
        return {"rows": Probe(name, sql, Counted, parts)}

    def sql(self, target: Target, inside: Node | None, closed: Node | None, *, few: bool) -> str:
        """Orphans and rows among those inside; with `closed` the same of closed days before it."""
        parent, own = target.other(self.references.dataset), target.column(self.column)
        present = None if self.null_is_orphan else words.is_present(own)
        where = words.both(present, target.predicate(self.where), inside)
        rows = f"FROM {target.source(self.span(target))}{statements.clause(where)}"
        column = key_of(parent.dataset, self.references.column)
        known, key = self.known(target, parent, column), render(parent.column(column))
        if few and parent.finds(column):
            return singly(render(own), rows, key, known, closed)
        distinct = "" if parent.found.holds_unique((column,)) else "DISTINCT "
        listed = f"SELECT {distinct}{key} AS key\nFROM {known}"
        return joined(render(own), rows, listed, closed, apart=parent.found.distributed)

    def known(self, target: Target, parent: Target, column: str) -> str:
        """The rows that may be referred to, as a FROM clause with its WHERE."""
        of, present = self.references, words.is_present(parent.column(column))
        given = words.both(present, parent.predicate(of.where), recent(target, parent, of.within))
        return f"{source(target, parent, of.within)}{statements.clause(given)}"

    def evidence(self, target: Target, state: Hits) -> str:
        of = self.references
        where = f"{self.column} not in {of.dataset}{in_words(of.within)}"
        return f"{super().evidence(target, state)} with {where} {self.when(target)}"
