"""A level that loses a third within six days: how often it is found, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from warehouse_exporter.baselines.seasonal import MILD
from warehouse_exporter.baselines.shared.forecast import Forecast, forecast, point
from warehouse_exporter.baselines.shared.joint import ONE_SIGMA
from warehouse_exporter.baselines.shared.student import two_sided
from warehouse_exporter.baselines.shared.teaching import ALL_DAYS
from warehouse_exporter.baselines.slide import LAST, NEEDED_LAST, Departure, Slide, middle

from labs.counts import Counts
from labs.evidence.joint import SPECIAL, WINDOW, Line
from labs.year.simulator import FIRST, simulated
from labs.year.simulator import LAST as LAST_DAY

SHOPS = range(3000, 3012)
LOST, WITHIN, SEEN_WITHIN = 1 / 3, 6, 10
"""What is lost, in how many days, and in how many days since the first it is to be found."""
EVERY_DAYS = 40
"""A slide begins every so many days of a shop; each is tried by itself."""


@dataclass(frozen=True)
class Slides(Counts):
    """Ordinary days and what is said of them; slides, and by which method they are found."""

    days: int = 0
    by_slide: int = 0
    by_seasonal: int = 0
    slides: int = 0
    slide: int = 0
    seasonal: int = 0
    either: int = 0


def counted(number: int, noise: float) -> Slides:
    """The orders of a shop's year, and slides that begin now and then."""
    year = simulated(number, noise)
    every, orders = list(year), [float(sold.orders) for sold in year.values()]
    special = {n for n, day in enumerate(every) if day in SPECIAL}
    draw, found = np.random.RandomState([number, round(1000 * noise), 9]), Slides()
    line = Line(orders, [0.0] * len(orders), True, special)
    for day in range(2 * WINDOW, len(every)):
        if day in special or (known := line.forecast(day)) is None:
            continue
        place = (every[day] - FIRST).days
        if place >= 0:
            found += Slides(1, slid(line, day), fell(known, orders[day]))
        follow = (LAST_DAY - every[day]).days
        if place >= 0 and place % EVERY_DAYS == 0 and follow >= SEEN_WITHIN:
            found += tried(line, day, draw)
        line.learn(day, known)
    return found


def tried(line: Line, first: int, draw: np.random.RandomState) -> Slides:
    """A slide that begins on a day."""
    values = list(line.values)
    for n in range(SEEN_WITHIN):
        kept = 1 - LOST * min(1, (n + 1) / WITHIN)
        values[first + n] = float(draw.binomial(int(values[first + n]), kept))
    slides = Line(values, line.rows, True, line.special, set(line.flagged))
    slide = seasonal = False
    for day in range(first, first + SEEN_WITHIN):
        if day in line.special or (known := slides.forecast(day)) is None:
            continue
        slide = slide or slid(slides, day)
        seasonal = seasonal or fell(known, values[day])
        slides.learn(day, known)
    return Slides(slides=1, slide=slide, seasonal=seasonal, either=slide or seasonal)


def slid(line: Line, day: int) -> bool:
    """Whether `slide` finds a fall, by the limits that are built in."""
    first = day - LAST + 1
    known = [point(n, line.values[n]) for n in line.teaching(first)]
    if len(known) < ALL_DAYS:
        return False
    found = [
        Departure(line.values[n], one.expected, one.bound(ONE_SIGMA, -1), one.days)
        for n in range(first, day + 1)
        if n not in line.special and (one := forecast(known, n, False))
    ]
    return len(found) >= NEEDED_LAST and is_fall(*middle(found), Slide.usual)


def fell(known: Forecast, value: float) -> bool:
    """Whether `seasonal` finds a fall, by the limits that are built in."""
    return is_fall(known.score(value), value / known.expected - 1, MILD)


def is_fall(score: float, change: float, limits: Mapping[str, float]) -> bool:
    """Whether a departure is a fall beyond some limits."""
    return score <= -two_sided(limits["fall"]) and change <= -limits["change"]


def total(shops: Sequence[Slides]) -> Slides:
    """All shops together."""
    return sum(shops, Slides())
