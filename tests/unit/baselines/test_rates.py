"""A share of a day against the pooled share, with the formulas written out in numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from warehouse_exporter.baselines.shared.rates import pooled

DAY = st.integers(50, 5000).flatmap(
    lambda total: st.tuples(st.integers(1, total - 1).map(float), st.just(float(total)))
)
DAYS = st.lists(DAY, min_size=2, max_size=28)


@given(DAYS)
def test_the_dispersion_is_chi_square_by_its_degrees_of_freedom(
    days: list[tuple[float, float]],
) -> None:
    found = pooled(days)
    hits, totals = np.array(days).T
    share = hits.sum() / totals.sum()
    table = np.array([hits, totals - hits])
    chi2 = stats.chi2_contingency(table, correction=False).statistic
    assert found.share == pytest.approx(share)
    assert found.phi == pytest.approx(max(1, chi2 / (len(days) - 1)))


@given(DAYS, DAY)
def test_a_score_is_a_departure_in_deviations_of_the_day_and_of_the_pooled_share(
    days: list[tuple[float, float]], today: tuple[float, float]
) -> None:
    found, (hits, total) = pooled(days), today
    everything = sum(t for _, t in days)
    p = sum(h for h, _ in days) / everything
    ratio = hits / total / p
    power = 2 / 3 / found.phi if ratio > 1 else 2 / 3
    usual = min(total, everything / len(days))
    far = (
        (ratio**power - 1)
        / power
        / math.sqrt((1 - p) / p * (1 / total + (found.phi - 1) / usual + found.phi / everything))
    )
    if found.phi > 1:
        far = math.copysign(stats.norm.isf(stats.t.sf(abs(far), len(days) - 1)), far)
    assert found.score(hits, total) == pytest.approx(far, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("expected", [8.0, 15.0, 60.0])
def test_few_hits_are_as_unlikely_as_counts_by_chance_are(expected: float) -> None:
    """Poisson tails, one in 200 below and one in 800 above; the straight scale had 3 times more."""
    found = pooled([(expected, 10_000.0)] * 28)
    limits = {-1: 2.5758, 1: 3.0233}
    counts = np.arange(200)
    scores = np.array([found.score(float(hits), 10_000.0) for hits in counts])
    chances = stats.poisson.pmf(counts, expected)
    for side, limit in limits.items():
        beyond = float(chances[side * scores >= limit].sum())
        assert beyond <= 1.6 * stats.norm.sf(limit)


@given(DAYS, st.floats(10, 1e5))
def test_a_bound_is_where_the_score_is_that_of_its_probability(
    days: list[tuple[float, float]], total: float
) -> None:
    found = pooled(days)
    for side in (-1, 1):
        bound = found.bound(0.01, side, total)
        if 0 < bound < 1:
            assert found.score(bound * total, total) == pytest.approx(side * 2.5758, abs=1e-4)


@pytest.mark.parametrize(("days", "today"), [([(0.0, 500.0)] * 9, 1), ([(500.0, 500.0)] * 9, 499)])
def test_a_share_that_was_always_none_or_all_is_not_infinitely_sure(
    days: list[tuple[float, float]], today: float
) -> None:
    score = pooled(days).score(today, 500)
    assert 0 < abs(score) < math.inf


def test_days_that_differ_by_more_than_chance_widen_the_band() -> None:
    calm = pooled([(100.0, 1000.0), (101.0, 1000.0), (99.0, 1000.0)])
    wild = pooled([(60.0, 1000.0), (140.0, 1000.0), (100.0, 1000.0)])
    assert calm.phi == 1
    assert wild.phi > 10
    assert wild.bound(0.01, -1, 1000) < calm.bound(0.01, -1, 1000)


def test_a_spread_that_few_days_show_makes_a_departure_less_unlikely() -> None:
    """As many ordinary days are beyond a limit of 1 % as it says; held to a normal, 1.8 % were."""
    shares = np.random.RandomState(20260309).normal(0.1, 0.01, (20_000, 29))
    scores = [
        pooled([(1e5 * share, 1e5) for share in history]).score(1e5 * today, 1e5)
        for *history, today in shares
    ]
    assert 0.006 < np.mean(np.abs(scores) > stats.norm.isf(0.005)) < 0.013
