"""The change against last week."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.baselines.change import change

BEFORE = st.lists(st.integers(1, 10_000).map(float), min_size=1, max_size=30)


@given(st.integers(0, 10_000).map(float), BEFORE)
def test_it_is_a_fraction_of_the_mean(value: float, before: list[float]) -> None:
    found = change(value, before)
    assert found.expected == pytest.approx(sum(before) / len(before))
    assert found.change == pytest.approx(value / (sum(before) / len(before)) - 1)


def test_of_one_day_the_mean_is_that_day() -> None:
    assert change(150, [100]).change == 0.5


def test_nothing_after_something_is_exactly_a_fall_of_100_per_cent() -> None:
    assert change(0, [0.1, 0.2, 0.3]).change == -1


def test_something_after_nothing_is_infinitely_more() -> None:
    assert change(1, [0, 0]).change == math.inf
    assert change(0, [0, 0]).change == 0


def test_no_day_is_no_history() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        change(1, [])
