"""Steps 1 to 7 of `seasonal` once more, from their description alone, with numpy and scipy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats


def mad(values: Any) -> float:
    """The raw median absolute deviation."""
    return float(np.median(np.abs(values - np.median(values))))


def predicted(
    days: Sequence[int], values: Sequence[float], today: int, counts: bool, rows: float = 0.0
) -> Any:
    """(median of the history, level and its variance on the scale of cube roots, degrees)."""
    y, weekday = np.array(values), np.array(days) % 7
    n, m = len(y), float(np.median(y))
    x = 3 * (np.cbrt(y / m) - 1)
    effect = np.zeros(7)
    if n >= 14:
        for c in [0.35] + 9 * [0.15]:
            r = x - effect[weekday]
            limit = max(3 * 1.4826 * mad(r), c)
            clipped = np.clip(r - np.median(r), -limit, limit)
            new, seen, cut = np.zeros(7), [], False
            for d in range(7):
                mine = clipped[weekday == d]
                if len(mine):
                    new[d] = len(mine) / (len(mine) + 1) * np.median(effect[d] + mine)
                    seen.append(d)
                    cut |= abs(np.median(mine)) == limit
            new[seen] -= new[seen].mean()
            effect = new
            if c == 0.15 and not cut:
                break
    plain = x - effect[weekday]
    level = float(np.median(plain[-14:]))
    e = plain - np.median(plain)
    limit = 3 * max(1.4826 * mad(plain), 0.01)
    e = np.clip(e, -limit, limit)
    k = n / 7 if n >= 14 else 0
    nu = max(n - 1 - 6 * k / (k + 1), 2)
    s2 = 1.06 * float(np.sum(e**2)) / nu
    prior = 0.14**2 + (1 / m if counts else 2 / rows if rows else 0)
    sigma2 = (4 * prior + nu * s2) / (4 + nu)
    yesterday = float(e[-1]) if days[-1] == today - 1 else 0.0
    follows = np.diff(np.array(days)) == 1
    v = float(np.mean(e**2))
    both = float(np.sum((e[1:] * e[:-1])[follows]))
    rho = np.clip((both + 20 * 0.15 * v) / (np.sum(e**2) + 20 * v), 0, 0.6) if v else 0.0
    mu = (
        level + effect[today % 7] + rho * yesterday + smoothed(x, weekday, effect, limit, today)
    ) / 2
    variance = sigma2 * (1 + 1.57 / min(n, 14))
    if n >= 14:
        kd = int(np.sum(weekday == today % 7))
        variance += sigma2 * (1.57 / kd * (kd / (kd + 1)) ** 2 if kd else 0)
        variance += (1 / (kd + 1)) ** 2 * 0.14**2 / 2
    else:
        variance += 0.14**2 / 2
    return m, mu, 0.97 * variance, 4 + nu


def smoothed(x: Any, weekday: Any, effect: Any, limit: float, today: int) -> float:
    """The second forecast: exponential smoothing of level and weekdays."""
    level, s = float(np.median((x - effect[weekday])[:14])), effect.copy()
    for value, d in zip(x, weekday, strict=True):
        e = np.clip(value - level - s[d], -limit, limit)
        level += 0.15 * e
        s[d] += 0.1 * e if len(x) >= 14 else 0.0
    return float(level + s[today % 7])


def score(
    days: Sequence[int], values: Sequence[float], today: int, value: float, counts: bool
) -> tuple[float, float, float]:
    """(expected value, t, two-sided probability of a departure as large)."""
    m, mu, variance, degrees = predicted(days, values, today, counts)
    expected = m * max(0.0, 1 + mu / 3) ** 3
    t = (3 * (np.cbrt(value / m) - 1) - mu) / np.sqrt(variance)
    if value > expected > 0:
        t = np.log(value / expected) * (1 + mu / 3) / np.sqrt(variance)
    return expected, float(t), float(2 * stats.t.sf(abs(t), degrees))
