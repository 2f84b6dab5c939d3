"""Rows that refer to something that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import a
from warehouse_exporter.kinds.shared.base import Expression, Part
from warehouse_exporter.kinds.shared.keys import Columns, columns_of, key_in, unlike
from warehouse_exporter.kinds.shared.nearby import (
    ABOUT,
    Within,
    in_words,
    problems,
    recent,
    source,
    times,
)
from warehouse_exporter.kinds.shared.open_days import refuse_to_read_all
from warehouse_exporter.kinds.shared.places import ByPlace, place_of, with_keyless
from warehouse_exporter.kinds.shared.usable import Keyed, counted_in
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Failing, Need, Parts, Probe, Readings
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.references import joined, joined_by_place, singly, singly_by_place
from warehouse_exporter.sql.words import Node


class Reference(Part):
    """Where the other end of a reference lives."""

    dataset: str = Field(description="The dataset referred to.")
    column: Columns | None = Field(None, description="Its column, or columns; default: its key.")
    where: Expression | None = Field(None, description="Only rows of it for which this is true.")
    within: Within | None = Field(None, description=ABOUT)


class Orphans(ByPlace):
    """Share of rows that refer to a row that does not exist; a NULL reference counts on request."""

    kind = "orphans"
    ids = ("J1", "J2", "J3")
    metric = Metric(
        "warehouse_orphan_ratio",
        "Share of rows that refer to a missing row.",
        ("column",),
    )
    alert = "WarehouseOrphanRows"
    fault = Fault.MATCH
    summary = "rows refer to missing rows"
    default_window = "all"
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
          order_items:
            relation: analytics.fct_order_items
            time: order_ts
            checks:
              - orphans: {column: order_id, references: {dataset: orders}, critical: "> 0"}
    """

    column: Columns = Field(description="The column, or columns, that refer.")
    references: Reference = Field(description="What it refers to.")
    null_is_orphan: bool = Field(
        False,
        description="Count a row without a reference as an orphan, instead of leaving it out.",
    )

    def refers_to(self) -> tuple[str, ...]:
        return (self.references.dataset,)

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        of, parent = self.references, datasets.get(self.references.dataset)
        if parent and (unequal := unlike("references", "column", parent, of.column, self.column)):
            return unequal
        wrong = problems(self, dataset, parent, of.within)
        of_days = self.window_of(dataset) != "all"
        if of_days and dataset.through is not None and dataset.through.dataset == of.dataset:
            why = f"a row without its {of.dataset} has no time, so it is of no day"
            wrong = [f"window: {self.window} finds no orphan: {why}. Write `window: all`"]
        return [*wrong, *super().problems(dataset, datasets)]

    def times(self, view: DatasetView) -> tuple[tuple[str, str], ...]:
        of = self.references
        return (*super().times(view), *times(view, of.dataset, of.within))

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days, name = self.span(view), view.dataset.name
        of, parent = self.references, view.other(self.references.dataset)
        refuse_to_read_all(self, parent, columns_of(parent.dataset, of.column)[0])
        inside, parted, parts = view.inside(days), view.parted(days), None
        if parted is not None:
            closed, still = parted
            both = self.sql(view, inside, closed, few=False)
            parts = Parts(both, self.sql(view, still, closed, few=True))
        sql = self.sql(view, inside, None, few=view.all_open(days))
        return {"rows": Probe(name, sql, Keyed, parts)}

    def offenders(self, view: DatasetView, shown: tuple[str, ...]) -> Failing | None:
        parent, own = view.other(self.references.dataset), key_in(view, self.column)
        present = None if self.null_is_orphan else own.present
        given = words.both(present, view.predicate(self.where), view.inside(self.span(view)))
        rows = f"FROM {view.source(self.span(view))}{statements.clause(given)}"
        key = key_in(parent, columns_of(parent.dataset, self.references.column))
        sql = (
            f"SELECT DISTINCT {own.listed_of('o')}\nFROM (SELECT {own.listed} {rows}) AS o\n"
            f"LEFT JOIN (SELECT {key.listed}\nFROM {self.known(view, parent, key)}) AS p"
            f" ON {key.same('p', 'o')}\nWHERE p.k0 IS NULL"
        )
        return Failing(sql, self.column)

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        found = readings["rows"].total(Keyed)
        return [self.sample_of(view, found.keyed, found.keyless)]

    def labels(self) -> Mapping[str, str]:
        return {"column": self.named}

    def default_name(self) -> str:
        return "_".join((self.kind, *self.column))

    def lacking(self, view: DatasetView) -> str:
        return self.named

    @property
    def named(self) -> str:
        """The columns that refer, in words."""
        return ", ".join(self.column)

    def sql(self, view: DatasetView, inside: Node | None, closed: Node | None, *, few: bool) -> str:
        """Orphans and rows among those inside; with `closed` the same of closed days before it."""
        parent, own = view.other(self.references.dataset), key_in(view, self.column)
        present, lacking = own.present, own.absent
        if self.null_is_orphan:
            present, lacking = words.is_true(True), words.is_true(False)
        given, table = view.predicate(self.where), view.source(self.span(view))
        rows = f"FROM {table}{statements.clause(words.both(present, given, inside))}"
        keyless = [counted_in(table, words.both(lacking, given, inside))]
        if closed is not None:
            # Of the rows of open days, which are few, none is of a closed one.
            early = "0" if few else counted_in(table, words.both(lacking, given, inside, closed))
            keyless.insert(0, early)
        names = columns_of(parent.dataset, self.references.column)
        key = key_in(parent, names)
        known = self.known(view, parent, key)
        if few and parent.finds(names[0]):
            return singly(own, rows, key, known, closed, keyless)
        distinct = "" if parent.found.holds_unique(names) else "DISTINCT "
        listed = f"SELECT {distinct}{key.listed}\nFROM {known}"
        apart = parent.found.distributed
        return joined(own, rows, listed, closed, keyless, apart=apart)

    def by_place(self, view: DatasetView, only: Node | None, *, few: bool) -> str:
        parent, own = view.other(self.references.dataset), key_in(view, self.column)
        given, table, place = view.predicate(self.where), view.table(), place_of(view)
        present = None if self.null_is_orphan else own.present
        rows = f"FROM {table}{statements.clause(words.both(present, given, only))}"
        lacking = words.is_true(False) if self.null_is_orphan else own.absent
        keyless = counted_in(table, words.both(lacking, given, only))
        names = columns_of(parent.dataset, self.references.column)
        key = key_in(parent, names)
        known = self.known(view, parent, key)
        if few and parent.finds(names[0]):
            return with_keyless(singly_by_place(own, rows, key, known, place), keyless)
        distinct = "" if parent.found.holds_unique(names) else "DISTINCT "
        listed = f"SELECT {distinct}{key.listed}\nFROM {known}"
        apart = parent.found.distributed
        return with_keyless(joined_by_place(own, rows, listed, place, apart=apart), keyless)

    def known(self, view: DatasetView, parent: DatasetView, key: Key) -> str:
        """The rows that may be referred to, as a FROM clause with its WHERE."""
        of = self.references
        given = words.both(key.present, parent.predicate(of.where), recent(view, parent, of.within))
        return f"{source(view, parent, of.within)}{statements.clause(given)}"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        of = self.references
        if self.null_is_orphan:
            return f"without a match in {of.dataset}{in_words(of.within)} (by {self.named})"
        return f"with {a(self.named)} that is not in {of.dataset}{in_words(of.within)}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        of = self.references
        where = f"{self.named} not in {of.dataset}{in_words(of.within)}"
        return f"{super().evidence(view, state)} with {where} {self.when(view)}"
