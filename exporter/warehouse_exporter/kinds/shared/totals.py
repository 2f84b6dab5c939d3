"""What is counted or summed over the rows of each day: scans, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from warehouse_exporter.core.states import Count, Figure, Total
from warehouse_exporter.kinds.shared.base import Expression
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Reading, Scan
from warehouse_exporter.sql import words
from warehouse_exporter.sql.words import Node

ROW = "1"
"""What `*` counts, as an expression: a constant, which every row has."""


def star_is_a_row(written: Any) -> Any:
    """`*`, which is no expression, as one that every row has."""
    return ROW if written == "*" else written


Counted = Annotated[Expression, BeforeValidator(star_is_a_row)]


def count_scan(
    text: str, view: DatasetView, days: tuple[date, ...] | None, given: Node | None
) -> Scan:
    """How many rows, or values of an expression, each of the days has, or the whole table."""
    cell = words.count(given) if text == ROW else words.count_of(view.expression(text), given)
    return Scan(view.dataset.name, days, Count, (cell,))


def sum_scan(
    text: str, view: DatasetView, days: tuple[date, ...] | None, given: Node | None
) -> Scan:
    """The sum of an expression over the rows of each of the days, and of how many values."""
    x = view.summand(text)
    cells = (words.sum_of(x, given), words.count_of(x, given))
    return Scan(view.dataset.name, days, Total, cells)


def figure_scan(
    cell: Node, node: Node, view: DatasetView, days: tuple[date, ...] | None, given: Node | None
) -> Scan:
    """A number that cannot be added over days, such as an average, and of how many values it is."""
    cells = (cell, words.count_of(node, given))
    return Scan(view.dataset.name, days, Figure, cells)


def value_by_day(reading: Reading) -> Mapping[date | None, float | None]:
    """The number of each day, oldest first; None over no value."""
    kept = {d: s for d, s in reading.states.items() if isinstance(s, Count | Total | Figure)}
    found = {day: state.value for day, state in kept.items()}
    return dict(sorted(found.items(), key=lambda item: item[0] or date.min))
