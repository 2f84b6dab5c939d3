"""A limit reads as people write it, and says the same in Python and in PromQL."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.core.limits import (
    OPERATORS,
    SUFFIXES,
    Condition,
    Limit,
    Reading,
    Term,
    Unit,
)

AS_OF = datetime(2026, 3, 10, 12, tzinfo=UTC)
BOUNDS = st.floats(0, 1e12, allow_nan=False).map(lambda bound: round(bound, 6))
VALUES = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("written", "op", "bound", "unit", "text"),
    [
        ("> 5%", ">", 0.05, Unit.SHARE, "> 5%"),
        (">5 %", ">", 0.05, Unit.SHARE, "> 5%"),
        ("> 0.1%", ">", 0.001, Unit.SHARE, "> 0.1%"),
        (">= 100%", ">=", 1.0, Unit.SHARE, ">= 100%"),
        ("> 90s", ">", 90.0, Unit.DURATION, "> 90s"),
        ("> 5m", ">", 300.0, Unit.DURATION, "> 5m"),
        ("> 12h", ">", 43200.0, Unit.DURATION, "> 12h"),
        ("> 12 H", ">", 43200.0, Unit.DURATION, "> 12h"),
        ("> 1.5d", ">", 129600.0, Unit.DURATION, "> 1.5d"),
        ("> 10 rows", ">", 10.0, Unit.ROWS, "> 10 rows"),
        ("> 1row", ">", 1.0, Unit.ROWS, "> 1 row"),
        ("< 100", "<", 100.0, Unit.NUMBER, "< 100"),
        ("  <=  1_000_000 ", "<=", 1e6, Unit.NUMBER, "<= 1_000_000"),
        ("< -3", "<", -3.0, Unit.NUMBER, "< -3"),
        ("!= 1e3", "!=", 1000.0, Unit.NUMBER, "!= 1e3"),
        ("== 0", "==", 0.0, Unit.NUMBER, "== 0"),
    ],
)
def test_limits_read_as_people_write_them(
    written: str, op: str, bound: float, unit: Unit, text: str
) -> None:
    limit = Limit.parse(written)
    assert (limit.op, limit.bound, limit.unit, limit.text) == (op, bound, unit, text)
    assert Limit.parse(limit.text) == limit


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("5%", "write a comparison, a number and its unit, such as '> 5%'"),
        ("", "such as '> 5%', '> 12h', '> 10 rows' or '< 100'"),
        ("> x", "is not a limit"),
        ("=> 5", "is not a limit"),
        ("= 5", "is not a limit"),
        ("> 5 < 7", "is not a limit"),
        ("> 1,000", "is not a limit"),
        ("> 5.", "is not a limit"),
        ("> .5", "is not a limit"),
        ("> 10_00", "is not a limit"),
        ("> nan", "is not a limit"),
        ("> inf", "is not a limit"),
        ("> 1e999", "too large a number"),
        ("> 5 weeks", "'weeks' in '> 5 weeks' is not a unit: use %, s, m, h, d or rows"),
        ("> 5%%", "is not a unit"),
    ],
)
def test_what_is_no_limit_says_what_would_have_been_right(written: str, right: str) -> None:
    with pytest.raises(ValueError, match=re.escape(right)):
        Limit.parse(written)


def evaluate(expression: str) -> bool:
    """A comparison `left op right` of literals, as PromQL and Python both evaluate it."""
    left, op, right = expression.split(" ")
    return OPERATORS[op](float(left), float(right))


@given(st.sampled_from(sorted(OPERATORS)), st.sampled_from(sorted(SUFFIXES)), BOUNDS, VALUES)
def test_judging_is_what_the_promql_text_says(
    op: str, suffix: str, bound: float, value: float
) -> None:
    limit = Limit.parse(f"{op} {bound:f}{suffix}")
    assert limit.breached(value) == evaluate(limit.promql(repr(value)))


@given(st.sampled_from(sorted(OPERATORS)), BOUNDS)
def test_one_step_beside_the_bound_decides(op: str, bound: float) -> None:
    limit = Limit.parse(f"{op} {bound:f}%")
    below, above = math.nextafter(limit.bound, -math.inf), math.nextafter(limit.bound, math.inf)
    breached = [limit.breached(value) for value in (below, limit.bound, above)]
    assert (
        breached
        == {
            ">": [False, False, True],
            ">=": [False, True, True],
            "<": [True, False, False],
            "<=": [True, True, False],
            "==": [False, True, False],
            "!=": [True, False, True],
        }[op]
    )


@pytest.mark.parametrize("op", [">", ">=", "<", "<=", "=="])
def test_what_is_not_a_number_is_never_in_breach(op: str) -> None:
    assert not Limit.parse(f"{op} 0").breached(math.nan)


def test_what_is_not_a_number_is_not_what_must_be_there() -> None:
    assert Limit.parse("!= 0").breached(math.nan)


@given(st.sampled_from(sorted(SUFFIXES)), BOUNDS)
def test_the_bound_in_promql_is_the_same_float(suffix: str, bound: float) -> None:
    limit = Limit.parse(f"> {bound:f}{suffix}")
    assert float(limit.promql("x").removeprefix("x > ")) == limit.bound
    assert limit.promql("x") == f"x > {limit.bound!r}"


@given(st.sampled_from(["<", "<=", ">", ">="]), BOUNDS, BOUNDS, VALUES)
def test_a_laxer_limit_is_silent_where_the_stricter_is(
    op: str, one: float, other: float, value: float
) -> None:
    left, right = Limit.parse(f"{op} {one:f}"), Limit.parse(f"{op} {other:f}")
    if left.laxer_than(right):
        assert not right.laxer_than(left)
        assert right.breached(value) or not left.breached(value)


@pytest.mark.parametrize(
    ("left", "right", "laxer"),
    [
        ("> 6%", "> 5%", True),
        ("> 5%", "> 6%", False),
        ("> 5%", "> 5%", False),
        ("< 50", "< 100", True),
        ("<= 50", "< 100", True),
        ("< 100", "< 50", False),
        ("> 6", "< 5", False),
        ("> 6 rows", "> 5%", False),
        ("== 6", "== 5", False),
        ("> 25h", "> 1d", True),
    ],
)
def test_limits_are_compared_only_where_they_look_the_same_way(
    left: str, right: str, laxer: bool
) -> None:
    assert Limit.parse(left).laxer_than(Limit.parse(right)) is laxer


def series(metric: str) -> str:
    """The series of a metric."""
    return f"{metric}{{}}"


def limited(metric: str, text: str, reading: Reading = Reading.AS_IS) -> Term:
    """A term."""
    return Term(metric, Limit.parse(text), reading)


def test_an_age_is_judged_at_the_instant_and_written_with_time() -> None:
    term = limited("newest", "> 1h", Reading.AGE)
    at = AS_OF.timestamp() - 3600
    assert not term.breached({"newest": at}, AS_OF)
    assert term.breached({"newest": at - 1}, AS_OF)
    assert term.promql(series) == "time() - newest{} > 3600.0"


def test_a_magnitude_looks_both_ways() -> None:
    term = limited("z", "> 3", Reading.MAGNITUDE)
    assert [term.breached({"z": z}, AS_OF) for z in (-3.1, -3.0, 3.0, 3.1, math.nan)] == [
        True, False, False, True, False,
    ]  # fmt: skip
    assert term.promql(series) == "abs(z{}) > 3.0"


Ways = Callable[..., Condition]


@pytest.mark.parametrize(
    ("make", "text", "promql"),
    [
        (Condition.any_of, "> 1 or < -1", "(a{} > 1.0) or (b{} < -1.0)"),
        (Condition.all_of, "> 1 and < -1", "(a{} > 1.0) and (b{} < -1.0)"),
    ],
)
def test_conditions_say_in_promql_what_they_judge(make: Ways, text: str, promql: str) -> None:
    condition = make(limited("a", "> 1"), limited("b", "< -1"))
    assert condition.text == text
    assert condition.promql(series) == promql


@pytest.mark.parametrize(
    ("values", "any_of", "all_of"),
    [
        ({"a": 2.0, "b": -2.0}, ["a"], ["a", "b"]),
        ({"a": 0.0, "b": -2.0}, ["b"], []),
        ({"a": 2.0}, ["a"], []),
        ({}, [], []),
        ({"a": math.nan, "b": math.nan}, [], []),
    ],
)
def test_a_condition_names_the_terms_in_breach_and_a_missing_value_is_in_none(
    values: Mapping[str, float], any_of: list[str], all_of: list[str]
) -> None:
    terms = (limited("a", "> 1"), limited("b", "< -1"))
    assert [t.metric for t in Condition.any_of(*terms).broken_by(values, AS_OF)] == any_of
    assert [t.metric for t in Condition.all_of(*terms).broken_by(values, AS_OF)] == all_of
