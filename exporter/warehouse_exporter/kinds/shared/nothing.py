"""A metric on a day that has nothing to add up, or to divide by, and whether there should be any.

A sum over no row is no number. On the first days of a table that says nothing; later it says that
the rows are lost, so it is never passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from warehouse_exporter.baselines.shared.wording import no_value
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import Count, Figure, Total
from warehouse_exporter.measures.dataset_view import Daily, DatasetView
from warehouse_exporter.measures.requests import Lookup, Need, Readings
from warehouse_exporter.sql import statements, words

VALUE, DENOMINATOR = PARTS = ("value", "denominator")


def parts_of(metric: Daily, view: DatasetView) -> list[Daily]:
    """The metric, or numerator and denominator of a ratio."""
    return [view.metrics[part] for part in metric.ratio] if metric.ratio else [metric]


def named_parts(metric: Daily, view: DatasetView) -> Iterator[tuple[str, Daily]]:
    """The same by name, what is divided by first: without it the other says nothing."""
    yield from reversed(list(zip(PARTS, parts_of(metric, view), strict=False)))


def before_of(metric: Daily, view: DatasetView) -> dict[str, Need]:
    """Whether there was a value before the expected day: one row is enough to know."""
    return {
        f"{name} before": before(part, view.other(part.dataset or ""))
        for name, part in named_parts(metric, view)
        if name == DENOMINATOR or part.made_of is not None
    }


def before(part: Daily, view: DatasetView) -> Lookup:
    """Whether a row before the expected day has a value."""
    value = None if part.made_of is None else words.is_present(view.expression(part.made_of))
    earlier = view.clock().before(view.bounds(view.calendar.expected)[0])
    source = view.clock().source(view.table())
    where = words.both(earlier, value, view.predicate(part.where))
    return Lookup(view.dataset.name, Count, (statements.select_any(source, where),))


def is_nothing(readings: Readings, part: str, day: date) -> bool:
    """Whether a part of a metric has no row on a day; a count is an honest 0, unless it divides."""
    none = (Total(None, 0), Figure(None, 0), *([Count(0)] if part == DENOMINATOR else []))
    return readings[part].states.get(day) in none


def is_due(readings: Readings, part: str) -> bool:
    """Whether there were values before, as `before_of` asked."""
    return f"{part} before" in readings and readings[f"{part} before"].total(Count).rows > 0


def refuse_nothing(metric: Daily, view: DatasetView, readings: Readings, day: date) -> None:
    """Raise where nothing is there to divide by, or where nothing was ever added up.

    What is left is a sum over no row on a day that should have one: it has fallen to nothing.
    """
    for name, part in named_parts(metric, view):
        if not is_nothing(readings, name, day):
            continue
        if not is_due(readings, name):
            raise no_value(metric.name or "", day)
        if name == DENOMINATOR or isinstance(readings[name].states[day], Figure):
            raise lost(part, day)


def lost(part: Daily, day: date) -> Unmeasured:
    """Why a metric is not known on a day whose rows are missing."""
    which = " that counts" if part.where else ""
    return Unmeasured(
        Reason.NO_VALUES,
        f"{part.dataset} has no row{which} on {day} for {part.name}, but has some of days before:"
        f" load the day, or put it in the calendar if nothing is expected of it",
    )
