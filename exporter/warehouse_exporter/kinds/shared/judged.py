"""Kinds that judge each row by a condition on it, or on a value in it, that may be missing."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse_exporter.core.states import Hits
from warehouse_exporter.kinds.shared.usable import ALL
from warehouse_exporter.kinds.shared.usual import BeyondUsual
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Need, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node


class Judged(BeyondUsual):
    """The share of rows that fail, among those that can be judged at all."""

    counts_failing_rows = True

    def subject(self, view: DatasetView) -> Node:
        """What is judged; a row in which it is NULL is neither good nor bad."""
        raise NotImplementedError

    def fails(self, view: DatasetView) -> Node:
        """The condition that is true for a row that fails."""
        raise NotImplementedError

    def needs(self, view: DatasetView) -> Mapping[str, Need]:
        subject, fails = self.subject(view), self.fails(view)
        given = view.predicate(self.where)
        cells = (words.count(words.both(fails, given)), words.count_of(subject, given))
        rows = Scan(view.dataset.name, self.span(view), Hits, cells)
        return {"rows": rows, ALL: self.all_rows(view)}
