"""Days without a row: closed weekdays, and feeds that are dead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pytest
from warehouse_exporter.baselines.shared.emptiness import Emptiness, emptiness

MONDAY = date(2026, 3, 9)


def days_before(
    today: date, count: int, closed: Collection[int] = (), rows: float = 20
) -> dict[date, float]:
    """So many days before today with some rows each, and none on closed weekdays."""
    days = [today - timedelta(days=back) for back in range(1, count + 1)]
    return {day: 0.0 if day.weekday() in closed else rows for day in days}


def said(today: date, rows: dict[date, float], silent: Collection[date] = ()) -> Emptiness:
    """What is known of the empty days up to today."""
    found = emptiness(today, rows, 28, lambda day: day in silent)
    assert found is not None
    return found


def test_a_day_with_rows_misses_none() -> None:
    found = said(MONDAY, {**days_before(MONDAY, 56), MONDAY: 3.0})
    assert (found.run, found.missed, found.mean) == (0, 0, 20)


def test_the_first_empty_day_misses_what_a_day_has() -> None:
    found = said(MONDAY, {**days_before(MONDAY, 56), MONDAY: 0.0})
    assert (found.run, found.missed, found.closed) == (1, 20, False)


@pytest.mark.parametrize(("seen", "closed"), [(1, False), (2, True), (3, True), (4, True)])
def test_a_weekday_is_closed_once_it_was_empty_twice(seen: int, closed: bool) -> None:
    sunday = MONDAY - timedelta(days=1)
    found = said(sunday, {**days_before(sunday, 7 * seen + 1, closed=(6,)), sunday: 0.0})
    assert found.closed is closed
    assert found.run == (0 if closed else 1)


@pytest.mark.parametrize(("open_sundays", "closed"), [((1,), True), ((3,), True), ((1, 2), False)])
def test_of_four_weeks_three_must_have_been_empty(
    open_sundays: tuple[int, ...], closed: bool
) -> None:
    sunday = MONDAY - timedelta(days=1)
    rows = {**days_before(sunday, 56, closed=(6,)), sunday: 0.0}
    rows |= {sunday - timedelta(days=7 * back): 4.0 for back in open_sundays}
    assert said(sunday, rows).closed is closed


def test_the_mean_is_that_of_open_days() -> None:
    found = said(MONDAY, {**days_before(MONDAY, 56, closed=(5, 6)), MONDAY: 0.0})
    assert (found.mean, found.run) == (20, 1)


def test_a_run_counts_open_days_only() -> None:
    """Empty since Thursday, Saturdays and Sundays closed: Thursday, Friday, Monday."""
    rows = {**days_before(MONDAY, 56, closed=(5, 6)), MONDAY: 0.0}
    rows |= {MONDAY - timedelta(days=back): 0.0 for back in (3, 4)}
    assert said(MONDAY, rows).run == 3


@pytest.mark.parametrize("dead", [7, 21, 35])
def test_a_feed_that_is_dead_for_weeks_does_not_become_closed(dead: int) -> None:
    rows = {**days_before(MONDAY, 56), MONDAY: 0.0}
    rows |= {MONDAY - timedelta(days=back): 0.0 for back in range(1, dead)}
    found = said(MONDAY, rows)
    assert (found.run, found.missed, found.closed) == (dead, 20 * dead, False)


def test_rare_rows_are_missed_after_a_while() -> None:
    rows: dict[date, float] = days_before(MONDAY, 56, rows=0.0)
    rows |= {MONDAY - timedelta(days=back): 1.0 for back in (12, 14, 16, 18, 20)}
    rows[MONDAY] = 0.0
    found = said(MONDAY, rows)
    assert found.run == 12
    assert found.mean == pytest.approx(5 / 9)  # from the first row to the last


def test_a_silent_day_is_neither_open_nor_a_row() -> None:
    rows = {**days_before(MONDAY, 56), MONDAY: 0.0}
    holidays = [MONDAY - timedelta(days=back) for back in (1, 2)]
    rows |= dict.fromkeys(holidays, 0.0)
    found = said(MONDAY, rows, holidays)
    assert (found.run, found.mean) == (1, 20)


def test_nothing_is_known_before_the_seventh_day() -> None:
    assert emptiness(MONDAY, {**days_before(MONDAY, 6), MONDAY: 0.0}, 28, lambda _: False) is None
    assert emptiness(MONDAY, days_before(MONDAY, 56, rows=0.0), 28, lambda _: False) is None
    assert emptiness(MONDAY, {}, 28, lambda _: False) is None
    assert said(MONDAY, {**days_before(MONDAY, 7), MONDAY: 0.0}).run == 1


def test_a_table_begins_with_its_first_row() -> None:
    """The weeks before it are not weeks of empty Sundays."""
    sunday = MONDAY - timedelta(days=1)
    rows = days_before(sunday, 56, rows=0.0) | days_before(sunday, 10) | {sunday: 0.0}
    assert not said(sunday, rows).closed
