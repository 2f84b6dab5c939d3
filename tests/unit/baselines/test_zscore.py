"""The z-score as the designs define it, against numpy and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.baselines.zscore import zscore

HISTORY = st.lists(st.integers(0, 10_000).map(float), min_size=2, max_size=30)


@given(st.integers(0, 10_000).map(float), HISTORY)
def test_it_is_the_distance_in_sample_standard_deviations(
    value: float, history: list[float]
) -> None:
    found = zscore(value, history)
    deviation = float(np.std(history, ddof=1))
    assert found.expected == pytest.approx(float(np.mean(history)))
    assert found.deviation == pytest.approx(deviation, abs=1e-9)
    if len(set(history)) > 1:
        score = (value - np.mean(history)) / deviation
        assert found.score == pytest.approx(score, rel=1e-11, abs=1e-9)


def test_an_example_by_hand() -> None:
    found = zscore(30, [90, 100, 110])
    assert (found.expected, found.deviation, found.score, found.change) == (100, 10, -7, -0.7)


def test_after_a_constant_history_every_change_is_infinitely_unlikely() -> None:
    assert zscore(5, [5, 5, 5]).score == 0
    assert zscore(6, [5, 5, 5]).score == math.inf
    assert zscore(4, [5, 5, 5]).score == -math.inf


def test_a_change_from_nothing_is_infinite_and_a_fall_below_zero_is_measured_by_its_size() -> None:
    assert zscore(1, [0, 0]).change == math.inf
    assert zscore(0, [0, 0]).change == 0
    assert zscore(-30, [-90, -100, -110]).change == pytest.approx(0.7)


@pytest.mark.parametrize("history", [[], [1.0]])
def test_less_than_two_days_are_no_history(history: list[float]) -> None:
    with pytest.raises(ValueError, match="at least two days"):
        zscore(1, history)
