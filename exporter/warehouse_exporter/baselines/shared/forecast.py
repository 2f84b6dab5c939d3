"""The expected value of a day, with its weekday taken into account, and honest about few days.

The steps have the numbers of docs/reference/baselines.md. A replay calls this for every day, so
whatever runs once per value of a history must be cheap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warehouse_exporter.baselines.shared.student import normal_score, quantile

WEEK = 7
WEEKDAYS_FROM = 14
"""Days of history from which weekdays are told apart."""
CLIPS = (0.35, 0.15)
"""How much a day may differ at least, in each of the two passes over the weekday effects."""
MORE_PASSES = 8
"""How often the second is done again, while it cuts off a weekday as a whole."""
TO_SIGMA = 1.4826
"""What makes the MAD of a normal distribution its standard deviation."""
MEDIAN_COST = 1.57
"""pi / 2: the variance of a median is that much more than the variance of a mean."""
PRIOR_DAYS, PRIOR_NOISE = 4.0, 0.14
"""The noise that is taken for granted before the first day, and how many days that is worth."""
OF_A_ROW = 2.0
"""The relative variance that one row adds to a sum: 1 of the number of rows, 1 of their values."""
CARRIED, CARRIED_DAYS, CARRIED_MOST = 0.15, 20.0, 0.6
"""How much of a day's departure is expected on the next day before any day is seen, how many days
that is worth, and the most that is believed."""
FOLLOWED, FOLLOWED_WEEKDAY = 0.15, 0.1
"""How fast the second forecast follows: the share of a day's departure that is taken over."""
OF_TWO = 0.97
"""The variance of the mean of both forecasts beside that of the first alone, as measured."""
FARTHEST = 300.0
"""Keeps the end of a band a number, where next to nothing is expected."""

Numbers = list[float]
Point = tuple[int, float, float, float]
"""A day: its number, its value, the value's cube root, and how many rows it was made of (0 where
that is not known)."""


class Forecast(NamedTuple):
    """What is expected of a day: a level `mu` and its variance on the scale of cube roots.

    `middle` is the median of the history, `degrees` are those of Student's t, `days` how many days
    of history there were.
    """

    middle: float
    mu: float
    variance: float
    degrees: float
    days: int

    @property
    def expected(self) -> float:
        """The expected value, in the unit of the metric."""
        return self.back(self.mu)

    def back(self, x: float) -> float:
        """A point of the scale as a value; what lies below the scale's 0 is 0."""
        return self.middle * max(0.0, 1 + x / 3) ** 3

    def distance(self, value: float) -> float:
        """t: how far a value lies from what is expected, in predictive standard deviations.

        A rise is measured on the scale of logarithms, which at the expected value has the same
        slope: what multiplies a day makes rises larger than falls, on the scale of cube roots too.
        """
        if value > self.expected > 0:
            return math.log(value / self.expected) * self.slope / math.sqrt(self.variance)
        x = 3 * (cube_root(value) / cube_root(self.middle) - 1)
        return (x - self.mu) / math.sqrt(self.variance)

    @property
    def slope(self) -> float:
        """How fast the scale of cube roots grows with the logarithm, at the expected value."""
        return 1 + self.mu / 3

    def score(self, value: float) -> float:
        """The distance as the z of a normal distribution with the same tail probability."""
        return normal_score(self.distance(value), self.degrees)

    def bound(self, alpha: float, side: int) -> float:
        """The value beyond which a departure to one side (-1 or 1) is less likely than `alpha`.

        `alpha` is two-sided.
        """
        reach = quantile(alpha, self.degrees) * math.sqrt(self.variance)
        if side > 0 and self.expected > 0:
            return self.expected * math.exp(min(reach / self.slope, FARTHEST))
        return self.back(self.mu + side * reach)


def cube_root(value: float) -> float:
    """The real cube root: defined at 0, where the logarithm is not, and milder than it on falls."""
    return math.copysign(abs(value) ** (1 / 3), value)


def point(number: int, value: float, rows: float = 0.0) -> Point:
    """A day of the history."""
    return number, value, cube_root(value), rows


def median(values: Iterable[float]) -> float:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def clipped(values: Numbers, usual: float, reach: float) -> Numbers:
    """What each value differs from the usual one, by `reach` at most."""
    return [
        -reach if (rest := value - usual) < -reach else reach if rest > reach else rest
        for value in values
    ]


def spread(values: Numbers, usual: float) -> float:
    """The standard deviation that a median absolute deviation stands for."""
    return TO_SIGMA * median([abs(value - usual) for value in values])


