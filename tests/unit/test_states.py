"""States add up like the rows they stand for, and hold nothing that no limit can judge."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warehouse_exporter.core.errors import Reason, Unmeasured
from warehouse_exporter.core.states import (
    Cell,
    Count,
    Counted,
    Hits,
    Newest,
    State,
    Total,
    finite,
    merged,
)

NUMBERS = st.integers(0, 2**40)
SUMS = st.none() | st.integers(-(2**40), 2**40)
"""Whole numbers, in which floats add without rounding, so that the laws hold exactly."""
STATES: dict[str, tuple[st.SearchStrategy[Any], State]] = {
    "Count": (st.builds(Count, NUMBERS), Count(0)),
    "Hits": (st.builds(Hits, SUMS, SUMS), Hits(None, None)),
    "Total": (st.builds(Total, SUMS, NUMBERS), Total(None, 0)),
    "Newest": (st.builds(Newest, SUMS), Newest(None)),
}
named = pytest.mark.parametrize("name", sorted(STATES))


@named
@given(data=st.data())
def test_addition_is_associative_and_commutative_and_nothing_adds_nothing(
    name: str, data: st.DataObject
) -> None:
    strategy, nothing = STATES[name]
    a, b, c = (data.draw(strategy) for _ in range(3))
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + nothing == a == nothing + a


@given(st.lists(st.lists(st.integers(-1000, 1000))))
def test_days_added_are_the_whole_table(days: list[list[int]]) -> None:
    rows = [value for day in days for value in day]

    def of(values: list[int]) -> Total:
        return Total.of((sum(values) if values else None, len(values)))

    assert reduce(Total.__add__, map(of, days), Total(None, 0)) == of(rows)
    together = merged(Newest.of((max(day, default=None),)) for day in days)
    assert together == (Newest.of((max(rows, default=None),)) if days else None)


def test_the_sum_over_no_value_is_none_and_a_count_is_an_honest_zero() -> None:
    assert Total.of((None, 0)).value is None
    assert Total.of((Decimal("0.00"), 3)).value == 0
    assert Newest.of((None,)).value is None
    assert Count.of((0,)).value == 0


@pytest.mark.parametrize(
    ("state", "cells"),
    [
        (Count, (None,)), (Count, (1, 1)), (Count, ()),
        (Total, (2.0, None)), (Total, (2.0,)),
        (Counted, (None, 1)), (Counted, (1, None)), (Hits, (1, 2, 3)),
        (Newest, ()),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_no_number(
    state: type[State], cells: tuple[Cell, ...]
) -> None:
    with pytest.raises(Unmeasured) as found:
        state.of(cells)
    assert found.value.reason is Reason.RESULT
    assert merged([]) is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (math.nan, Reason.NOT_FINITE),
        (math.inf, Reason.NOT_FINITE),
        (-math.inf, Reason.NOT_FINITE),
        (Decimal("NaN"), Reason.NOT_FINITE),
        (Decimal("Infinity"), Reason.NOT_FINITE),
        (Decimal("1e400"), Reason.NOT_FINITE),
        pytest.param(10**400, Reason.NOT_FINITE, id="huge"),
        ("5", Reason.RESULT),
        (b"5", Reason.RESULT),
    ],
)
def test_what_no_limit_can_judge_is_not_measured(cell: Any, reason: Reason) -> None:
    with pytest.raises(Unmeasured) as refused:
        finite(cell, "the sum of revenue")
    assert refused.value.reason == reason
    assert refused.value.detail.startswith("the sum of revenue is ")
    for state, others in ((Count, 0), (Hits, 1), (Total, 1), (Newest, 0)):
        with pytest.raises(Unmeasured):
            state.of((cell,) + (1,) * others)


@pytest.mark.parametrize("cell", [0, 1.5, Decimal("2.50"), -(10**20), True])
def test_finite_numbers_are_floats(cell: Cell) -> None:
    assert finite(cell, "x") == float(cell or 0)
    assert finite(None, "x") is None
