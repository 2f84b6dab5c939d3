"""Keys that occur more than once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from pydantic import Field

from warehouse_exporter.core.faults import Fault
from warehouse_exporter.core.model import Dataset, Datasets, Sample
from warehouse_exporter.core.names import Metric
from warehouse_exporter.core.states import Hits
from warehouse_exporter.core.wording import agreed, counted
from warehouse_exporter.kinds.shared.keys import Columns, key_in
from warehouse_exporter.kinds.shared.nearby import ABOUT, Within, in_words, problems, recent, source
from warehouse_exporter.kinds.shared.open_days import reads_all
from warehouse_exporter.kinds.shared.places import ByPlace, place_of, with_keyless
from warehouse_exporter.kinds.shared.usable import Keyed, counted_in
from warehouse_exporter.kinds.shared.usual import BeyondUsual, Split
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Failing, Need, Parts, Probe, Readings, Scan
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.keys import Key
from warehouse_exporter.sql.words import Node, render


@dataclass(frozen=True)
class Keys:
    """Statements that count the keys of some days, and those that occur more than once anywhere."""

    view: DatasetView
    days: tuple[date, ...] | None
    columns: tuple[str, ...]
    key: Key
    where: Node | None
    within: str | None = None
    alone: bool = False
    """Whether the rows of the days are held against each other only."""

    @property
    def present(self) -> Node:
        """The predicate for rows that have a key."""
        return words.all_of(self.key.present, self.where)

    @property
    def asked(self) -> Node | None:
        """The predicate for rows whose keys are looked up in others; None where these are all."""
        return None if self.alone else self.view.inside(self.days)

    @property
    def rows(self) -> Node | None:
        """The predicate for all rows in which a key is looked up."""
        if self.alone:
            return words.both(self.present, self.view.inside(self.days))
        return words.both(self.present, recent(self.view, self.view, self.within))

    @property
    def table(self) -> str:
        """The FROM clause in which that can be said."""
        if self.alone:
            return self.view.source(self.days)
        return source(self.view, self.view, self.within)

    def keyless(self, rows: Node | None) -> str:
        """How many of some rows have no key."""
        lacking = words.both(self.key.absent, self.where, rows)
        return counted_in(self.view.source(self.days), lacking)

    def probe(self) -> Probe:
        """The keys of all the days, and the same in parts where closed days can be told apart."""
        asked = self.view.inside(self.days)
        few, keyless = self.view.all_open(self.days), self.keyless(asked)
        cells = ["count(*) FILTER (WHERE n > 1)", "count(*)", keyless]
        keys = f"FROM ({self.counted('', self.asked, few)}) AS keys"
        sql = statements.beside(cells, [keyless], keys)
        parted, parts = self.view.parted(self.days), None
        if parted is not None and self.view.tells_open_rows:
            # A row after the window may repeat a key of a closed day in it: look at all open rows.
            still, (closed, later) = self.view.open_rows(), parted
            both = self.both(closed, asked, asked, (self.keyless(closed), keyless), few=False)
            lacking = "0", self.keyless(later)
            parts = Parts(both, self.both(closed, asked, still, lacking, few=True))
        return Probe(self.view.dataset.name, sql, Keyed, parts)

    def both(
        self,
        closed: Node,
        asked: Node | None,
        only: Node | None,
        keyless: tuple[str, str],
        *,
        few: bool,
    ) -> str:
        """The keys that closed days ask about, as often as they occur there, and then all keys.

        `only` has the rows whose keys are looked at; `keyless` how many rows have none, likewise.
        """
        early = render(self.view.closed_rows())
        apart = (
            f", count(*) FILTER (WHERE {early}) AS early"
            f", count(*) FILTER (WHERE {render(closed)}) AS early_asked"
            f", count(*){'' if asked is None else f' FILTER (WHERE {render(asked)})'} AS asked"
        )
        cells = [
            "count(*) FILTER (WHERE early_asked > 0 AND early > 1)",
            "count(*) FILTER (WHERE early_asked > 0)",
            keyless[0],
            "count(*) FILTER (WHERE asked > 0 AND n > 1)",
            "count(*) FILTER (WHERE asked > 0)",
            keyless[1],
        ]
        keys = f"FROM ({self.counted(apart, only, few)}) AS keys"
        return statements.beside(cells, keyless, keys)

    def counted(self, apart: str, only: Node | None, few: bool) -> str:
        """How often each key occurs, of those that some rows have: a few are looked up singly."""
        key = [render(words.column(name)) for name in self.columns]
        where, listed = statements.clause(self.rows), ", ".join(key)
        counts = f"SELECT count(*) AS n{apart} FROM {self.table}"
        if only is None:
            return f"{counts}{where}\nGROUP BY {listed}"
        inside = statements.clause(words.both(self.present, only))
        rows = f"FROM {self.view.source(self.days)}{inside}"
        if few and self.view.finds(self.columns[0]):
            named = ", ".join(f"{name} AS k{place}" for place, name in enumerate(key))
            same = " AND ".join(f"{name} = few.k{place}" for place, name in enumerate(key))
            return (
                f"SELECT found.* FROM (SELECT DISTINCT {named} {rows}) AS few\n"
                f"CROSS JOIN LATERAL ({counts}{where}\nAND {same}) AS found"
            )
        if self.within is not None:  # the rows that are asked about are among those nearby
            asked = f"count(*) FILTER (WHERE {render(only)}) > 0"
            return f"{counts}{where}\nGROUP BY {listed}\nHAVING {asked}"
        return f"{counts}{where}\nAND ({listed}) IN (SELECT {listed} {rows})\nGROUP BY {listed}"

    def by_place(self, only: Node | None, *, few: bool) -> str:
        """Keys of some rows, each at the place of its newest row; a few are counted in all rows."""
        apart = f", max({place_of(self.view)}) AS day"
        counted = self.counted(apart, only, few)
        if not few:
            among = replace(self, where=words.both(self.where, only))
            counted = among.counted(apart, None, few)
        keys = "SELECT day, count(*) FILTER (WHERE n > 1) AS c0, count(*) AS c1, 0 AS c2"
        return with_keyless(f"{keys}\nFROM ({counted}) AS keys GROUP BY day", self.keyless(only))

    def repeated(self) -> str:
        """The keys themselves that occur more than once, of those that some rows have."""
        listed = ", ".join(render(words.column(name)) for name in self.columns)
        where = statements.clause(self.rows)
        if self.asked is not None:
            inside = statements.clause(words.both(self.present, self.asked))
            rows = f"FROM {self.view.source(self.days)}{inside}"
            where += f"\nAND ({listed}) IN (SELECT {listed} {rows})"
        return f"SELECT {listed}\nFROM {self.table}{where}\nGROUP BY {listed}\nHAVING count(*) > 1"


class Duplicates(ByPlace):
    """Share of keys that occur more than once; those of a window are looked up in the whole table.

    If a unique index makes duplicates impossible, the keys are only counted. Rows with a NULL
    in the key are counted and reported.
    """

    kind = "duplicates"
    ids = ("U1",)
    metric = Metric("warehouse_duplicate_key_ratio", "Share of keys that occur more than once.")
    alert = "WarehouseDuplicateKeys"
    fault = Fault.COUNT
    summary = "keys that must be unique are not"
    symptom = False
    default_window = "all"
    advice: ClassVar[str] = "critical: '> 0'"
    example: ClassVar[str] = """
        datasets:
          orders:
            relation: analytics.fct_orders
            time: order_ts
            key: order_id
            checks:
              - duplicates: {critical: "> 0"}
    """
    things: ClassVar[str] = "keys"

    key: Columns | None = Field(
        None, description="The column, or columns, that must be unique; default: the dataset's key."
    )
    within: Within | None = Field(None, description=ABOUT)

    def given(self) -> tuple[str, ...]:
        """The columns of the key, where this check names them itself."""
        return self.key or ()

    def columns(self, dataset: Dataset) -> tuple[str, ...]:
        """The columns of the key."""
        return self.given() or dataset.key

    def default_name(self) -> str:
        return "_".join((self.kind, *self.given()))

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        if not self.columns(dataset):
            return [f"duplicates needs `key:`, here or on dataset {dataset.name}"]
        wrong = problems(self, dataset, dataset, self.within)
        return [*wrong, *super().problems(dataset, datasets)]

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        days, columns = self.span(view), self.columns(view.dataset)
        key, given = key_in(view, columns), view.predicate(self.where)
        if not view.found.holds_unique(columns):
            return {"rows": self.keys(view).probe()}
        present, absent = (words.count(words.both(p, given)) for p in (key.present, key.absent))
        return {"rows": Scan(view.dataset.name, days, Keyed, (words.number(0), present, absent))}

    def needs_by_day(self, view: DatasetView) -> dict[str, Need]:
        if view.found.holds_unique(self.columns(view.dataset)):
            return BeyondUsual.needs_by_day(self, view)
        return super().needs_by_day(view)

    def split(self, view: DatasetView, readings: Readings) -> Split:
        if view.found.holds_unique(self.columns(view.dataset)):
            return BeyondUsual.split(self, view, readings)
        return super().split(view, readings)

    def by_place(self, view: DatasetView, only: Node | None, *, few: bool) -> str:
        return self.keys(view).by_place(only, few=few)

    def keys(self, view: DatasetView) -> Keys:
        """The keys in the window."""
        columns, given = self.columns(view.dataset), view.predicate(self.where)
        return Keys(
            view, self.span(view), columns, key_in(view, columns), given, self.within,
            self.is_alone(view),
        )  # fmt: skip

    def is_alone(self, view: DatasetView) -> bool:
        """Whether keys are looked for in open days only, as no index finds them in all rows."""
        columns = self.columns(view.dataset)
        unique = view.found.holds_unique(columns)
        return not unique and reads_all(self, view, columns[0])

    def offenders(self, view: DatasetView, shown: tuple[str, ...]) -> Failing | None:
        return Failing(self.keys(view).repeated(), self.columns(view.dataset))

    def samples(self, view: DatasetView, readings: Readings) -> list[Sample]:
        state = readings["rows"].total(Keyed)
        keyless = state.keyless
        found = self.sample_of(view, state.keyed, keyless)
        said = f"; {counted(keyless, 'row')} without a key" if keyless else ""
        if self.is_alone(view):
            first = self.columns(view.dataset)[0]
            said += f"; not looked for in closed days, as no index has {first}"
        return [replace(found, evidence=found.evidence + said)]

    def lacking(self, view: DatasetView) -> str:
        return ", ".join(self.columns(view.dataset))

    def part(self, view: DatasetView, hits: float, total: float) -> str:
        what = ", ".join(self.columns(view.dataset))
        return f"{hits:,.0f} of {counted(total, 'value')} of {what}"

    def flaw(self, view: DatasetView, state: Hits) -> str:
        occur = agreed(state.hits or 0, "occurs", "occur")
        return f"{occur} more than once{in_words(self.within)}"

    def evidence(self, view: DatasetView, state: Hits) -> str:
        what = ", ".join(self.columns(view.dataset))
        occur = agreed(state.hits or 0, "occurs", "occur")
        where = f"more than once{in_words(self.within)} {self.when(view)}"
        return f"{super().evidence(view, state)} ({what}) {occur} {where}"
