"""The newest row: what asks an index for it, and when it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from warehouse_exporter.core.calendar import ONE_DAY, Calendar, day_start
from warehouse_exporter.core.errors import Reason, Skipped, Unmeasured
from warehouse_exporter.core.model import Severity
from warehouse_exporter.core.states import Newest
from warehouse_exporter.measures import borrowed
from warehouse_exporter.measures.dataset_view import DatasetView
from warehouse_exporter.measures.requests import Lookup, Reading
from warehouse_exporter.sql import statements, words
from warehouse_exporter.sql.clocks import DATE, Clock
from warehouse_exporter.sql.words import Node

BEGINNING = datetime.min.replace(tzinfo=UTC).timestamp()
"""The start of the year 1; a time before it, as a typing error makes it, is taken for it."""


def seen(view: DatasetView, clock: Clock, where: str | None) -> Node:
    """The predicate for rows that may be the newest: those from the future may not."""
    return words.all_of(clock.until(view.horizon), view.predicate(where))


def lookup(view: DatasetView, clock: Clock, among: Node) -> Lookup:
    """The newest time of a clock among some of the dataset's rows."""
    source, where = borrowed.newest(view, clock, among)
    subquery = statements.select([clock.newest], source, where)
    return Lookup(view.dataset.name, Newest, (subquery,))


def newest_of(reading: Reading, none: str = "there is no row to take the newest of") -> datetime:
    """When the newest row was, in UTC. Raises Unmeasured, in the words of `none`, over no row."""
    newest = reading.total(Newest)
    if newest.at is None:
        raise Unmeasured(Reason.NO_ROWS, none)
    return datetime.fromtimestamp(max(newest.at, BEGINNING), UTC)


def due_day(calendar: Calendar) -> tuple[date, str | None]:
    """The newest day of which rows are expected and, where it is not the expected one, why not."""
    day, expected = calendar.last_due(), calendar.expected
    if day is None:
        raise Skipped(calendar.why_not(expected))
    return day, None if day == expected else calendar.why_not(expected)


def reached(newest: datetime, clock: Clock) -> datetime:
    """Up to when rows are there: a date, read as its first instant, stands for its whole day."""
    if clock.kind != DATE:
        return newest
    return day_start(newest.astimezone(clock.zone).date() + ONE_DAY, clock.zone)


def latest_of(newest: datetime, clock: Clock, now: datetime) -> datetime:
    """The latest that the newest row may be of: later than `newest` in an hour that clocks repeat.

    Rows carry a time without a zone, and the hour has come a second time.
    """
    return newest if clock.change is None else clock.change.latest(newest, now)


Says = Callable[[datetime, datetime], Severity | None]
"""What is said of a newest row of one instant, at another instant."""


def settle(newest: datetime, clock: Clock, now: datetime, says: Says) -> None:
    """Raise Skipped where the verdict depends on which of two instants the newest row is of.

    It does not where the rows had already stopped for too long when the hour came again.
    """
    latest, change = latest_of(newest, clock, now), clock.change
    if change is None or says(newest, now) == says(latest, now):
        return
    if says(newest, change.at) == says(newest, now):
        return
    local = newest.astimezone(clock.zone)
    raise Skipped(
        f"the newest row is of {local:%Y-%m-%d %H:%M:%S} {clock.zone}, which clocks have shown"
        f" twice: it is of {newest:%H:%M:%S} UTC, or as late as {latest:%H:%M:%S} UTC"
    )
