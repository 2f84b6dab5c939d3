"""Nothing turns between midnight and the load, whatever the clocks do; at the deadline it does."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from warehouse_exporter.core.model import Outcome
from warehouse_exporter.kinds import all_kinds

from tests.database.kinds.examples import EXAMPLES, build, config_with
from tests.support.warehouses import Warehouse

BERLIN = ZoneInfo("Europe/Berlin")
PRESENT = {"freshness", "silence", "so_far_today"}
"""They judge this very hour, of a table that is fed all the time: no load once a day suits them."""
DUE = {"deadline", "missing_days", "partition_freshness", "pipeline_run", "volume"}
"""They ask for the rows of the expected day, the others whether those that are there are right."""
SUMS = {"joint_fall", "metric_revenue", "zscore_revenue"}
"""Checks of a sum, which has no value on a day without a row."""
DAYS = {
    "an ordinary day": date(2026, 3, 10),
    "the clocks go forward": date(2026, 3, 29),
    "the day after": date(2026, 3, 30),
    "the short day is expected": date(2026, 3, 31),
    "the clocks go back": date(2026, 10, 25),
    "the day after that": date(2026, 10, 26),
    "the long day is expected": date(2026, 10, 27),
}
HOURS = [time(0), time(0, 30), time(3), time(5, 59)]
TWICE = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)


def loaded_until(warehouse: Warehouse, today: date) -> None:
    """Ten days of orders up to the end of the day before yesterday, as the last load left them."""
    build(warehouse)
    warehouse.sql(
        f"UPDATE orders SET ts = ('{today}'::date - 11 + (id / 2)::int"
        " + (id % 2) * interval '23 h 30 min') AT TIME ZONE 'Europe/Berlin';"
        f" DELETE FROM orders WHERE ts >= '{today - timedelta(days=1)}'::timestamp"
        " AT TIME ZONE 'Europe/Berlin';"
        " DELETE FROM items WHERE order_id NOT IN (SELECT id FROM orders)"
    )


def loud(warehouse: Warehouse, as_of: datetime) -> set[str]:
    """The kinds that say anything but that all is well, or that there is nothing to judge."""
    config = config_with([e for kind, e in EXAMPLES.items() if kind not in PRESENT])
    done = warehouse.run(config.replace("timezone: UTC", "timezone: Europe/Berlin"), as_of)
    quiet = (Outcome.PASS, Outcome.SKIPPED)
    return {c.name for c, result in done.results.items() if result.worst.outcome not in quiet}


@pytest.mark.parametrize("day", DAYS)
def test_no_kind_says_a_word_before_the_load(warehouse: Warehouse, day: str) -> None:
    loaded_until(warehouse, DAYS[day])
    for hour in HOURS:
        as_of = datetime.combine(DAYS[day], hour, tzinfo=BERLIN)
        assert loud(warehouse, as_of) == set(), hour
    assert loud(warehouse, datetime.combine(DAYS[day], time(6), tzinfo=BERLIN)) == DUE | SUMS


def test_the_hour_that_comes_twice_is_quiet_both_times(warehouse: Warehouse) -> None:
    loaded_until(warehouse, TWICE.date())
    assert loud(warehouse, TWICE) == loud(warehouse, TWICE.replace(fold=1)) == set()


def test_every_kind_was_asked() -> None:
    assert set(EXAMPLES) == set(all_kinds())
    assert set(all_kinds()) >= PRESENT | DUE
