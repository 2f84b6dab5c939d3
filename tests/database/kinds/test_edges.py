"""At the very edge of a limit floating point and exact arithmetic say the same.

A breach that is missed by the last bit of a division is missed in the gate and in Prometheus alike:
both compare the gauge, so it is the gauge that must be right.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from warehouse_exporter.baselines import all_baselines
from warehouse_exporter.baselines.base import Direction, Question
from warehouse_exporter.baselines.shared.daily import Series
from warehouse_exporter.core.limits import Condition, scaled
from warehouse_exporter.core.model import Severity
from warehouse_exporter.kinds.shared.departures import departure_model

NOW = datetime(2026, 3, 10, tzinfo=UTC)
DRAWS = 4000
Money = list[Decimal]


def breached(method: str, written: dict[str, object], value: Decimal, days: Money) -> bool:
    """What the gate says: in floats, as the database gives them."""
    limit = departure_model().model_validate(written).terms
    today, baseline = NOW.date(), all_baselines()[method]
    past = baseline.before(today, len(days), 1, lambda day: False)
    values = dict(zip((*past, today), map(float, (*days, value)), strict=True))
    asked = Question(
        "m", today, Series(values), past, len(days), len(days), {Severity.WARNING: limit}
    )
    found = baseline.judge(asked)
    spoken: Condition = baseline.condition(Severity.WARNING, limit, Direction.BOTH)
    return bool(spoken.broken_by(found.values, NOW))


def exact(days: Money) -> list[Fraction]:
    """The same numbers without rounding."""
    return [Fraction(day) for day in days]


def mean(days: Sequence[Fraction]) -> Fraction:
    """Their mean."""
    return sum(days, Fraction(0)) / len(days)


def around(draw: random.Random, edge: Decimal, unit: Decimal) -> Decimal:
    """The edge itself, mostly; or a unit of the metric off it, or anything."""
    return draw.choice(
        [edge, edge, edge, edge - unit, edge + unit, edge * draw.randint(0, 300) / 100]
    )


@pytest.mark.parametrize("places", [0, 1, 2])
def test_a_change_at_its_limit_speaks(places: int) -> None:
    draw, unit = random.Random(places), Decimal(1).scaleb(-places)
    seen = set()
    for _ in range(DRAWS):
        counts = [draw.randint(1, 20_000) for _ in range(7)]
        counts[0] += -sum(counts) % 70  # the mean, and a tenth of it, are numbers of the metric
        days = [count * unit for count in counts]
        per_cent = Decimal(draw.randint(1, 950)) / 10
        sign = draw.choice([-1, 1])
        value = around(draw, sum(days, Decimal(0)) / 7 * (1 + sign * per_cent / 100), unit)
        base = mean(exact(days))
        right = abs(Fraction(value) - base) / base >= Fraction(per_cent) / 100
        said = breached("change", {"change": f"{per_cent}%"}, value, days)
        assert said == right, (value, days, per_cent)
        seen.add(right)
    assert seen == {True, False}


@pytest.mark.parametrize("places", [0, 1, 2, 3])
def test_a_score_at_its_limit_speaks(places: int) -> None:
    """Three days a step above, three below and one between: their deviation is the step."""
    draw, unit = random.Random(places), Decimal(1).scaleb(-places)
    seen = set()
    for _ in range(DRAWS):
        step = draw.randint(1, 900) * unit
        middle = step * 3 + draw.randint(1, 90_000) * unit
        days = [middle - step] * 3 + [middle + step] * 3 + [middle]
        z = Decimal(draw.randint(10, 50)) / 10
        edge = middle + draw.choice([-1, 1]) * z * step
        value = around(draw, edge, unit)
        right = abs(Fraction(value) - Fraction(middle)) >= Fraction(z) * Fraction(step)
        said = breached("zscore", {"z": float(z)}, value, days)
        assert said == right, (value, days, z)
        seen.add(right)
    assert seen == {True, False}


@pytest.mark.parametrize("places", [0, 1, 2])
def test_a_fall_in_mads_and_below_a_share_of_the_median_speaks(places: int) -> None:
    draw, unit = random.Random(places), Decimal(1).scaleb(-places)
    seen = set()
    for _ in range(DRAWS):
        step = draw.randint(1, 900) * unit
        middle = step * 3 + draw.randint(1, 9000) * 10 * unit
        days = [
            middle - step,
            middle - step,
            middle,
            middle,
            middle + step,
            middle + step,
            middle * 3,
        ]
        z, below = Decimal(draw.randint(10, 50)) / 10, draw.randint(10, 95)
        edge = draw.choice([middle - z * step, middle * below / 100])
        value = around(draw, edge, unit)
        exactly = exact(days)
        center = median(exactly)
        spread = median(abs(day - center) for day in exactly)
        fallen = Fraction(value) - center <= -Fraction(z) * spread
        right = fallen and Fraction(value) * 100 < below * center
        said = breached("mad", {"z": float(z), "below": f"{below}%"}, value, days)
        assert said == right, (value, days, z, below)
        seen.add(right)
    assert seen == {True, False}


@pytest.mark.parametrize("suffix", ["%", "s", "m", "h", "d", ""])
def test_a_limit_is_the_float_nearest_to_what_is_written(suffix: str) -> None:
    draw, factor = random.Random(1), {"%": "0.01", "m": "60", "h": "3600", "d": "86400"}
    for _ in range(DRAWS):
        number = f"{draw.randint(0, 99_999) / 10 ** draw.randint(0, 4):.4f}"
        right = Fraction(number) * Fraction(factor.get(suffix, "1"))
        assert scaled(number, suffix) == float(right)


@pytest.mark.parametrize(
    ("value", "days", "limit"),
    [("14", ["20"] * 7, "30%"), ("0.7", ["1"] * 7, "30%"), ("1.1", ["1"] * 7, "10%")],
)
def test_changes_that_a_last_bit_decides(value: str, days: list[str], limit: str) -> None:
    week = [Decimal(day) for day in days]
    assert breached("change", {"change": limit}, Decimal(value), week)
