"""The forecast of a day, against a second implementation with numpy and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from warehouse_exporter.baselines.shared.forecast import (
    Forecast,
    carried,
    forecast,
    point,
)
from warehouse_exporter.baselines.shared.student import two_sided

from tests.unit.baselines import oracle

DAYS = st.lists(st.integers(0, 27), min_size=7, max_size=28, unique=True).map(sorted)
WEEK = (100.0, 104.0, 98.0, 101.0, 120.0, 60.0, 55.0)


def made(values: list[float], days: list[int] | None = None, counts: bool = True) -> Forecast:
    """The forecast for the day after some days, or after day 27."""
    numbers = days or list(range(len(values)))
    today = 28 if days else len(values)
    points = [point(day, value) for day, value in zip(numbers, values, strict=True)]
    found = forecast(points, today, counts)
    assert found is not None
    return found


@given(st.data(), DAYS, st.booleans())
def test_it_is_what_its_description_says(
    data: st.DataObject, days: list[int], counts: bool
) -> None:
    numbers = st.floats(0.5, 1e6)
    values = data.draw(st.lists(numbers, min_size=len(days), max_size=len(days)))
    value = data.draw(st.floats(0, 1e6))
    found = made(values, days, counts)
    middle, mu, variance, degrees = oracle.predicted(days, values, 28, counts)
    assert found.middle == pytest.approx(middle)
    assert found.mu == pytest.approx(mu, rel=1e-9, abs=1e-9)
    assert found.variance == pytest.approx(variance, rel=1e-9)
    assert found.degrees == pytest.approx(degrees)
    _, t, _ = oracle.score(days, values, 28, value, counts)
    assert found.distance(value) == pytest.approx(t, rel=1e-9, abs=1e-9)
    same = math.copysign(stats.norm.isf(stats.t.sf(abs(t), degrees)), t)
    assert found.score(value) == pytest.approx(same, rel=1e-8, abs=1e-8)


@given(st.lists(st.floats(50, 500), min_size=7, max_size=28), st.sampled_from((0.01, 0.001)))
def test_a_bound_is_the_value_whose_score_is_that_of_its_probability(
    values: list[float], alpha: float
) -> None:
    found = made(values)
    for side in (-1, 1):
        bound = found.bound(alpha, side)
        if bound:
            assert found.score(bound) == pytest.approx(side * two_sided(alpha), rel=1e-6)
    assert found.bound(alpha, -1) <= found.expected <= found.bound(alpha, 1)


def test_a_band_ends_at_nothing_and_never_below_it() -> None:
    wild = made([3.0, 300.0] * 14, counts=False)
    assert wild.bound(1e-6, -1) == 0
    assert math.isfinite(wild._replace(mu=-2.9999).bound(1e-6, 1))


@pytest.mark.parametrize("shift", range(7))
def test_a_weekday_is_expected_as_it_was(shift: int) -> None:
    """Shrunk by a fifth after four weeks, and by a part of a day before that was itself short."""
    weeks = [WEEK[(n + shift) % 7] for n in range(28)]
    found = made(weeks)
    assert abs(found.score(weeks[0])) < two_sided(0.01)
    assert abs(found.expected - weeks[0]) <= max(4, 0.4 * abs(weeks[0] - 100))


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5])
def test_a_weekend_that_hardly_sells_is_no_fall(share: float) -> None:
    """Also where it lies far beyond what a day is clipped at: ten weeks of weekends, 10 % noise."""
    noise = np.random.default_rng(3).standard_normal(140)
    sales = [500 * (share if n % 7 > 4 else 1) * math.exp(0.1 * noise[n]) for n in range(140)]
    scores = []
    for today in range(70, 140):
        past = [point(n, sales[n]) for n in range(today - 28, today)]
        found = forecast(past, today, counts=True)
        assert found is not None
        scores.append(found.score(sales[today]))
    assert sum(score < -two_sided(0.01) for score in scores) <= 1


def test_below_two_weeks_no_weekday_is_told_from_another() -> None:
    points = [point(n, 100.0 + n % 7) for n in range(14)]
    of_days = [{forecast(points[:seen], day, True) for day in range(15, 22)} for seen in (13, 14)]
    assert [len(forecasts) for forecasts in of_days] == [1, 7]


def test_a_constant_history_leaves_the_prior() -> None:
    """MAD = 0: a tenth more is nothing, a half less is something."""
    found = made([200.0] * 28)
    assert found.score(200) == pytest.approx(0, abs=1e-9)
    assert abs(found.score(220)) < 1.5
    assert found.score(100) < -two_sided(0.001)


def test_one_spike_in_the_history_changes_little() -> None:
    plain = [200.0 + 10 * (n % 3) for n in range(28)]
    spiked = [*plain[:20], 5 * plain[20], *plain[21:]]
    assert made(spiked).expected == pytest.approx(made(plain).expected, rel=0.03)
    assert made(spiked).score(100) < -two_sided(0.01)


def test_a_trend_is_followed_by_the_last_two_weeks() -> None:
    growing = [200 * 1.01**n for n in range(28)]
    assert abs(made(growing).score(200 * 1.01**28)) < 1


def test_the_noise_of_few_rows_is_expected_of_their_sum() -> None:
    bounds = []
    for rows in (0.0, 1000.0, 10.0):
        points = [point(day, 600.0 + 10 * (day % 3), rows) for day in range(28)]
        found = forecast(points, 28, counts=False)
        assert found is not None
        bounds.append(found.bound(0.01, -1))
    unknown, many, few = bounds
    assert few < 0.7 * many < many <= unknown


def test_yesterday_is_carried_over_as_far_as_days_follow_each_other() -> None:
    """Slow days after slow days, and days that take turns; yesterday was slow in both."""
    slow = [110.0, 110.0, 110.0, 90.0, 90.0, 90.0] * 4 + [110.0, 90.0, 90.0, 90.0]
    turns = [110.0, 90.0] * 14
    rests = [carried(range(28), [x - 100 for x in values]) for values in (slow, turns)]
    assert rests[0] > 0.2 > 0.15 > rests[1] == 0
    assert carried(range(4), [0.0] * 4) == 0


def test_rises_by_a_factor_are_as_unlikely_as_the_limits_say() -> None:
    """Log-normal days: on the scale of cube roots, rises were beyond their limit three times as
    often as falls."""
    draws = np.random.RandomState(8).standard_normal((4000, 29))
    scores = []
    for *past, today in 500 * np.exp(0.2 * draws):
        found = forecast([point(n, float(value)) for n, value in enumerate(past)], 28, True)
        assert found is not None
        scores.append(found.score(float(today)))
    for side in (-1, 1):
        beyond = sum(side * score > two_sided(0.05) for score in scores) / len(scores)
        assert 0.015 < beyond < 0.033, side


def test_the_noise_of_small_counts_is_expected_of_them() -> None:
    tens = [10.0, 9.0, 11.0, 10.0] * 7
    assert made(tens, counts=True).bound(0.01, -1) < made(tens, counts=False).bound(0.01, -1)


def test_yesterday_counts_only_if_it_is_there() -> None:
    values = [200.0] * 27 + [150.0]
    assert made(values).mu < made(values[:27], list(range(27))).mu


def test_what_is_not_above_0_has_no_forecast() -> None:
    assert forecast([point(n, -5.0) for n in range(10)], 10, counts=False) is None
