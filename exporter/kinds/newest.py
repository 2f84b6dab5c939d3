"""The newest row: what asks an index for it, and when it was."""

from __future__ import annotations

from datetime import UTC, datetime

from exporter.errors import Reason, Unmeasured
from exporter.needs import Lookup, Reading
from exporter.sql import statements, words
from exporter.sql.clocks import Clock
from exporter.sql.words import Node
from exporter.states import Newest
from exporter.target import Target

BEGINNING = datetime.min.replace(tzinfo=UTC).timestamp()
"""The start of the year 1; a time before it, as a typing error makes it, is taken for it."""


def seen(target: Target, clock: Clock, where: str | None) -> Node:
    """The predicate for rows that may be the newest: those from the future may not."""
    return words.all_of(clock.until(target.horizon), target.predicate(where))


def lookup(target: Target, clock: Clock, among: Node) -> Lookup:
    """The newest time of a clock among some of the dataset's rows."""
    subquery = statements.select([clock.newest], clock.source(target.table()), among)
    return Lookup(target.dataset.name, Newest, (subquery,))


def newest_of(reading: Reading, none: str = "there is no row to take the newest of") -> datetime:
    """When the newest row was, in UTC. Raises Unmeasured, in the words of `none`, over no row."""
    newest = reading.total(Newest)
    if newest.at is None:
        raise Unmeasured(Reason.NO_ROWS, none)
    return datetime.fromtimestamp(max(newest.at, BEGINNING), UTC)
