"""Scores after a history with holes: as unlikely as with all its days, and no blinder."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from warehouse_exporter.baselines.shared.few import enough, mad_after, mad_factor, zscore_after

DAYS = st.integers(3, 60)
SCORES = st.floats(-60, 60).filter(lambda score: abs(score) > 1e-3)


@pytest.mark.parametrize(
    ("days", "needed"), [(1, 1), (2, 2), (3, 3), (5, 3), (6, 3), (7, 4), (14, 7), (28, 14)]
)
def test_half_of_the_days_are_enough_and_three_at_least(days: int, needed: int) -> None:
    assert enough(days) == needed


@given(SCORES, DAYS, DAYS)
def test_a_score_stays_as_unlikely(score: float, days: int, of: int) -> None:
    found = zscore_after(score, days, of)
    before = stats.t.logsf(abs(score) / math.sqrt(1 + 1 / days), days - 1)
    after = stats.t.logsf(abs(found) / math.sqrt(1 + 1 / of), of - 1)
    assert after == pytest.approx(before, rel=1e-6)
    assert math.copysign(1, found) == math.copysign(1, score)


@pytest.mark.parametrize(("days", "limit"), [(3, 6.41), (4, 4.31), (5, 3.58), (6, 3.22), (7, 3)])
def test_what_a_limit_of_3_after_seven_days_is_after_fewer(days: int, limit: float) -> None:
    assert zscore_after(limit, days, 7) == pytest.approx(3, abs=0.01)
    assert zscore_after(3, 7, days) == pytest.approx(limit, abs=0.01)


def test_with_all_days_nothing_changes_and_infinity_stays() -> None:
    assert zscore_after(-2.5, 7, 7) == -2.5
    assert mad_after(-2.5, 7, 7) == -2.5
    for after in (zscore_after, mad_after):
        assert after(-math.inf, 5, 7) == -math.inf
        assert after(0.0, 5, 7) == 0
    assert zscore_after(-1e200, 27, 28) == -math.inf


def test_false_alarms_stay_as_rare_with_a_day_missing() -> None:
    draws = np.random.default_rng(3).standard_normal((20_000, 8))
    scores = (draws[:, 7] - draws[:, :4].mean(axis=1)) / draws[:, :4].std(axis=1, ddof=1)
    limit = zscore_after(3, 7, 4)
    assert np.mean(np.abs(scores) >= limit) == pytest.approx(0.031, abs=0.004)
    assert np.mean(np.abs(scores) >= 3) > 0.06, "uncorrected it would be twice as many"


@pytest.mark.parametrize("days", [3, 4, 5, 6, 7, 8, 9, 14, 28])
def test_the_mad_of_few_days_is_too_small_by_a_known_factor(days: int) -> None:
    draws = np.random.default_rng(days).standard_normal((40_000, days))
    middle = np.median(draws, axis=1, keepdims=True)
    mad = np.median(np.abs(draws - middle), axis=1)
    assert 1 / (1.4826 * mad.mean()) == pytest.approx(mad_factor(days), rel=0.02)
    assert mad_after(3 * mad_factor(days), days, 7) == pytest.approx(3 * mad_factor(7))
