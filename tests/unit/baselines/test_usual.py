"""How many failing rows a day usually has."""

from __future__ import annotations

import pytest
from warehouse_exporter.baselines.shared.usual import Shares, usual


def most_usual(before: Shares, total: float) -> float | None:
    """The most failing rows that such a day usually has."""
    found = usual(before)
    return None if found is None else found.most(total)


CLEAN, NOISY = [(0, 1000)], [(3, 1000)]


@pytest.mark.parametrize(
    ("before", "most"),
    [
        (CLEAN * 28, 0),
        (CLEAN * 2, None),
        ([*CLEAN * 2, (0, 0)], None),
        (NOISY * 28, 12),
        ([(30, 10_000)] * 28, 60),
        ([(600, 1000)] * 28, 800),
    ],
)
def test_twice_the_usual_or_what_chance_makes_is_usual(before: Shares, most: float | None) -> None:
    total = before[0][1]
    assert most_usual(before, total) == most


def test_one_bad_day_does_not_hide_the_next() -> None:
    assert most_usual([*CLEAN * 27, (500, 1000)], 1000) == 2
    assert most_usual([(500, 1000), *NOISY * 27], 1000) == 12
    assert (most_usual([*NOISY * 23, *[(500, 1000)] * 5], 1000) or 0) < 20


def test_a_rate_that_has_changed_for_good_is_learned() -> None:
    assert (most_usual([*CLEAN * 3, *[(50, 1000)] * 25], 1000) or 0) >= 50


def test_a_large_number_is_as_quick_as_a_small_one() -> None:
    assert most_usual([(1, 10)] * 7, 10_000_000) == 2_511_863