def forecast(history: Sequence[Point], today: int, counts: bool) -> Forecast | None:
    """Steps 1 to 6 for the day with the number `today`; None where the median is not above 0.

    Days whose numbers are seven apart are the same weekday. The history has two days or more,
    oldest first. For `counts`, and for sums of a known number of rows, the noise of small numbers
    is added to the prior.
    """
    numbers, values, roots, rows = zip(*history, strict=True)
    middle = median(values)
    if middle <= 0:
        return None
    unit = cube_root(middle)
    places = [number % WEEK for number in numbers]
    xs = [3 * (root / unit - 1) for root in roots]
    known = len(xs) >= WEEKDAYS_FROM
    effects, plain = weekday_effects(xs, places) if known else ([0.0] * WEEK, xs)
    usual = median(plain)
    reach = 3 * max(spread(plain, usual), 0.01)
    rest = clipped(plain, usual, reach)
    recent = plain[-WEEKDAYS_FROM:]
    yesterday = rest[-1] if numbers[-1] == today - 1 else 0.0
    of_days = median(recent) + effects[today % WEEK] + carried(numbers, rest) * yesterday
    noise, nu = noise_of(rest, PRIOR_NOISE**2 + of_small_numbers(middle, rows, counts), known)
    k = places.count(today % WEEK) if known else 0
    of_level = MEDIAN_COST / len(recent) + MEDIAN_COST * k / (k + 1) ** 2
    unknown_weekday = PRIOR_NOISE**2 / 2 / (k + 1) ** 2
    return Forecast(
        middle=middle,
        mu=(of_days + followed(xs, places, effects, plain, reach, today % WEEK)) / 2,
        variance=OF_TWO * (noise * (1 + of_level) + unknown_weekday),
        degrees=PRIOR_DAYS + nu,
        days=len(xs),
    )


def of_small_numbers(middle: float, rows: Sequence[float], counts: bool) -> float:
    """The relative variance that chance alone gives to a number of so many rows (Poisson)."""
    if counts:
        return 1 / middle
    usual = median(rows)
    return OF_A_ROW / usual if usual else 0.0


def carried(numbers: Sequence[int], rest: Numbers) -> float:
    """How much of a day's departure is seen again on the day after, shrunk to a guess."""
    square = sum([x * x for x in rest])
    guess = CARRIED_DAYS * square / len(rest)
    if not guess:
        return 0.0
    pairs = zip(numbers, numbers[1:], rest, rest[1:], strict=False)
    both = sum([one * next_ for day, after, one, next_ in pairs if after == day + 1])
    return min(max((both + CARRIED * guess) / (square + guess), 0.0), CARRIED_MOST)


def followed(
    xs: Numbers, places: Sequence[int], effects: Numbers, plain: Numbers, reach: float, today: int
) -> float:
    """The second forecast: level and weekdays follow the days by exponential smoothing.

    A day moves them by no more than a share of `reach`. Below two weeks there are no weekdays.
    """
    level, weekdays = median(plain[:WEEKDAYS_FROM]), list(effects)
    of_weekday = FOLLOWED_WEEKDAY if len(xs) >= WEEKDAYS_FROM else 0.0
    for x, place in zip(xs, places, strict=True):
        rest = min(max(x - level - weekdays[place], -reach), reach)
        level += FOLLOWED * rest
        weekdays[place] += of_weekday * rest
    return level + weekdays[today]


def noise_of(rest: Numbers, prior: float, weekdays: bool) -> tuple[float, float]:
    """Step 4: the variance of a day, shrunk to the prior, and the degrees of freedom of the days.

    The prior is the answer to a history without any noise, and to a short one.
    """
    k = len(rest) / WEEK if weekdays else 0.0
    nu = max(len(rest) - 1 - 6 * k / (k + 1), 2.0)
    found = 1.06 * sum([x * x for x in rest]) / nu
    return (PRIOR_DAYS * prior + nu * found) / (PRIOR_DAYS + nu), nu


def weekday_effects(xs: Numbers, places: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Step 2: how each weekday differs, shrunk by how often it was seen; and the days without it.

    A weekday that was never seen has no effect. Clipping is meant for days: where it cuts off more
    than half of a weekday, as it does with a shop that hardly sells on Sundays, the weekday is not
    told yet, and there is another pass.
    """
    effects, plain = [0.0] * WEEK, xs
    for clip in (*CLIPS, *CLIPS[-1:] * MORE_PASSES):
        usual = median(plain)
        reach = max(3 * spread(plain, usual), clip)
        groups: list[Numbers] = [[] for _ in effects]
        for place, rest in zip(places, clipped(plain, usual, reach), strict=True):
            groups[place].append(rest)
        middles = [median(group) if group else 0.0 for group in groups]
        shrunk = [
            (effect + middle) * len(group) / (len(group) + 1)
            for effect, middle, group in zip(effects, middles, groups, strict=True)
        ]
        center = sum(shrunk) / sum(1 for group in groups if group)
        effects = [e - center if group else 0.0 for e, group in zip(shrunk, groups, strict=True)]
        plain = [x - effects[place] for x, place in zip(xs, places, strict=True)]
        if clip == CLIPS[-1] and reach not in middles and -reach not in middles:
            break
    return effects, plain
