"""J1, J2, J3: rows that refer to something that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from exporter.catalog import Metric
from exporter.kinds.base import Expression, Share
from exporter.kinds.nearby import ABOUT, Within, in_words, problems, recent, source
from exporter.model import Dataset, Datasets
from exporter.needs import Need, Parts, Probe
from exporter.sql import statements, words
from exporter.sql.words import Node, render
from exporter.states import Hits
from exporter.target import Target

ASKED, KNOWN = "warehouse_exporter_asked", "warehouse_exporter_known"


def hits_of(rows: str, place: int) -> str:
    """The cells of Hits: rows without a parent, and all rows."""
    orphans = f"coalesce(sum({rows}) FILTER (WHERE parent.key IS NULL), 0) AS c{place}"
    return f"{orphans}, coalesce(sum({rows}), 0) AS c{place + 1}"


class Reference(BaseModel):
    """Where the other end of a reference lives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
        parent = datasets.get(self.references.dataset)
        if parent is not None and self.parent_column(parent) is None:
            name = self.references.dataset
            return [f"references needs `column:` (dataset {name} has no key of one column)"]
        wrong = problems(self, dataset, parent, self.references.within)
        return [*wrong, *super().problems(dataset, datasets)]

    def parent_column(self, parent: Dataset) -> str | None:
        """The referenced column: as given, or the parent's only key column."""
        return self.references.column or (parent.key[0] if len(parent.key) == 1 else None)

    def parent_key(self, parent: Target) -> Node:
        """The referenced column, which exists."""
        name = self.parent_column(parent.dataset)
        assert name is not None
        return parent.column(name)

    def needs(self, target: Target) -> Mapping[str, Need]:
        days, name = self.span(target), target.dataset.name
        inside, parted, parts = target.inside(days), target.parted(days), None
        if parted is not None:
            closed, still = parted
            both = self.sql(target, inside, closed, few=False)
            parts = Parts(both, self.sql(target, still, closed, few=True))
        sql = self.sql(target, inside, None, few=target.all_open(days))
        return {"rows": Probe(name, sql, Hits, parts)}

    def sql(self, target: Target, inside: Node | None, closed: Node | None, *, few: bool) -> str:
        """Orphans and rows among those inside; with `closed` the same of closed days before it."""
        parent, own = target.other(self.references.dataset), target.column(self.column)
        present = None if self.null_is_orphan else words.is_present(own)
        where = words.both(present, target.predicate(self.where), inside)
        apart, cells = "", hits_of("n", 0)
        if closed is not None:
            apart = f", count(*) FILTER (WHERE {render(closed)}) AS early"
            cells = f"{hits_of('early', 0)},\n       {hits_of('n', 2)}"
        column = self.parent_column(parent.dataset)
        singly = few and column is not None and parent.finds(column)
        listed = self.singly if singly else self.listed
        return (
            f"WITH {ASKED} AS MATERIALIZED (\nSELECT {render(own)} AS key, count(*) AS n{apart}\n"
            f"FROM {target.source(self.span(target))}{statements.clause(where)}\nGROUP BY 1)"
            f"{listed(parent, self.known(target, parent), cells)}"
        )

    def known(self, target: Target, parent: Target) -> str:
        """The rows that may be referred to, as a FROM clause with its WHERE."""
        of, key = self.references, self.parent_key(parent)
        given = words.both(
            words.is_present(key), parent.predicate(of.where), recent(target, parent, of.within)
        )
        return f"{source(target, parent, of.within)}{statements.clause(given)}"

    def singly(self, parent: Target, known: str, cells: str) -> str:
        """Every key that is asked for, looked up in an index."""
        key = render(self.parent_key(parent))
        return (
            f"\nSELECT {cells}\nFROM {ASKED} AS child LEFT JOIN LATERAL (\n"
            f"SELECT {key} AS key FROM {known}\n"
            f"AND {key} = child.key LIMIT 1) AS parent ON true"
        )

    def listed(self, parent: Target, known: str, cells: str) -> str:
        """A list of those that are known, materialized and joined.

        Valid on distributed Postgres too, where a correlated NOT EXISTS between tables that are not
        co-located is refused. The names are long ones: a table of that name would be shadowed, and
        every row was once an orphan.
        """
        key = render(self.parent_key(parent))
        return (
            f",\n{KNOWN} AS MATERIALIZED (\nSELECT DISTINCT {key} AS key\n"
            f"FROM {known}\nAND {key} IN (SELECT key FROM {ASKED}))\n"
            f"SELECT {cells}\n"
            f"FROM {ASKED} AS child LEFT JOIN {KNOWN} AS parent ON parent.key = child.key"
        )

    def evidence(self, target: Target, state: Hits) -> str:
        of = self.references
        where = f"{self.column} not in {of.dataset}{in_words(of.within)}"
        return f"{super().evidence(target, state)} with {where} {self.when(target)}"
