"""Median and MAD as the seed document defines them, against numpy and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.baselines.mad import mad

HISTORY = st.lists(st.integers(0, 10_000).map(float), min_size=1, max_size=30)


@given(st.integers(0, 10_000).map(float), HISTORY)
def test_it_is_the_distance_in_raw_median_absolute_deviations(
    value: float, history: list[float]
) -> None:
    found = mad(value, history)
    median = float(np.median(history))
    spread = float(np.median(np.abs(np.array(history) - median)))
    assert (found.expected, found.deviation) == (median, spread)
    if spread:
        assert found.score == pytest.approx((value - median) / spread)
    if median:
        assert found.change == pytest.approx((value - median) / median)


def test_an_example_by_hand() -> None:
    """No factor 1.4826: of 20, 21, 22 and 4 others around 21 the MAD is 1."""
    found = mad(16, [20, 22, 20, 21, 22, 21, 40])
    assert (found.expected, found.deviation, found.score) == (21, 1, -5)


def test_one_spike_changes_next_to_nothing() -> None:
    assert mad(16, [20, 22, 20, 21, 22, 21, 4000]).score == -5


def test_with_a_mad_of_0_any_fall_is_infinite_so_that_the_fraction_alone_decides() -> None:
    week = [5, 5, 5, 5, 1, 9, 5]
    assert mad(5, week).score == 0
    assert mad(4.99, week).score == -math.inf
    assert mad(6, week).score == math.inf
    assert mad(2, week).change == pytest.approx(-0.6)


def test_no_day_is_no_history() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        mad(1, [])


def test_seven_ordinary_days_make_a_score_of_three_and_a_half_common() -> None:
    """The false alarms of the scaled MAD at 3.5 after 7 days, 7 % of normal days: hence `below`."""
    draws = np.random.default_rng(1).standard_normal((4000, 8))
    scores = [mad(float(day[-1]), [float(x) for x in day[:-1]]).score for day in draws]
    share = np.mean(np.abs(scores) > 3.5 * 1.4826)
    assert 0.055 < share < 0.085
