"""What is proposed for columns that are never empty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.core.relation import Relation
from warehouse_exporter.discover.arrival import Arrival
from warehouse_exporter.discover.columns import of_column
from warehouse_exporter.discover.history import Day, Past
from warehouse_exporter.discover.known import Known
from warehouse_exporter.discover.roles import Key
from warehouse_exporter.discover.sampling import Profile, Sample
from warehouse_exporter.engines.base import Surveyed

UNTIL = date(2026, 3, 8)
HOUR = 3600.0


def known_of(*columns: str) -> Known:
    """A table that gets rows on every day, all with a value in these columns."""
    counts = dict.fromkeys(columns, 0)
    days = tuple(
        Day(UNTIL - timedelta(days=back), 600, 8 * HOUR, 18 * HOUR, None, counts)
        for back in reversed(range(28))
    )
    newest = datetime(2026, 3, 8, 18, tzinfo=UTC)
    profiles = {name: Profile(name, "text", 600, ("a",) * 600) for name in columns}
    return Known(
        "orders",
        Surveyed(("public", "orders"), "r", 1e5, 1, True, (), (), frozenset()),
        Relation({}),
        Sample(600, False, profiles),
        UTC,
        time="ts",
        key=Key(("id",), "", enforced=False),
        past=Past(days, days[0].day, UNTIL, newest, datetime(2026, 1, 1, tzinfo=UTC)),
        arrival=Arrival(HOUR, None, HOUR, nightly=False),
    )


@pytest.mark.parametrize(("column", "by_day"), [("id", True), ("ts", False)])
def test_rows_without_a_time_are_of_no_day_that_they_could_be_usual_on(
    column: str, by_day: bool
) -> None:
    """The config refuses the word there, and the proposal would be commented out."""
    known = known_of("id", "ts")
    (proposed,) = of_column(known, known.profiles[column])
    written = proposed.written["completeness"]
    assert (written["column"], "beyond_usual" in written) == (column, by_day)
    assert written["critical"] == "> 0"
