"""How numbers are said to people: the one place, so that every text says them alike."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

from warehouse_exporter.core.limits import Limit, Unit

ALLOWED = {
    ">": "",
    ">=": "less than ",
    "<": "at least ",
    "<=": "more than ",
    "==": "anything but ",
    "!=": "exactly ",
}
"""What is said before a bound, by the operator of its breach: a limit is told as what is allowed.

A ceiling is what everybody takes a limit for, so its bound stands alone.
"""
DIGITS = 2
"""Digits of per cent behind the point, where no more are needed to tell a value from its limit."""
MOST_DIGITS = 14
"""More digits of per cent than these are noise of floating point."""


def shown(value: float) -> str:
    """A number for people: whole counts, two decimals of large, four digits of small ones."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 10 else f"{Decimal(f'{value:.4g}'):f}"


def counted(number: float, thing: str) -> str:
    """`1 row`, `1,200 rows`."""
    return f"{number:,.0f} {agreed(number, thing, f'{thing}s')}"


def agreed(number: float, one: str, many: str) -> str:
    """The word that goes with so many: `is` with 1, `are` with 0 and 2."""
    return one if number == 1 else many


def quantity(value: float, unit: Unit) -> str:
    """A number with its unit: `5.25 %`, `13 h 5 min`, `1,200`."""
    if unit is Unit.SHARE:
        return per_cent(value, DIGITS)
    if unit is Unit.DURATION:
        return duration(value)
    return shown(value)


def per_cent(share: float, digits: int) -> str:
    """A share in per cent, with at most so many digits behind the point."""
    return f"{share * 100:.{digits}f}".rstrip("0").rstrip(".") + " %"


def beside(value: float, limit: Limit) -> str:
    """A value that stands beside its limit: `5 %, limit 5 %` would look like a mistake of ours.

    A share has as few more digits as make the difference visible.
    """
    if limit.unit is Unit.SHARE and value != limit.bound:
        for digits in range(DIGITS, MOST_DIGITS + 1):
            if per_cent(value, digits) != per_cent(limit.bound, digits):
                return per_cent(value, digits)
    return quantity(value, limit.unit)


def allowed(limit: Limit) -> str:
    """The bound of a limit as people read it: `5 %` for `> 5%`, `at least 1,000` for `< 1000`."""
    return ALLOWED[limit.op] + quantity(limit.bound, limit.unit)


def duration(seconds: float) -> str:
    """A duration in its two largest units that are not 0; a negative one is ahead of the clock."""
    if abs(seconds) > timedelta.max.total_seconds():
        return f"{seconds / 86400:.3g} d"
    span = timedelta(seconds=round(abs(seconds)))
    sign = "-" if seconds < 0 and span else ""
    minutes, secs = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(span.days, "d"), (hours, "h"), (minutes, "min"), (secs, "s")]
    words = [f"{amount} {unit}" for amount, unit in parts if amount]
    return sign + (" ".join(words[:2]) or "0 s")
