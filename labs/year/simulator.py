"""Shops without incidents: what each sold on each day of a year, by formula and seed.

The formula and its numbers were written down before any limit was held against them. They are not
to be changed because of what the limits say of them.

A day of a shop has an expected number of sessions: its size, grown since the first day, times the
factor of its weekday, times that of a holiday or of the sale. The noise of a day is log-normal: a
factor that everything shares (the weather, the campaign), and one of sessions and one of orders
alone. Days are independent of each other. What is counted is drawn around that: the chance of
counts comes on top of the noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

NOISES = (0.05, 0.10, 0.20)
"""Standard deviation, on the scale of logarithms, of sessions and of orders from day to day."""
SHARED = 0.5
"""How much of the variance of the noise is the same for sessions and orders."""
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
"""The days that are judged."""
HISTORY = 91
"""Days before the first that is judged: as many as the longest baseline reads."""
DRAWN_FIRST = 57
"""Of these, the last so many are drawn with the year, and the others after it: a year is the same
however many days are read before it."""

SIZES = (500.0, 50_000.0)
"""Sessions a day, of the smallest and of the largest shop; log-uniform between them."""
CONVERSIONS = (0.02, 0.04)
GROWTHS = (0.0, 0.5)
"""Growth in a year."""
WEEK_DEPTH, CONVERSION_WEEK_DEPTH = 0.15, 0.05
"""Standard deviation of the logarithm of a weekday's factor, of sessions and of conversion."""
ORDER_VALUE, VALUE_SHAPE = 60.0, 2.8
"""Mean of an order's value, and the shape of its gamma distribution: it varies by 60 %."""

HOLIDAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2024-12-25", "2024-12-26", "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01",
        "2025-05-29", "2025-06-09", "2025-10-03", "2025-12-25", "2025-12-26",
    )
)  # fmt: skip
SALE = tuple(date(2025, 11, 28) + timedelta(days=n) for n in range(4))


@dataclass(frozen=True)
class Effect:
    """What a special day does to sessions, to the share of them that buy, and to prices."""

    sessions: float = 1.0
    conversion: float = 1.0
    price: float = 1.0


ORDINARY = Effect()
HOLIDAY = Effect(sessions=0.75, conversion=0.8)
ON_SALE = Effect(sessions=1.7, conversion=1.4, price=0.9)


def effect_of(day: date) -> Effect:
    """What a day is: a holiday, a day of the sale, or neither."""
    if day in HOLIDAYS:
        return HOLIDAY
    return ON_SALE if day in SALE else ORDINARY


CALENDAR = f"""\
calendar:
  public holidays: {{days: [{", ".join(map(str, HOLIDAYS))}], falls: silent}}
  announced sale: {{days: {SALE[0]} to {SALE[-1]}}}
"""
"""What a shop's data engineer knows in advance, as the config has it."""


@dataclass(frozen=True)
class Sold:
    """What is counted on a day."""

    sessions: int
    orders: int
    revenue: float


@dataclass(frozen=True)
class Shop:
    """What makes a shop another one; all of it drawn from its seed."""

    size: float
    conversion: float
    growth: float
    week: tuple[float, ...]
    conversion_week: tuple[float, ...]

    @classmethod
    def drawn(cls, draw: np.random.RandomState) -> Shop:
        """A shop by chance."""
        return cls(
            size=float(np.exp(draw.uniform(*np.log(SIZES)))),
            conversion=draw.uniform(*CONVERSIONS),
            growth=draw.uniform(*GROWTHS),
            week=tuple(np.exp(draw.normal(0, WEEK_DEPTH, 7))),
            conversion_week=tuple(np.exp(draw.normal(0, CONVERSION_WEEK_DEPTH, 7))),
        )

    def expected(self, day: date) -> tuple[float, float]:
        """Sessions, and the share of them that buy, before any noise."""
        grown = (1 + self.growth) ** ((day - FIRST).days / 365)
        effect, weekday = effect_of(day), day.weekday()
        return (
            self.size * grown * self.week[weekday] * effect.sessions,
            self.conversion * self.conversion_week[weekday] * effect.conversion,
        )


def days() -> list[date]:
    """The year, with the history before it, in the order in which they are drawn."""
    first = FIRST - timedelta(days=DRAWN_FIRST)
    year = [first + timedelta(days=n) for n in range((LAST - first).days + 1)]
    return [*year, *(first - timedelta(days=back) for back in range(1, HISTORY - DRAWN_FIRST + 1))]


def year_of(shop: Shop, noise: float, draw: np.random.RandomState) -> Mapping[date, Sold]:
    """What a shop sold on every day, by the calendar."""
    return dict(sorted((day, a_day_of(shop, day, noise, draw)) for day in days()))


def a_day_of(shop: Shop, day: date, noise: float, draw: np.random.RandomState) -> Sold:
    """What a shop sold on a day: Poisson counts, and the sum of as many order values."""
    shared = draw.normal(0, noise * np.sqrt(SHARED))
    of_sessions, of_orders = np.exp(shared + draw.normal(0, noise * np.sqrt(1 - SHARED), 2))
    sessions, conversion = shop.expected(day)
    counted = int(draw.poisson(sessions * of_sessions))
    orders = min(counted, int(draw.poisson(sessions * conversion * of_orders)))
    mean = ORDER_VALUE * effect_of(day).price
    value = draw.gamma(VALUE_SHAPE * orders, mean / VALUE_SHAPE) if orders else 0.0
    return Sold(counted, orders, round(float(value), 2))


def simulated(number: int, noise: float) -> Mapping[date, Sold]:
    """The year of a shop by its number; another noise is another year of another shop.

    RandomState, because its stream of numbers is promised never to change.
    """
    draw = np.random.RandomState([number, round(1000 * noise)])
    return year_of(Shop.drawn(draw), noise, draw)


SMALL = Shop(
    size=300.0,
    conversion=0.06,
    growth=0.3,
    week=(1.07, 1.04, 1.02, 1.01, 1.08, 0.92, 0.86),
    conversion_week=(1.0, 1.0, 1.0, 1.0, 1.0, 1.05, 1.05),
)
"""The shop whose year is lived through in rows, every morning of it."""
SMALL_NOISE, SMALL_SEED = 0.10, 2025


def small_year() -> Mapping[date, Sold]:
    """What the small shop sold on every day."""
    return year_of(SMALL, SMALL_NOISE, np.random.RandomState(SMALL_SEED))
