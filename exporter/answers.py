"""Rows -> readings: the answer of one statement, handed out to the needs it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from exporter.errors import Reason, Unmeasured
from exporter.fusion import Asked, Slot, Statement
from exporter.needs import Probe, Reading
from exporter.states import Cell, State

Row = Mapping[str, Cell]


def readings(
    statement: Statement, rows: Sequence[Row]
) -> Iterator[tuple[Asked, Reading | Unmeasured]]:
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
        return Reading(by_day(statement.days, slot, need.state, rows))
    if isinstance(need, Probe) and need.state is None:
        return Reading({}, tuple(rows))
    if len(rows) != 1:
        raise Unmeasured(Reason.RESULT, f"one row was expected, {len(rows)} came")
    row = rows[0]
    cells = tuple(row.values()) if isinstance(need, Probe) else at(row, slot.places)
    assert need.state is not None
    return Reading({None: need.state.of(cells)})


def at(row: Row, places: tuple[int, ...]) -> tuple[Cell, ...]:
    """The cells of a row at some places."""
    return tuple(row[f"c{place}"] for place in places)


def by_day(
    days: tuple[date, ...], slot: Slot, state: type[State], rows: Sequence[Row]
) -> dict[date | None, State]:
    """The state of each day asked for; one that did not answer has no rows: NULL in every cell."""
    found: dict[date, Row] = {}
    for row in rows:
        place = row["day"]
        assert isinstance(place, int)
        found[days[place]] = row
    nothing: tuple[Cell, ...] = (None,) * len(slot.places)
    return {
        day: state.of(at(found[day], slot.places) if day in found else nothing)
        for day in slot.days or ()
    }
