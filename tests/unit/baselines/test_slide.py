"""`slide`: a level that goes away over some days."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from warehouse_exporter.baselines.base import CHANGE, EXPECTED, SCORE, Direction, Finding, Question
from warehouse_exporter.baselines.shared.daily import Series
from warehouse_exporter.baselines.slide import LAST, Slide
from warehouse_exporter.core.errors import ConfigError, Skipped
from warehouse_exporter.core.model import Severity

from tests.unit.baselines.test_baselines import anomaly

TODAY = date(2026, 3, 9)
SLIDE = Slide()
WEEK = (1.0, 1.05, 0.95, 1.0, 1.1, 0.6, 0.5)


def judge(values: Sequence[float], gone: frozenset[date] = frozenset()) -> Finding:
    """What is said of the last of some days."""
    days = {TODAY - timedelta(days=back): value for back, value in enumerate(reversed(values))}
    past = SLIDE.before(TODAY, 28, 1, gone.__contains__)
    asked = Question("orders", TODAY, Series(days), past, 28, 14, SLIDE.defaults)
    return SLIDE.judge(asked)


def is_found(found: Finding, direction: Direction = Direction.BOTH) -> bool:
    """Whether it is a warning by the limits that are built in."""
    condition = SLIDE.condition(Severity.WARNING, SLIDE.usual, direction)
    return bool(condition.broken_by(found.values, datetime(2026, 3, 10, tzinfo=UTC)))


def shop(end: Sequence[float], noise: float = 0.1, seed: int = 1) -> list[float]:
    """Nine weeks with weekends, of which the last days are a part of what they were."""
    draw = random.Random(seed)
    whole = [1000 * WEEK[n % 7] * math.exp(draw.gauss(0, noise)) for n in range(64)]
    kept = [1.0] * (len(whole) - len(end)) + list(end)
    return [value * part for value, part in zip(whole, kept, strict=True)]


ORDINARY = [1.0]
SLID = [0.95, 0.89, 0.83, 0.78, 0.72, 0.67, 0.67]
"""A third is lost within six days; this is the day after them."""


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_third_that_is_lost_within_six_days_is_found(seed: int) -> None:
    found = judge(shop(SLID, noise=0.07, seed=seed))
    assert is_found(found)
    assert -0.35 < found.values[CHANGE.name] < -0.15
    assert "in the middle of the last 4 days vs expected" in found.text
    assert not is_found(judge(shop(ORDINARY, seed=seed)))


def test_one_bad_day_is_no_slide() -> None:
    for at in range(LAST):
        end = [1.0] * LAST
        end[at] = 0.1
        assert not is_found(judge(shop(end)))


def test_a_side_that_is_not_asked_for_is_silent() -> None:
    risen = judge(shop([1.1, 1.2, 1.3, 1.4, 1.5, 1.6]))
    assert is_found(risen)
    assert not is_found(risen, Direction.FALL)


def test_a_level_that_has_stayed_away_is_no_news() -> None:
    assert not is_found(judge(shop([0.67] * 40)))


def test_the_weekend_is_none() -> None:
    scores = [
        judge(shop(ORDINARY, noise=0.02)[: 64 - back]).values[SCORE.name] for back in range(7)
    ]
    assert max(map(abs, scores)) < 2.58


def test_days_of_the_calendar_are_left_out() -> None:
    gone = frozenset({TODAY - timedelta(days=1)})
    found = judge(shop(SLID), gone)
    assert TODAY - timedelta(days=1) not in SLIDE.before(TODAY, 28, 1, gone.__contains__)
    assert is_found(found)


def test_what_is_too_little_is_said() -> None:
    with pytest.raises(Skipped, match="insufficient history: orders has 0 days with a baseline"):
        judge(shop(SLID)[-16:])
    assert judge(shop(SLID)[-40:]).values[EXPECTED.name] > 0


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (", days: 7", "days is 14 or more"),
        (", warning: {fall: 100%}", "a probability is less than 100 %"),
        (", warning: {z: 3}", "`z` is not a limit of slide"),
    ],
)
def test_what_cannot_be_is_said_before_any_pass(limits: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        anomaly("slide", limits)
