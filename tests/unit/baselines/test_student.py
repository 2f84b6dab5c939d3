"""Student's t against scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from warehouse_exporter.baselines.shared.student import normal_score, quantile, tail, two_sided

DEGREES = st.floats(2, 400)


@given(st.floats(-1e4, 1e4), DEGREES)
def test_the_tail_is_that_of_scipy(t: float, df: float) -> None:
    assert tail(t, df) == pytest.approx(stats.t.sf(abs(t), df), rel=1e-9, abs=1e-300)


@given(st.floats(-50, 50), DEGREES)
def test_the_score_has_the_same_tail_in_a_normal_distribution(t: float, df: float) -> None:
    expected = math.copysign(stats.norm.isf(stats.t.sf(abs(t), df)), t)
    assert normal_score(t, df) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.floats(1e-9, 0.9), DEGREES)
def test_a_quantile_is_that_of_scipy(alpha: float, df: float) -> None:
    assert quantile(alpha, df) == pytest.approx(stats.t.isf(alpha / 2, df), rel=1e-9)


def test_beyond_all_floats_the_score_is_infinite() -> None:
    assert normal_score(1e200, 30) == math.inf
    assert normal_score(-1e200, 30) == -math.inf
    assert normal_score(0.0, 30) == 0


@pytest.mark.parametrize(
    ("alpha", "z"), [(0.01, 2.5758), (0.0025, 3.0233), (0.001, 3.2905), (0.0002, 3.7190)]
)
def test_the_limits_that_are_built_in_are_these_scores(alpha: float, z: float) -> None:
    assert two_sided(alpha) == pytest.approx(z, abs=5e-5)


@pytest.mark.parametrize(
    ("history", "false_alarms", "threshold"),
    [(4, 0.075, 10.3), (7, 0.031, 5.2), (14, 0.012, 3.8), (28, 0.0065, 3.4), (56, 0.0044, 3.2)],
)
def test_three_deviations_after_few_days_are_not_three_of_a_normal(
    history: int, false_alarms: float, threshold: float
) -> None:
    """(x - mean) / (s sqrt(1 + 1/n)) is Student's t with n - 1 degrees of freedom."""
    widening = math.sqrt(1 + 1 / history)
    assert 2 * tail(3 / widening, history - 1) == pytest.approx(false_alarms, rel=0.05)
    assert quantile(0.0027, history - 1) * widening == pytest.approx(threshold, rel=0.03)
