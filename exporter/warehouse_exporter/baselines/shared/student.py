"""Student's t, and the score of a normal distribution that is as unlikely.

Few days make a wide distribution: three of its deviations are less unlikely than three of a normal
one. A limit that is a constant, as in Prometheus, can only be held against the latter.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

NORMAL = NormalDist()
TINY = 1e-300
"""Keeps a denominator from 0."""
STEPS = 1000
"""More than any fraction, or any search for a quantile, was seen to take."""
CLOSE = 1e-15


def normal_score(t: float, df: float) -> float:
    """The z of a normal distribution with the tail probability of `t`, and its sign.

    Infinite where the tail is too small for a float.
    """
    beyond = tail(t, df)
    return math.copysign(-NORMAL.inv_cdf(beyond) if beyond > 0 else math.inf, t)


def two_sided(alpha: float) -> float:
    """The z beyond which, on both sides together, a share of `alpha` of a normal lies."""
    return -NORMAL.inv_cdf(alpha / 2)


@lru_cache(maxsize=1024)
def quantile(alpha: float, df: float) -> float:
    """The t beyond which, on both sides together, a share of `alpha` lies.

    By Newton's method on the logarithm of the tail, which is concave: it comes from one side.
    """
    t = two_sided(alpha)
    for _ in range(STEPS):
        beyond = tail(t, df)
        step = math.log(2 * beyond / alpha) * beyond / density(t, df)
        t += step
        if abs(step) <= CLOSE * t:
            break
    return t


def density(t: float, df: float) -> float:
    """The density of Student's t."""
    peak = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - math.log(df * math.pi) / 2
    return math.exp(peak - (df + 1) / 2 * math.log1p(t * t / df))


def tail(t: float, df: float) -> float:
    """P(T > abs(t)) with `df` degrees of freedom, which need not be a whole number.

    Half the regularized incomplete beta function at df / (df + t^2) (Abramowitz and Stegun 26.7.1).
    """
    square = t * t
    if math.isinf(square):
        return 0.0
    return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square)) / 2


def incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """I_x(a, b), the regularized incomplete beta function; `rest` is 1 - x, exact also near 1.

    By its continued fraction (NIST DLMF 8.17.22), from the side on which that converges fast.
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, rest, x)
    beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log(rest) - beta) / a * fraction(a, b, x)


def fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    above = 1.0
    below = 1 / apart(1 - (a + b) * x / (a + 1))
    value = below
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            below = 1 / apart(1 + part * below)
            above = apart(1 + part / above)
            value *= above * below
        if abs(above * below - 1) < CLOSE:
            break
    return value


def apart(number: float) -> float:
    """The number, kept away from 0."""
    return number if abs(number) > TINY else TINY
