"""What `seasonal` says of a day, from days made by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from warehouse_exporter.baselines.shared.daily import Day, Series, judged
from warehouse_exporter.baselines.shared.student import two_sided

from tests.unit.baselines import oracle

TODAY = date(2026, 3, 9)
WARN_FALL, WARN_RISE, CRIT_FALL = two_sided(0.01), two_sided(0.0025), two_sided(0.001)
NOISE = np.random.default_rng(11).standard_normal(400)
Made = Callable[[int], float]


def ordinary(back: int) -> float:
    """About 200 a day, with 5 % of noise, and 120 on weekends."""
    weekend = (TODAY - timedelta(days=back)).weekday() >= 5
    return float(round((120 if weekend else 200) * math.exp(0.05 * NOISE[back])))


def counted(made: Made = ordinary, days: int = 85) -> Series:
    """A series of counts; `made` gives the value of so many days before today."""
    values = {TODAY - timedelta(days=back): made(back) for back in range(days)}
    return Series(values, values, counts=True)


def said(made: Made = ordinary, days: int = 85) -> Day:
    """What is said of today."""
    return judged(TODAY, counted(made, days), 28)


def but(changed: dict[int, float], made: Made = ordinary) -> Made:
    """A series with other values some days back."""
    return lambda back: changed.get(back, made(back))


def falls(day: Day, alpha: float = 0.01, change: float = 0.15) -> bool:
    """Whether it is a fall at the limits that are built in."""
    assert day.score is not None
    assert day.change is not None
    return day.score <= -two_sided(alpha) and day.change <= -change


def rises(day: Day) -> bool:
    """Whether it is a rise at the limits that are built in."""
    return (day.score or 0.0) >= WARN_RISE and (day.change or 0.0) >= 0.15


def test_an_ordinary_day_is_the_forecast_of_28_days_and_nothing_else() -> None:
    found = said()
    days = list(range(28))
    values = [ordinary(28 - n) for n in days]
    expected, t, _ = oracle.score(days, values, 28, ordinary(0), counts=True)
    *_, degrees = oracle.predicted(days, values, 28, counts=True)
    assert found.days == 28
    assert found.expected == pytest.approx(expected)
    assert found.score == pytest.approx(-stats.norm.ppf(stats.t.sf(t, degrees)), abs=1e-9)
    assert not falls(found)
    assert not rises(found)


@pytest.mark.parametrize(("times", "falls_to", "rises_to"), [
    (0.5, True, False), (0.2, True, False), (2.0, False, True), (1.0, False, False),
])  # fmt: skip
def test_a_fall_and_a_rise_that_matter_are_seen(
    times: float, falls_to: bool, rises_to: bool
) -> None:
    found = said(but({0: ordinary(0) * times}))
    assert (falls(found), rises(found)) == (falls_to, rises_to)


def test_a_day_five_times_as_high_in_the_history_teaches_nothing() -> None:
    spiked = said(but({9: 5 * ordinary(9)}))
    assert spiked.days == 27
    assert falls(said(but({9: 5 * ordinary(9), 0: ordinary(0) / 2})))


def moved_for(days: int) -> Made:
    """A series that has had two and a half times as much for so many days."""
    return lambda back: ordinary(back) * (2.5 if back < days else 1)


def test_a_rise_that_stays_is_told_on_its_fifth_day_and_is_the_baseline_afterwards() -> None:
    fifth = said(moved_for(5))
    assert rises(fifth)
    assert fifth.moved_by == pytest.approx(2.5, rel=0.1)
    assert fifth.since == TODAY - timedelta(days=4)
    fourth = said(moved_for(4))
    assert fourth.moved_by is None
    for day in (6, 7, 20):
        later = said(moved_for(day))
        assert later.days == 28
        assert later.expected == pytest.approx(2.5 * 200, rel=0.2)
        assert not rises(later)


def test_days_without_any_row_never_become_the_baseline() -> None:
    found = said(but(dict.fromkeys(range(20), 0.0)))
    assert found.empty is not None
    assert found.empty.run == 20
    assert found.score == -math.inf


@pytest.mark.parametrize("daily", [1.01, 0.99])
def test_a_trend_is_no_finding(daily: float) -> None:
    growing = said(lambda back: ordinary(back) * daily**-back)
    assert not falls(growing)
    assert not rises(growing)


def test_all_days_alike_are_no_certainty() -> None:
    assert abs(said(but({0: 220.0}, lambda _: 200.0)).score or 0.0) < 2
    assert said(lambda _: 200.0).score == pytest.approx(0, abs=1e-9)
    assert falls(said(but({0: 100.0}, lambda _: 200.0)), 0.001)


def test_gaps_are_days_that_are_not_there() -> None:
    whole = counted()
    holes = {TODAY - timedelta(days=back) for back in (2, 3, 11)}
    values = {day: value for day, value in whole.values.items() if day not in holes}
    found = judged(TODAY, Series(values, values, counts=True), 28)
    assert found.days == 25
    assert found.score is not None


@pytest.mark.parametrize(
    ("history", "seen", "score"), [(6, 6, False), (7, 7, False), (13, 13, False), (14, 14, True)]
)
def test_with_few_days_less_is_said(history: int, seen: int, score: bool) -> None:
    found = said(days=history + 1)
    assert found.days == seen
    assert (found.expected is None) == (history < 7)
    assert (found.score is not None) == score


@pytest.mark.parametrize("history", [7, 13])
def test_a_short_history_sees_a_fall_to_a_fifth_and_nothing_else(history: int) -> None:
    assert falls(said(but({0: 20.0}), history + 1))
    for value in (60.0, 2000.0):
        assert said(but({0: value}), history + 1).score is None


def test_a_closed_weekday_is_expected_to_be_empty() -> None:
    def without_mondays(back: int) -> float:
        return 0.0 if back % 7 == 0 else ordinary(back)

    found = said(without_mondays)
    assert (found.expected, found.score, found.change) == (0, 0, 0)
    assert found.empty is not None
    assert found.empty.closed
    tuesday = {day + timedelta(days=1): v for day, v in counted(without_mondays).values.items()}
    tuesday = {day: v for day, v in tuesday.items() if day <= TODAY} | {TODAY: 0.0}
    assert judged(TODAY, Series(tuesday, tuesday, counts=True), 28).score == -math.inf


def test_a_day_with_few_rows_is_not_judged_by_the_day() -> None:
    found = said(lambda back: float(back % 3))
    assert found.low
    assert found.score is None
    assert found.expected == pytest.approx(1, abs=0.1)
    assert found.empty is not None
    assert found.empty.missed == pytest.approx(1, abs=0.1)
    dead = said(but(dict.fromkeys(range(9), 0.0), lambda back: float(back % 3)))
    assert dead.empty is not None
    assert dead.empty.missed > 7


def test_days_in_the_calendar_do_not_teach() -> None:
    sale = frozenset(TODAY - timedelta(days=back) for back in range(1, 6))
    values = counted(lambda back: ordinary(back) * (1.2 if 0 < back < 6 else 1)).values
    found = judged(TODAY, Series(values, values, counts=True, untaught=sale), 28)
    assert found.days == 23


def test_a_sum_is_empty_by_its_rows_and_small_by_nothing() -> None:
    few = {TODAY - timedelta(days=back): 2.0 for back in range(57)}
    sums = {day: 0.5 + 0.01 * day.day for day in few}
    found = judged(TODAY, Series(sums, few), 28)
    assert not found.low
    assert found.score is not None
    gone = {day: value for day, value in sums.items() if day != TODAY}
    nothing = judged(TODAY, Series(gone, {**few, TODAY: 0.0}), 28)
    assert nothing.score is None  # two rows a day: it happens
    many = dict.fromkeys(few, 30.0)
    assert judged(TODAY, Series(gone, {**many, TODAY: 0.0}), 28).score == -math.inf


def share_of(today: float, days: int = 57, before: float = 0.04) -> Day:
    """What is said of a share of 4,000, after days of another share."""
    shares = {
        TODAY - timedelta(days=back): (round(4000 * before * math.exp(0.05 * NOISE[back])), 4000.0)
        for back in range(1, days)
    }
    shares[TODAY] = (round(4000 * today), 4000.0)
    return judged(TODAY, Series({d: h / t for d, (h, t) in shares.items()}, shares=shares), 28)


def test_a_rate_is_judged_by_both_of_its_counts() -> None:
    assert not falls(share_of(0.04))
    assert falls(share_of(0.02), 0.001, 0.3)
    assert rises(share_of(0.07))
    assert share_of(0.02).expected == pytest.approx(0.04, rel=0.05)
    assert share_of(0.039, days=10).score is None
    assert falls(share_of(0.005, days=10))
    assert share_of(0.02, days=6).expected is None
    assert share_of(0.0005, before=0.001).low


VALUES = st.lists(st.one_of(st.just(0.0), st.integers(1, 400).map(float)), min_size=91, max_size=91)


@given(VALUES, st.lists(st.integers(0, 400).map(float), max_size=40))
def test_there_is_no_memory_what_lies_before_all_windows_changes_nothing(
    values: list[float], earlier: list[float]
) -> None:
    def series(numbers: list[float]) -> Series:
        days = {TODAY - timedelta(days=back): value for back, value in enumerate(numbers)}
        return Series(days, {day: days[day] for day in list(days)[:91]}, counts=True)

    now, then = (judged(TODAY, series(days), 28) for days in (values, [*values, *earlier]))
    assert (now.days, now.expected, now.score, now.empty, now.moved_by) == (
        then.days, then.expected, then.score, then.empty, then.moved_by,
    )  # fmt: skip


@given(VALUES, st.sampled_from((2.0, 1000.0)))
def test_the_unit_of_a_sum_does_not_matter(values: list[float], factor: float) -> None:
    rows = {TODAY - timedelta(days=back): 50.0 for back in range(91)}
    days = dict(zip(rows, values, strict=True))
    one = judged(TODAY, Series(days, rows), 28)
    other = judged(TODAY, Series({d: v * factor for d, v in days.items()}, rows), 28)
    assert one.days == other.days
    if one.score is not None and math.isfinite(one.score):
        assert other.score == pytest.approx(one.score, rel=1e-6, abs=1e-6)


@given(VALUES)
def test_whatever_the_days_nothing_that_is_said_is_not_a_number(values: list[float]) -> None:
    found = said(lambda back: values[back])
    for number in (found.expected, found.score, found.change):
        assert number is None or not math.isnan(number)
