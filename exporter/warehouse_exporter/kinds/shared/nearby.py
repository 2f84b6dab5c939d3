"""`within`: the other rows are looked for in the last days only, for keys that no index finds."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from warehouse_exporter.core.grammar import days_of
from warehouse_exporter.core.model import Dataset
from warehouse_exporter.core.wording import agreed
from warehouse_exporter.kinds.shared.base import Kind
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.sql.words import Node

ABOUT = "Look for the other rows in these last days only, such as 7d; default: in all of them."


def valid_within(text: str) -> str:
    """A number of days such as `7d`; ValueError for anything else."""
    if days_of(text) is None:
        raise ValueError(f"{text!r} is not a number of days: write it as 7d")
    return text


Within = Annotated[str, AfterValidator(valid_within)]


def recent(view: DatasetView, other: DatasetView, within: str | None) -> Node | None:
    """The predicate for rows of the other dataset from the first of these days on.

    The days end with the expected day of `view`; what is newer is looked at as well.
    """
    days = None if within is None else view.days(within)
    return None if days is None else other.clock().since(view.bounds(days[0])[0])


def source(view: DatasetView, other: DatasetView, within: str | None) -> str:
    """The FROM clause in which `recent` can be said."""
    return other.source(None if within is None else view.days(within))


def times(view: DatasetView, other: str, within: str | None) -> tuple[tuple[str, str], ...]:
    """The time column of the other rows, where they are looked for in the last days only."""
    return () if within is None else ((other, view.other(other).dataset.time or ""),)


def in_words(within: str | None) -> str:
    """` within 7 days`, to be put behind the name of the other rows; nothing for all of them."""
    if within is None:
        return ""
    days = days_of(within) or 0
    return f" within {days} {agreed(days, 'day', 'days')}"


def problems(kind: Kind, dataset: Dataset, other: Dataset | None, within: str | None) -> list[str]:
    """What is wrong with a `within`: rows that are judged need not have others as young."""
    if within is None:
        return []
    if other is not None and not other.time:
        return [f"within: {within} needs a time column on dataset {other.name}"]
    window = kind.window_of(dataset)
    days = days_of(window) or 1
    if window == "all" or days > (days_of(within) or 0):
        return [
            f"within: {within} finds no other rows for those of `window: {window}` that are older:"
            f" write a window of at most as many days, such as {within}"
        ]
    return []
