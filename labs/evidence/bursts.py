"""Bursts of one source inside a day: what a check of them would find, and what it would fire on.

No kind of check does this. It is measured to decide whether one would earn its place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from labs.counts import Counts

SHOPS, DAYS, HISTORY = range(3000, 3020), 60, 28
SIZES = (200.0, 20_000.0)
"""Rows a day, of the smallest and of the largest shop; log-uniform between them."""
SHARES = np.array([0.35, 0.25, 0.15, 0.1, 0.1, 0.05])
"""The rows of each source, as a part of the day: visits without a referrer, search, and so on."""
CRAWLED, MAILED = 0, 4
"""The source of a crawler, which has no referrer, and that of a newsletter."""
NOISE = 0.2
EXTRA = (0.1, 0.2)
"""Rows of a burst within one hour, as a part of an ordinary day: from, to."""
DEVIATIONS, LEAST = 5.0, 0.05
"""What a check would ask for: as many deviations beyond what the hour of the source usually has,
and this part of a day's rows."""


@dataclass(frozen=True)
class Bursts(Counts):
    """Days and findings: ordinary ones, those with a newsletter, and those with a crawler.

    `larger` are the days with a crawler whose rows are beyond three deviations of the day's count.
    """

    days: int = 0
    ordinary: int = 0
    mailed: int = 0
    crawled: int = 0
    larger: int = 0


def counted(number: int) -> Bursts:
    """A shop, of which each day is judged as it is, with a newsletter, and with a crawler."""
    draw = np.random.RandomState([number, 13])
    size = float(np.exp(draw.uniform(*np.log(SIZES))))
    shape = draw.uniform(0.5, 1.5, 24) * np.array([0.05 if hour < 7 else 1.0 for hour in range(24)])
    expected = size * np.outer(SHARES, shape / shape.sum())
    day_noise = np.exp(draw.normal(0, NOISE, (HISTORY + DAYS, 1, 1)))
    hour_noise = np.exp(draw.normal(0, NOISE, (HISTORY + DAYS, *expected.shape)))
    rows = draw.poisson(expected * day_noise * hour_noise)
    found = Bursts()
    for day in range(HISTORY, HISTORY + DAYS):
        before, today = rows[day - HISTORY : day], rows[day]
        hour, extra = draw.randint(8, 20), draw.poisson(size * draw.uniform(*EXTRA))
        mailed, crawled = today.copy(), today.copy()
        mailed[MAILED, hour] += extra
        crawled[CRAWLED, hour] += extra
        found += Bursts(1, is_found(before, today), is_found(before, mailed),
                        is_found(before, crawled), is_larger(before, crawled))  # fmt: skip
    return found


def is_found(before: np.ndarray, today: np.ndarray) -> bool:
    """Whether an hour of a source has more rows than it usually has."""
    usual = before.mean(axis=0)
    deviation = np.sqrt(np.maximum(before.var(axis=0, ddof=1), usual) + 1)
    least = LEAST * before.sum(axis=(1, 2)).mean()
    return bool(np.any((today - usual > DEVIATIONS * deviation) & (today - usual > least)))


def is_larger(before: np.ndarray, today: np.ndarray) -> bool:
    """Whether the whole day has more rows than days have by chance."""
    totals = np.log(before.sum(axis=(1, 2)) + 0.5)
    return bool(math.log(today.sum() + 0.5) > totals.mean() + 3 * totals.std(ddof=1))
