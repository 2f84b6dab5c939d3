"""How numbers are said to people: the one place, so that every text says them alike."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
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


PERMITTED = {
    ">": "at most ",
    ">=": "below ",
    "<": "at least ",
    "<=": "above ",
    "==": "not ",
    "!=": "exactly ",
}
"""What a limit allows, by the operator of its breach."""
NONE = "none allowed"
ISO_DAY = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b(?!T?[0-9:])")
DURATION = re.compile(r"([0-9.]+)([smhd])$")
UNITS = {"m": "min"}
LONG_AGO = timedelta(days=180)
"""A day that is further away is said with its year."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def permitted(limit: Limit, *, counts: bool = False) -> str:
    """What a limit allows, as a sentence says it: `at most 5 %`, `at least 1,000`.

    Where things are counted, `> 0` allows none of them.
    """
    if counts and (limit.op, limit.bound) in ((">", 0.0), (">=", 1.0)):
        return NONE
    written = DURATION.search(limit.text)
    if limit.unit is Unit.DURATION and written:  # `24 h` as it was written, and not `1 d`
        return f"{PERMITTED[limit.op]}{written[1]} {UNITS.get(written[2], written[2])}"
    return PERMITTED[limit.op] + quantity(limit.bound, limit.unit)


def allowed_share(limit: Limit) -> str:
    """What a share needs: `10 %`, or `more than 10 %`."""
    word = "" if limit.op == "<" else "more than " if limit.op == "<=" else PERMITTED[limit.op]
    return word + quantity(limit.bound, limit.unit)


def spoken_day(day: date, today: date) -> str:
    """`Sun 29 Nov`, with the year where it is not obvious."""
    year = f" {day.year}" if abs(today - day) > LONG_AGO else ""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{year}"


def spoken_window(days: tuple[date, ...] | None, today: date) -> str:
    """` on Sun 29 Nov`, to be put behind what happened; nothing for the whole table."""
    if days is None:
        return ""
    if len(days) == 1:
        return f" on {spoken_day(days[0], today)}"
    return f" from {spoken_day(days[0], today)} to {spoken_day(days[-1], today)}"


def with_days(text: str, today: date) -> str:
    """The text with its ISO dates as people say them."""

    def spoken(found: re.Match[str]) -> str:
        try:
            return spoken_day(date(*map(int, found.groups())), today)
        except ValueError:
            return found.group()

    return ISO_DAY.sub(spoken, text)


def spoken_time(at: datetime, zone: tzinfo, today: date) -> str:
    """`Sun 29 Nov 22:40 CET`: an instant by the clocks of a zone."""
    local = at.astimezone(zone)
    return f"{spoken_day(local.date(), today)} {local:%H:%M %Z}"


def listed(words: Sequence[str], most: int = 4) -> str:
    """`a, b and c`; of more than `most` the first ones, and how many others."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def a(word: str) -> str:
    """A word with its article: `a price`, `an order_id`."""
    return f"{'an' if word[:1].lower() in 'aeio' else 'a'} {word}"


def amount(value: float, beside: float = 0.0) -> str:
    """A number that may be money: with two decimals, unless it and the one beside it are whole."""
    if value == int(value) and beside == int(beside):
        return f"{value:,.0f}"
    return money(value) if max(abs(value), abs(beside)) >= 1 else shown(value)


def money(amount: float) -> str:
    """An amount with two decimals: `1,204.50`."""
    return f"{amount:,.2f}"
