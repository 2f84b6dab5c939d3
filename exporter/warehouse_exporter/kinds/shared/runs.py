"""Of a log of runs, the run that is judged: the newest one, or the one that the gate was given.

A sum over the day would hide a second run that read nothing behind a first one that read a lot.
"""

from __future__ import annotations

from datetime import date

from warehouse_exporter.core.calendar import OPEN_ALONE, WITHOUT_CLOSED
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.limits import Limit
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.kinds.shared.kind import Kind
from warehouse_exporter.kinds.shared.tally import Tally
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Readings, Scan
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.words import Node

RUN = "run"
"""The need of a log whose runs can be told apart: how many of its rows are of the run judged."""
ONE = (*WITHOUT_CLOSED, OPEN_ALONE)
"""Windows in which one run is judged: over a longer one, all runs are judged together."""


class OfRuns(Kind):
    """A kind that judges a log of runs, of which `run:` tells them apart."""

    def window_of(self, dataset: Dataset) -> str:
        """That of the kind; a run that the gate was given may be of any day."""
        return "all" if dataset.given_run is not None else super().window_of(dataset)

    def judges_one(self, view: DatasetView) -> bool:
        """Whether one run is judged, and not all of the window together."""
        dataset = view.dataset
        newest = dataset.run is not None and super().window_of(dataset) in ONE
        return newest or dataset.given_run is not None

    def judged_rows(self, view: DatasetView) -> Node | None:
        """The predicate for the rows that are judged."""
        given = view.predicate(self.where)
        return words.both(self.of_run(view), given) if self.judges_one(view) else given

    def of_run(self, view: DatasetView) -> Node:
        """The predicate for the rows of the run that is judged."""
        run = view.column(view.dataset.run or "")
        if view.dataset.given_run is not None:
            return words.compare(words.cast(run, "text"), "=", words.string(view.dataset.given_run))
        days = self.span(view)
        assert days is not None
        newest = statements.newest_row(
            run, view.clock().source(view.table()), view.clock().value, self.logged(view, days)
        )
        return words.same(run, words.written(f"({newest})"))

    def logged(self, view: DatasetView, days: tuple[date, ...]) -> Node:
        """The predicate for the rows of which the newest is looked for."""
        low, high = view.bounds(days[0])[0], view.bounds(days[-1])[1]
        ended = view.clock().between(low, high)
        by_now = view.clock().until(view.horizon) if high > view.horizon else None
        return words.all_of(ended, by_now, view.predicate(self.where))

    def which(self, view: DatasetView) -> dict[str, Scan]:
        """What tells how many rows are of the run judged, which of them name none, and all rows."""
        if not self.judges_one(view):
            return {}
        given, own = view.predicate(self.where), self.judged_rows(view)
        nameless = words.both(words.is_null(view.column(view.dataset.run or "")), own)
        cells = (words.count(given), words.count(own), words.count(nameless))
        return {RUN: Scan(view.dataset.name, self.span(view), Tally, cells)}

    def is_one_of_many(self, view: DatasetView, readings: Readings) -> bool:
        """Whether other runs were logged beside the one judged.

        Raises Unmeasured where the newest run has no id, so that its rows cannot be told from
        those of others.
        """
        if RUN not in readings:
            return False
        everything, own, nameless = readings[RUN].total(Tally).counts
        if nameless:
            column = view.dataset.run
            text = f"the newest run logged {self.when(view)} has no {column}"
            raise Unmeasured(Reason.NO_VALUES, text, f"Log {column} with every run")
        return bool(own < everything)

    def run_in_words(self, view: DatasetView) -> str:
        """`the newest run`, or `run 42`."""
        given = view.dataset.given_run
        return "the newest run" if given is None else f"run {given}"


def too_many(limits: tuple[Limit, ...], dataset: Dataset, window: str) -> list[str]:
    """The error of a limit that wants more runs than the one that is judged."""
    if dataset.run is None or window not in ONE or all(limit.bound <= 1 for limit in limits):
        return []
    return ["`run:` judges the newest run alone, so a limit above 1 is always in breach: '< 1'"]
