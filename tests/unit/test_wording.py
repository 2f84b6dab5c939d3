"""Numbers as people read them."""

from __future__ import annotations

import pytest
from warehouse_exporter.core.limits import Limit, Unit
from warehouse_exporter.core.wording import (
    agreed,
    allowed,
    beside,
    counted,
    duration,
    quantity,
    shown,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1234567.0, "1,234,567"),
        (-1234567.0, "-1,234,567"),
        (1234567.891, "1,234,567.89"),
        (33.5, "33.50"),
        (0.123456, "0.1235"),
        (0.00001234, "0.00001234"),
        (9.99999, "10"),
    ],
)
def test_a_number_has_the_digits_that_matter_and_no_exponent(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (2908.0, "2,908 rows")]
)
def test_one_is_told_as_one(number: float, text: str) -> None:
    assert counted(number, "row") == text
    assert agreed(number, "is", "are") == ("is" if text == "1 row" else "are")


@pytest.mark.parametrize(
    ("value", "limit", "text"),
    [
        (0.01002063071, "> 1%", "1.002 %"),
        (0.050001, "> 5%", "5.0001 %"),
        (0.0499999, "< 5%", "4.99999 %"),
        (0.000002, "> 0%", "0.0002 %"),
        (0.058203, "> 5%", "5.82 %"),
        (0.05, ">= 5%", "5 %"),
    ],
)
def test_a_share_beside_its_limit_has_as_few_digits_as_tell_them_apart(
    value: float, limit: str, text: str
) -> None:
    assert beside(value, Limit.parse(limit)) == text


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("> 5%", "5 %"),
        (">= 10", "less than 10"),
        ("< 1000", "at least 1,000"),
        ("<= 0", "more than 0"),
        ("== 0", "anything but 0"),
        ("!= 24", "exactly 24"),
        ("< 12h", "at least 12 h"),
    ],
)
def test_a_limit_is_told_as_what_is_allowed(limit: str, text: str) -> None:
    assert allowed(Limit.parse(limit)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (43_200, "12 h"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
        (86_401, "1 d 1 s"),
        (31_536_000, "365 d"),
        (-300, "-5 min"),
        (-0.2, "0 s"),
    ],
)
def test_durations_have_their_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_duration_that_no_calendar_holds_is_said_all_the_same() -> None:
    assert duration(86400e10) == "1e+10 d"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.05, Unit.SHARE, "5 %"),
        (0.058203, Unit.SHARE, "5.82 %"),
        (0.5, Unit.SHARE, "50 %"),
        (1.0, Unit.SHARE, "100 %"),
        (0.0, Unit.SHARE, "0 %"),
        (1200.0, Unit.ROWS, "1,200"),
        (0.01, Unit.NUMBER, "0.01"),
    ],
)
def test_quantities_have_the_digits_that_matter(value: float, unit: Unit, text: str) -> None:
    assert quantity(value, unit) == text
