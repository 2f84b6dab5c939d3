"""What a user is promised in docs/reference/baselines.md, on simulated shops with fixed seeds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from warehouse_exporter.baselines.mad import mad
from warehouse_exporter.baselines.shared.daily import Day, Series, days_before, judged
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.zscore import zscore

WEEK = (1, 1.05, 1, 0.95, 1.1, 0.8, 0.7)
FIRST = date(2025, 1, 1)
SHOPS, DAYS = 20, 56
"""So many series, each with as many days judged, after eight weeks."""


@cache
def shops(noise: float) -> tuple[tuple[float, ...], ...]:
    """Shops with weekdays, growth of 20 % a year, and noise; seeds are fixed."""
    draws = np.random.default_rng(20260309).standard_normal((SHOPS, 56 + DAYS))
    return tuple(
        tuple(
            float(round(500 * WEEK[day % 7] * math.exp(0.0005 * day + noise * draw)))
            for day, draw in enumerate(shop)
        )
        for shop in draws
    )


def verdicts(noise: float, times: float = 1, every: int = 1) -> Iterator[Day]:
    """What is said of every so many days, each as if it alone were times as high."""
    for shop in shops(noise):
        for day in range(56, 56 + DAYS, every):
            today = FIRST + timedelta(days=day)
            read = ((one - FIRST).days for one in days_before(today, 28))
            values = {FIRST + timedelta(days=n): shop[n] for n in read if n >= 0}
            values[today] = float(round(shop[day] * times))
            yield judged(today, Series(values, values, counts=True), 28)


def speaks(day: Day, fall: float = 0.01, rise: float = 0.0025, change: float = 0.15) -> bool:
    """Whether a day is a finding at the warning that is built in, or at other limits."""
    assert day.score is not None
    assert day.change is not None
    low = day.score <= -two_sided(fall) and day.change <= -change
    return low or (day.score >= two_sided(rise) and day.change >= change)


def share(found: list[bool]) -> float:
    """How many of them are true."""
    return sum(found) / len(found)


@pytest.mark.parametrize(("noise", "most"), [(0.05, 0.002), (0.1, 0.005), (0.2, 0.015)])
def test_few_ordinary_days_are_a_warning(noise: float, most: float) -> None:
    days = list(verdicts(noise))
    assert share([speaks(day) for day in days]) <= most
    assert share([speaks(day, 0.001, 0.0002, 0.3) for day in days]) <= 0.003


@pytest.mark.parametrize(
    ("noise", "times", "low", "high"),
    [
        (0.1, 0.5, 0.9, 1.0),
        (0.2, 0.5, 0.4, 0.7),
        (0.2, 0.2, 0.98, 1.0),
        (0.1, 2.0, 0.9, 1.0),
        (0.2, 2.0, 0.4, 0.7),
        (0.1, 0.7, 0.05, 0.5),
    ],
)
def test_how_many_days_of_a_kind_are_seen(
    noise: float, times: float, low: float, high: float
) -> None:
    assert low <= share([speaks(day) for day in verdicts(noise, times, every=7)]) <= high


def of_few_orders(orders: int, days: int, seed: int) -> tuple[Day, Day]:
    """Revenue and revenue per order of a day on which every order is worth three times as much.

    Orders are chance (Poisson), and their values log-normal, with 10 % of noise from day to day.
    """
    draws = np.random.default_rng(seed)
    revenue, aov, rows = {}, {}, {}
    for back in range(days, -1, -1):
        day = FIRST - timedelta(days=back)
        usual = orders * WEEK[day.weekday()] * math.exp(0.1 * draws.standard_normal())
        rows[day] = float(max(draws.poisson(usual), 1))
        values = draws.lognormal(4, 0.63, int(rows[day])) * (1 if back else 3)
        revenue[day], aov[day] = float(values.sum()), float(values.mean())
    return judged(FIRST, Series(revenue, rows), 28), judged(FIRST, Series(aov), 28)


@pytest.mark.parametrize("days", [14, 28])
@pytest.mark.parametrize(("orders", "low", "high"), [(20, 0.15, 0.5), (100, 0.95, 1.0)])
def test_three_times_the_revenue_of_few_orders_is_seen_in_the_revenue_per_order(
    orders: int, low: float, high: float, days: int
) -> None:
    pairs = [of_few_orders(orders, days, seed) for seed in range(40)]
    assert low <= share([speaks(revenue) for revenue, _ in pairs]) <= high
    assert share([speaks(aov) for _, aov in pairs]) >= 0.9


def test_seven_days_alone_make_more_false_alarms() -> None:
    """V4 and V5, on the same shops with 20 % of noise: one ordinary day in a hundred, and more."""
    moved, fallen = [], []
    for shop in shops(0.2):
        for day in range(56, 56 + DAYS):
            history = shop[day - 7 : day]
            score, robust = zscore(shop[day], history), mad(shop[day], history)
            moved.append(abs(score.score) >= 3 and abs(score.change) >= 0.3)
            fallen.append(robust.score <= -3 and robust.change < -0.4)
    assert 0.01 <= share(moved) <= 0.05
    assert 0.01 <= share(fallen) <= 0.05
