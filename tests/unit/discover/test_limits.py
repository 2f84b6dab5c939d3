"""Limits from past days: what an ordinary day does not reach, and what is no ordinary day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from warehouse_exporter.discover.limits import above, change_of, level_of, rounded_down, span

FIRST = date(2026, 3, 1)


def days(*shares: float, rows: int = 1000) -> list[tuple[date, float, int]]:
    return [(FIRST + timedelta(days=n), share, rows) for n, share in enumerate(shares)]


def test_an_ordinary_share_has_room_above_it() -> None:
    level = level_of(days(0.01, 0.012, 0.009, 0.011, 0.01, 0.013))
    assert level is not None
    assert level.changed is None
    assert 0.013 < above(level) < 0.05


def test_a_share_that_jumps_and_stays_gives_the_limit_of_before() -> None:
    level = level_of(days(0.01, 0.01, 0.01, 0.012, 0.15, 0.09, 0.08, 0.14))
    assert level is not None
    assert level.changed == date(2026, 3, 5)
    assert level.most == 0.012


def test_a_column_that_was_often_empty_and_then_always_has_changed() -> None:
    assert change_of([0.7, 0.72, 0.69, 0.71, 1.0, 1.0]) == 4


@pytest.mark.parametrize(
    "shares", [[0.01] * 10, [0.01, 0.2, 0.01, 0.2, 0.01, 0.2], [0.7, 0.75, 0.72, 0.8, 0.78], []]
)
def test_what_swings_or_drifts_has_not_changed(shares: list[float]) -> None:
    assert change_of(shares) is None


def test_a_single_day_that_stands_out_is_named_and_not_learnt_from() -> None:
    level = level_of(days(0.01, 0.01, 0.01, 0.4, 0.01, 0.01, 0.01))
    assert level is not None
    assert level.apart == (date(2026, 3, 4),)
    assert level.most == 0.01


def test_limits_are_round() -> None:
    assert [rounded_down(n) for n in (7.5, 14, 117, 1343)] == [7, 10, 100, 1000]
    assert [span(n) for n in (60, 3600, 3700, 80 * 3600)] == ["5m", "1h", "2h", "4d"]
