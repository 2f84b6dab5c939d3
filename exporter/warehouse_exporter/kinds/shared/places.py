"""Rows put into the days that are judged: for kinds that ask in a statement of their own.

Each row has a place: that of its day, or one of those for rows of no such day; what arrived late
has places of its own. The answers are counts by place. Closed days are asked once a day, and open
rows in each pass.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.core.states import whole
from warehouse_exporter.kinds.shared.usable import Keyed
from warehouse_exporter.kinds.shared.usual import OF_DAYS, BeyondUsual, Split, days_read
from warehouse_exporter.measures.arrivals import late_rows
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Reading, Readings
from warehouse_exporter.sql import statements
from warehouse_exporter.sql.words import Node, render

KEYLESS, UNTIMED, LATE = -2, -1, 10_000
"""The places of rows without a key and of rows of no day, and what is added for late ones."""
NOTHING = Keyed(0, 0, 0)
COLUMNS = ("day", "c0", "c1", "c2")
CLOSED, OPEN = f"{OF_DAYS}closed", f"{OF_DAYS}open"


def place_of(view: DatasetView) -> str:
    """The place of a row: 0 before the days that are read, from 1 on that of its day."""
    clock, days = view.clock().parsed_in_place(), days_read(view, None)
    edges = [*(view.bounds(day)[0] for day in days), view.bounds(days[-1])[1]]
    late = f"CASE WHEN {render(late_rows(view))} THEN {LATE} ELSE 0 END"
    return f"{statements.place_among(clock, edges, UNTIMED)} + {late}"


def with_keyless(by_place: str, keyless: str) -> str:
    """Counts by place, and how many rows have no key, which has a place of its own."""
    return f"{by_place}\nUNION ALL\nSELECT {KEYLESS}, 0, 0, {keyless}"


class KeyedBeyondUsual(BeyondUsual):
    """A share of rows or keys of the whole table, asked in a statement of its own."""

    def by_place(self, view: DatasetView, only: Node | None, *, few: bool) -> str:
        """The statement for some rows: place, hits, total and rows without a key."""
        raise NotImplementedError

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        wrong = super().problems(dataset, datasets)
        if self.beyond_usual and dataset.time and self.window_of(dataset) != "all":
            return [f"beyond_usual needs the whole table for {self.kind}: no window", *wrong]
        return wrong

    def needs_by_day(self, view: DatasetView) -> dict[str, Need]:
        name = view.dataset.name
        if not view.tells_open_rows:
            return {OPEN: probe(name, self.by_place(view, None, few=False), settled=False)}
        closed, still = view.closed_rows(), view.open_rows()
        return {
            CLOSED: probe(name, self.by_place(view, closed, few=False), settled=True),
            OPEN: probe(name, self.by_place(view, still, few=True), settled=False),
        }

    def split(self, view: DatasetView, readings: Readings) -> Split:
        found: dict[int, Keyed] = defaultdict(lambda: NOTHING)
        late = NOTHING
        for reading in readings.values():
            for row in reading.rows:
                place, *counts = (whole(row[name]) for name in COLUMNS)
                if place >= LATE + UNTIMED:
                    place, late = place - LATE, late + Keyed(*counts)
                found[place] += Keyed(*counts)
        stock = sum(found.values(), start=NOTHING)
        days = dict(enumerate(days_read(view, None), 1))
        by_day = {day: of(found[place], day) for place, day in days.items() if place in found}
        return Split(of(stock, None), by_day, of(late, None))


def probe(dataset: str, sql: str, *, settled: bool) -> Probe:
    """A statement that answers by place."""
    return Probe(dataset, sql, columns=COLUMNS, each=COLUMNS[:1], settled=settled)


def of(state: Keyed, day: date | None) -> dict[str, Reading]:
    """The answer of a kind to its own need."""
    return {"rows": Reading({day: state})}
