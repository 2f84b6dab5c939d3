"""The days of a metric: which are read, which teach, and what the database said of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from warehouse_exporter.baselines.shared.daily import Series
from warehouse_exporter.baselines.shared.emptiness import emptiness
from warehouse_exporter.baselines.shared.teaching import ENOUGH_ROWS, Share
from warehouse_exporter.baselines.shared.wording import no_value
from warehouse_exporter.core.states import Count, Figure, State, Total
from warehouse_exporter.kinds.metric import by_day, daily_needs, daily_values
from warehouse_exporter.kinds.shared.known import Known, datasets_of
from warehouse_exporter.kinds.shared.nothing import (
    DENOMINATOR,
    before_of,
    is_nothing,
    lost,
    named_parts,
)
from warehouse_exporter.measures.dataset_view import Daily, DatasetView
from warehouse_exporter.measures.requests import Need, Reading, Readings, Scan
from warehouse_exporter.sql import words


def needs_of(
    metric: Daily, view: DatasetView, days: tuple[date, ...], earlier: bool
) -> dict[str, Need]:
    """What gives a metric for each of some days, and which of them have rows at all.

    With `earlier`, also whether there were values on any day before the expected one.
    """
    rows = {
        f"rows of {name}": Scan(name, days, Count, (words.count(),))
        for name in datasets_of(metric, view)
    }
    ever = before_of(metric, view) if earlier else {}
    found = {**daily_needs(metric, view, days), **ever, **rows}
    return {f"{metric.name}: {name}": need for name, need in found.items()}


def readings_of(metric: Daily, readings: Readings) -> Readings:
    """The answers to the needs of one metric, by their own names."""
    prefix = f"{metric.name}: "
    return {name.removeprefix(prefix): r for name, r in readings.items() if name.startswith(prefix)}


def holes(mine: Readings) -> set[date | None]:
    """Days on which a dataset has no row at all: a hole in the history, and not a 0."""
    found = [reading for name, reading in mine.items() if name.startswith("rows of ")]
    return {day for rows in found for day, state in rows.states.items() if state == Count(0)}


def values_of(
    metric: Daily, readings: Readings, today: date, nothing: float | None = None
) -> dict[date, float]:
    """The metric by day, without the days before `today` that no row is of.

    A sum over no row, on any other day, is `nothing`.
    """
    mine = readings_of(metric, readings)
    missing, values = holes(mine) - {today}, daily_values(metric, mine, nothing)
    return {day: value for day, value in values.items() if day not in missing}


def series_of(
    metric: Daily, readings: Readings, today: date, known: Known, rate: bool | None
) -> Series:
    """The metric as `seasonal` takes it; `rate` as in the config, None to find out."""
    mine = readings_of(metric, readings)
    days = tuple(day for day in mine["value"].states if day is not None)
    values = values_of(metric, readings, today, 0.0 if metric.ratio else None)
    untaught, silent = known.untaught(days), known.silent(days)
    if not metric.ratio:
        rows = rows_behind(mine["value"])
        counts = any(isinstance(state, Count) for state in mine["value"].states.values())
        return Series(values, rows, counts, None, untaught, silent)
    above, below = by_day(mine, "value", 0.0), by_day(mine, "denominator")
    shares = {day: (above[day], below[day]) for day in values}
    if rate is None:
        rate = is_a_share(mine, {day: share for day, share in shares.items() if day != today})
    return Series(values, shares=shares if rate else None, untaught=untaught, silent=silent)


def refuse_empty(
    metric: Daily, view: DatasetView, readings: Readings, window: int, known: Known
) -> None:
    """Raise where a ratio has nothing to divide by, or lacks rows that the weekday never has."""
    mine, today = readings_of(metric, readings), view.calendar.expected
    for name, part in named_parts(metric, view):
        if metric.ratio and is_nothing(mine, name, today):
            rows = rows_behind(mine[name])
            silent = known.silent(tuple(rows))
            empty = emptiness(today, rows, window, silent.__contains__)
            if empty is None or empty.closed or empty.missed < ENOUGH_ROWS:
                raise no_value(metric.name or "", today)
            if name == DENOMINATOR:
                raise lost(part, today)


def is_a_share(mine: Readings, history: Mapping[date, Share]) -> bool:
    """Whether a ratio is one of two counts, of which the upper was never above the lower."""
    states: list[State] = [
        s for name in ("value", "denominator") for s in mine[name].states.values()
    ]
    counts = all(isinstance(state, Count) for state in states)
    return counts and all(hits <= total for hits, total in history.values())


def rows_behind(reading: Reading) -> dict[date, float]:
    """How many rows, or values, went into each day."""
    found: dict[date, float] = {}
    for day, state in reading.states.items():
        if day is not None and isinstance(state, Count | Total | Figure):
            found[day] = state.rows if isinstance(state, Count) else state.count
    return found
