"""Rows put into the days that are judged: for kinds that ask in a statement of their own.

Each row has a place: that of its day, or one of those for rows of no such day; what arrived late
has places of its own. The answers are counts by place. Closed days are asked once a day, and open
rows in each pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any, ClassVar

from warehouse_exporter.core.errors import Skipped
from warehouse_exporter.core.model import Dataset, Datasets
from warehouse_exporter.core.states import merged, whole
from warehouse_exporter.kinds.shared.open_days import FULL, is_alone
from warehouse_exporter.kinds.shared.usable import Keyed
from warehouse_exporter.kinds.shared.usual import (
    OF_DAYS,
    BeyondUsual,
    Split,
    days_read,
    first_judged,
)
from warehouse_exporter.measures.arrivals import late_rows
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Probe, Reading, Readings
from warehouse_exporter.sql import statements
from warehouse_exporter.sql.words import Node, render

KEYLESS, UNTIMED, LATE = -2, -1, 10_000
"""The places of rows without a key and of rows of no day, and what is added for late ones."""
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


class ByPlace(BeyondUsual):
    """A share of the rows or keys of the whole table, asked in statements of its own."""

    placed: ClassVar[tuple[str, type[Any], int]] = ("rows", Keyed, 3)
    """The need of the check itself, its state, and of how many cells that is."""

    def by_place(self, view: DatasetView, only: Node | None, *, few: bool) -> str:
        """The statement for some rows: `day`, the place, and the cells of the state, by place."""
        raise NotImplementedError

    def problems(self, dataset: Dataset, datasets: Datasets) -> list[str]:
        wrong = super().problems(dataset, datasets)
        if self.beyond_usual and dataset.time and self.window_of(dataset) != "all":
            return [f"beyond_usual needs the whole table for {self.kind}: no window", *wrong]
        return wrong

    def needs_by_day(self, view: DatasetView) -> dict[str, Need]:
        name = view.dataset.name
        if is_alone(self) and view.tells_open_rows:
            raise Skipped(f"what is usual is known from closed days, which are not read: {FULL}")
        if not view.tells_open_rows:
            return {OPEN: self.probe(name, self.by_place(view, None, few=False), settled=False)}
        closed, still = view.closed_rows(), view.open_rows()
        return {
            CLOSED: self.probe(name, self.by_place(view, closed, few=False), settled=True),
            OPEN: self.probe(name, self.by_place(view, still, few=True), settled=False),
        }

    def probe(self, dataset: str, sql: str, *, settled: bool) -> Probe:
        """A statement that answers by place."""
        columns = ("day", *(f"c{number}" for number in range(self.placed[2])))
        return Probe(dataset, sql, columns=columns, each=columns[:1], settled=settled)

    def split(self, view: DatasetView, readings: Readings) -> Split:
        need, state, number = self.placed
        nothing = state.of((0,) * number)
        found: dict[int, list[Any]] = defaultdict(list)
        late = []
        for row in (row for reading in readings.values() for row in reading.rows):
            day, *cells = row.values()
            place, counts = whole(day), state.of(tuple(cells))
            if place >= LATE + UNTIMED:
                place -= LATE
                late.append(counts)
            found[place].append(counts)

        def of(states: Iterable[Any], day: date | None) -> dict[str, Reading]:
            return {need: Reading({day: merged([nothing, *states]) or nothing})}

        days = dict(enumerate(days_read(view, None), 1))
        by_day = {day: of(found[place], day) for place, day in days.items() if place in found}
        first = first_judged(view, None)
        until = sum(day < first for day in days.values())
        older = chain(*(found[place] for place in range(until + 1)))
        return Split(of(chain(*found.values()), None), by_day, of(late, None), of(older, None))
