"""Rows -> readings: the answer of one statement, checked against its question and handed out.

A database may return something else than requested: distributed ones have returned a day once for
every shard. No number of such an answer can be trusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import Cell, State
from warehouse_exporter.core.wording import counted
from warehouse_exporter.measures.requests import Probe, Reading
from warehouse_exporter.plan.fusion import CheckNeed, Slot, Statement

Row = Mapping[str, Cell]


def fit(statement: Statement, rows: Sequence[Row]) -> None:
    """Raise Unmeasured for an answer that does not fit the request.

    It must have one row, or one for each day, with the requested columns, and counts must be
    numbers.
    """
    need = statement.slots[0].asked.need
    if isinstance(need, Probe):
        fit_probe(need, rows)
        return
    assert statement.cells is not None
    cells = tuple(f"c{place}" for place in range(len(statement.cells)))
    counts = [name for name, always in zip(cells, statement.cells, strict=True) if always]
    if statement.days is None:
        one_row(rows)
        fit_columns(rows, cells)
    else:
        fit_columns(rows, ("day", *cells))
        asked = [str(day) for day in statement.days]
        each_day_once(asked + ["no day"] * statement.untimed, rows)
    no_null(rows, counts)


def fit_probe(need: Probe, rows: Sequence[Row]) -> None:
    """Raise Unmeasured if a separate statement returned something else than requested."""
    if need.state is not None:
        one_row(rows)
    if need.columns is None:
        return
    fit_columns(rows, need.columns)
    no_null(rows, [name for name in need.columns if name not in need.each])
    often = Counter(tuple(row[name] for name in need.each) for row in rows)
    if any(times > 1 for times in often.values()):
        raise wrong(f"several rows for one {' and '.join(need.each)}")


def one_row(rows: Sequence[Row]) -> None:
    """Raise Unmeasured for more rows than one, or none."""
    if len(rows) != 1:
        raise wrong(f"{counted(len(rows), 'row')} instead of one")


def each_day_once(days: Sequence[str], rows: Sequence[Row]) -> None:
    """Raise Unmeasured if a day is missing, repeated or was not requested."""
    often = Counter(row["day"] for row in rows)
    for place, day in enumerate(days):
        if often[place] != 1:
            raise wrong(f"{counted(often[place], 'row')} for {day} instead of one")
    if len(often) != len(days):
        raise wrong("rows for days that were not asked")


def fit_columns(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Raise Unmeasured for other columns than the requested ones."""
    for row in rows:
        if row.keys() != set(columns):
            raise wrong(f"{counted(len(row), 'column')} instead of {len(columns)}")


def no_null(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Raise Unmeasured for NULL in a column that is a number whatever the rows are."""
    if any(row[name] is None for row in rows for name in columns):
        raise wrong("NULL where a count was asked for")


def wrong(found: str) -> Unmeasured:
    """The error for an answer that does not fit its request."""
    text = f"the answer does not fit the question: the database returned {found}"
    return Unmeasured(Reason.RESULT, text)


def readings(
    statement: Statement, rows: Sequence[Row]
) -> Iterator[tuple[CheckNeed, Reading | Unmeasured]]:
    """Every need of the statement with its reading, or why its cells are no number."""
    for slot in statement.slots:
        try:
            yield slot.asked, reading(statement, slot, rows)
        except Unmeasured as error:
            yield slot.asked, error


def reading(statement: Statement, slot: Slot, rows: Sequence[Row]) -> Reading:
    """The answer to one need."""
    need = slot.asked.need
    if statement.days is not None:
        assert need.state is not None
        if slot.days is None:
            (row,) = (row for row in rows if row["day"] == len(statement.days))
            return Reading({None: need.state.of(at(row, slot.places))})
        return Reading(by_day(statement.days, slot, need.state, rows))
    if isinstance(need, Probe) and need.state is None:
        return Reading({}, tuple(rows))
    (row,) = rows
    cells = tuple(row.values()) if isinstance(need, Probe) else at(row, slot.places)
    assert need.state is not None
    return Reading({None: need.state.of(cells)})


def at(row: Row, places: tuple[int, ...]) -> tuple[Cell, ...]:
    """The cells of a row at some places."""
    return tuple(row[f"c{place}"] for place in places)


def by_day(
    days: tuple[date, ...], slot: Slot, state: type[State], rows: Sequence[Row]
) -> dict[date | None, State]:
    """The state of each day that the need covers."""
    found = {place: row for row in rows if isinstance(place := row["day"], int)}
    places = {day: place for place, day in enumerate(days)}
    return {day: state.of(at(found[places[day]], slot.places)) for day in slot.days or ()}
