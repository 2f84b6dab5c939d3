"""Several numbers as one: what they fell by together."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from warehouse_exporter.baselines.shared.daily import Series, judged
from warehouse_exporter.baselines.shared.joint import Joint, Part, jointly, mean

TODAY = date(2026, 3, 9)
WINDOW = 28


def series(values: Sequence[float]) -> Series:
    """A count by day, up to today."""
    days = {TODAY - timedelta(days=back): value for back, value in enumerate(reversed(values))}
    return Series(days, days, counts=True)


def noisy(seed: int, today: float, noise: float = 0.2, usual: float = 1000) -> Series:
    """Nine weeks, and a day that is a part of what is usual."""
    draw = random.Random(seed)
    days = [usual * math.exp(draw.gauss(0, noise)) for _ in range(63)]
    return series([*days, usual * today])


def found(**metrics: Series) -> Joint:
    """What is said of them together."""
    said = jointly(TODAY, metrics, WINDOW)
    assert said is not None
    return said


def score(joint: Joint) -> float:
    """The score of the mean."""
    assert joint.day.score is not None
    return joint.day.score


def test_where_all_have_halved_the_mean_has_and_is_less_likely_than_each() -> None:
    one, other = noisy(4, 0.5), noisy(5, 0.5)
    joint = found(one=one, other=other)
    assert joint.day.value == pytest.approx(
        math.sqrt(math.prod(part.value / part.expected for part in joint.parts)), rel=0.05
    )
    each = [judged(TODAY, metric, WINDOW).score or 0.0 for metric in (one, other)]
    assert score(joint) < min(each)


def test_the_same_number_twice_says_nothing_more() -> None:
    one = noisy(4, 0.5)
    alone = judged(TODAY, Series(one.values), WINDOW).score
    assert score(found(one=one, again=one)) == pytest.approx(alone, abs=0.3)


def test_a_number_with_more_noise_counts_less() -> None:
    steady, wild = Part("steady", 50, 100, 0.1), Part("wild", 100, 100, 0.3)
    assert steady.weight == pytest.approx(9 * wild.weight)
    assert mean({steady: 50, wild: 100}) == pytest.approx(0.5**0.9)
    assert mean({steady: 0, wild: 100}) == 0.0
    assert Part("fixed", 1, 1, 0.0).weight < math.inf


def test_fewer_than_two_with_a_baseline_say_nothing() -> None:
    young = series([1000.0] * 5)
    assert jointly(TODAY, {"one": noisy(4, 0.5), "young": young}, WINDOW) is None
    few = series([2.0] * 64)
    assert jointly(TODAY, {"one": noisy(4, 0.5), "few": few}, WINDOW) is None


def test_days_of_the_calendar_teach_nothing() -> None:
    special = frozenset(TODAY - timedelta(days=7 * week) for week in range(1, 5))
    metrics = {}
    for name, seed in (("one", 4), ("other", 5)):
        whole = noisy(seed, 1.0)
        values = {d: v * (5 if d in special else 1) for d, v in whole.values.items()}
        metrics[name] = Series(values, values, counts=True, untaught=special)
    assert abs(score(found(**metrics))) < 2
